"""The language of a page, and of each of the sites that mkdocs-static-i18n makes of one.

That plugin builds a site for each language: the default one at the root, each other one in a
folder, from pages whose language is a part of their name or of their path. Read in 1.3.
"""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.utils.templates import TemplateContext

_I18N = "i18n"
_ALTERNATES = "i18n_alternates"  # what its sitemap is made of: by language, the pages


def has_languages(config: MkDocsConfig) -> bool:
    """Tell whether a site is built once for each of its languages."""
    return _I18N in config.plugins


def page_language(config: MkDocsConfig) -> str:
    """Return the language of the pages that are being built.

    Of most sites, it is what the theme calls its language: Material `language`, those of MkDocs
    `locale`. Where a site is built for each language, only these three follow it.
    """
    theme = str(config.theme.get("language") or config.theme.get("locale") or "en")
    if not has_languages(config):
        return theme
    language = str(_i18n(config).current_language)
    # Of the same language, the theme's settings may say more: `zh-TW` of `zh`.
    return theme if _base(theme) == _base(language) else language


def make_page(make: Callable[[str], File], source: str, config: MkDocsConfig) -> File:
    """Make a page that each language has, in the one that is being built.

    Args:
        make: Makes it, from where it would lie in the docs folder.
        source: That place, on a site of one language: `mascots.md`.
        config: The site's configuration.

    Returns:
        The page, published in the folder of its language. A switch of languages leads to the same
        page in another one, as far as it follows what that plugin notes of files.
    """
    if not has_languages(config):
        return make(source)
    i18n = _i18n(config)
    language = i18n.current_language
    # Else the folder of one page would become a section, and all others would lose their places.
    has_folders = Path(config.docs_dir, i18n.default_language).is_dir()
    is_by_folder = i18n.config.docs_structure == "folder" and has_folders
    page: Any = make(posixpath.join(language, source) if is_by_folder else source)
    page.alternates = {
        other: page if other == language else File.generated(config, source, content="")
        for other in i18n.build_languages
    }
    path = File.generated(config, source, content="").dest_uri
    for other, file in page.alternates.items():
        file.dest_uri = path if other == i18n.default_language else posixpath.join(other, path)
    page.locale = page.locale_alternate_of = language
    return cast("File", page)


def list_alternates(context: TemplateContext, pages: Iterable[File]) -> None:
    """Add pages to what that plugin tells templates, its sitemap among them, of all languages.

    It lists the pages of a language in `on_files`, before `make_page` can make one.

    Args:
        context: What a template gets; without that plugin, nothing is done.
        pages: Pages from `make_page`, of the languages that have been built so far.
    """
    alternates: dict[str, list[Any]] | None = cast("Any", context).get(_ALTERNATES)
    if alternates is None:
        return
    others: dict[str, list[Any]] = {page.locale: [page] for page in cast("Any", pages)}
    listed = {name: [*files, *others.get(name, ())] for name, files in alternates.items()}
    cast("Any", context)[_ALTERNATES] = listed


def _i18n(config: MkDocsConfig) -> Any:  # noqa: ANN401 - theirs
    return config.plugins[_I18N]


def _base(language: str) -> str:
    return language.lower().replace("_", "-").partition("-")[0]
