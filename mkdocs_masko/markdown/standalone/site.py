"""What all pages of a site share: the manifest, the templates, and what a sync has written.

Zensical makes a new extension for each page. So all this is read once a process, and again when a
file of it has changed.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_masko.assets import FOLDER, SiteFiles
from mkdocs_masko.assets.site_files import name_in_folder
from mkdocs_masko.embeds import embed_macro
from mkdocs_masko.errors import ManifestError, OptionError, ReferenceProblem
from mkdocs_masko.files import path_stamp, relative_name
from mkdocs_masko.hosting import laid_site_files
from mkdocs_masko.laid_files import (
    RECORD,
    LaidFiles,
    laid_folder,
    read_present_files,
    url_of_folder,
)
from mkdocs_masko.options import read_options, take_default
from mkdocs_masko.page_assets import published_name
from mkdocs_masko.rendering import Renderer, embed_key
from mkdocs_masko.sync import read_manifest, site_of
from mkdocs_masko.text import printable, sanitize
from mkdocs_masko.urls import SANDBOX_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from mkdocs_masko.markdown.standalone.zensical import Project
    from mkdocs_masko.rendering import Call, Embed, Load, Page

_REMEDY = "Run 'mkdocs-masko sync' and commit the folder."

_SANDBOX = f"{SANDBOX_ORIGIN}/"
_NO_SANDBOX = (
    "its media are those of the sandbox, which no server has. The plugin and Zensical "
    "publish them; elsewhere, sync with Masko."
)


class StandaloneSite:
    """Renders the poses of a site without the plugin.

    Args:
        raw_options: The options of the extension as written.
        project: The site as Zensical has it; None where nothing is known of one, and paths start
            from the working folder.

    Attributes:
        options: The options.
        manifest: What pages may show.
        default: Alias of the collection that names without one are looked up in.
        laid_folder: Where `mkdocs-masko sync` writes what pages load; None without a project.
        url_folder: The same in URLs, from the root of the site.

    Raises:
        OptionError: Options cannot be used.
        ManifestError: The manifest, or the record of what a sync has written, cannot be used.
    """

    def __init__(self, raw_options: Mapping[str, Any], project: Project | None) -> None:
        raw, alias = take_default(raw_options)
        self.options = read_options(raw, os.environ, flags={"mode": "frozen"}, complete=False)
        if project is None and self.options.hosting == "self":
            problem = "must be 'cdn' here: only the plugin and Zensical publish files"
            raise OptionError(problem, option="hosting")
        folder = project.folder if project else Path.cwd()
        self._origin = repr(raw_options), project, folder
        site = site_of(self.options, folder, os.environ)
        self.laid_folder = (
            laid_folder(self.options, folder, project.docs_dir, is_needed=True) if project else None
        )
        self._project, overrides = project, project.overrides if project else ()
        self.url_folder = (
            url_of_folder(self.laid_folder, project.docs_dir)
            if self.laid_folder and project
            else FOLDER
        )
        self._template_folders = [path / "masko" for path in overrides]
        self._sources = [site.manifest, *self._template_folders]
        if self.laid_folder:
            # Its own time changes with each file that is removed or comes.
            self._sources += [self.laid_folder, self.laid_folder / RECORD]
        self._stamps = self._read_stamps()
        self.manifest = read_manifest(site)
        if project is None and any(m.url.startswith(_SANDBOX) for *_, m in self.manifest.media()):
            raise ManifestError(f"{site.manifest.name}: {_NO_SANDBOX}")
        self._laid = read_present_files(self.laid_folder) if self.laid_folder else LaidFiles()
        self._files = (
            laid_site_files(site, self.manifest, self._laid) if self.laid_folder else SiteFiles()
        )
        has_alias = self.options.collection or self.options.collections
        first = self.options.default if has_alias else ""
        self.default = alias or first
        self._renderer = Renderer(
            self.manifest, self._files, default=self.default, overrides=overrides
        )
        self._embeds: dict[Hashable, Embed] = {}
        self._hints = dict.fromkeys(self._lacks_gallery_page())
        self._told: set[str] = set()

    def _lacks_gallery_page(self) -> Iterator[str]:
        page, project = self.options.gallery_page, self._project
        if page is None or project is None:
            return
        from mkdocs_masko.gallery.page import missing_gallery_page  # noqa: PLC0415 - as above
        from mkdocs_masko.generator import page_suffixes  # noqa: PLC0415 - as above
        from mkdocs_masko.site_config.option_places import option_places  # noqa: PLC0415 - as above
        from mkdocs_masko.sources.docs_files import DocsFolder  # noqa: PLC0415 - most sites have none

        docs = DocsFolder(project.folder, project.docs_settings, page_suffixes("zensical"))
        try:
            with option_places(project.config_file):
                path = missing_gallery_page(docs, page)
        except OptionError as error:
            yield str(error)
            return
        if path:
            name = sanitize(relative_name(path, project.folder))
            yield f"option 'gallery': {name} is missing. Run 'mkdocs-masko sync', which writes it."

    def is_of(self, raw_options: Mapping[str, Any], project: Project | None) -> bool:
        """Tell whether it is the site that `open_site` is asked for."""
        folder = project.folder if project else Path.cwd()
        return self._origin == (repr(raw_options), project, folder)

    def is_current(self) -> bool:
        """Tell whether the files are still those that were read."""
        return self._read_stamps() == self._stamps

    def _read_stamps(self) -> list[tuple[int, ...] | None]:
        templates = (
            file for path in self._template_folders for file in sorted(path.glob("*.html"))
        )
        return [path_stamp(path) for path in (*self._sources, *templates)]

    def embed(self, call: Call, page: Page) -> Embed:
        """Return what a macro becomes on a page.

        Raises:
            ReferenceProblem: What it names is not there, an argument is wrong, or a file that it
                needs has not been written.
        """
        key = embed_key(call, page)
        shown = self._embeds.get(key) if key is not None else None
        if shown is None:
            shown = self._embed(call, page)
            if key is not None:
                self._embeds[key] = shown
        return shown

    def _embed(self, call: Call, page: Page) -> Embed:
        shown = embed_macro(call, self._renderer, page)
        missing = self._missing_loads(shown)
        if missing:
            # Readers get what there is: a larger variant, or the file as exported.
            variants = [load.file for load in missing if load.file and load.file.variant]
            self._files.learn_sizes({file.path: math.inf for file in variants})
            shown = embed_macro(call, self._renderer, page)
            self._require_files(shown)
            poses = ", ".join(sorted({repr(sanitize(load.pose)) for load in missing}))
            self._hints.setdefault(
                f"{self._place}: has no variant of {poses} in a size that a page shows, so that "
                "readers load a larger file. Run 'mkdocs-masko sync'."
            )
        if self.options.incomplete == "warn":
            for gap in shown.gaps:
                self._hints.setdefault(printable(gap))
        return shown

    def _missing_loads(self, shown: Embed) -> list[Load]:
        if self.laid_folder is None:
            return []
        return [
            load
            for load in shown.loads
            if load.file and name_in_folder(load.file.path) not in self._laid.files
        ]

    def _require_files(self, shown: Embed) -> None:
        missing = self._missing_loads(shown)
        if missing:
            name = sanitize(missing[0].pose)
            raise ReferenceProblem(
                f"the files of pose {name!r} are not in {self._place}. {_REMEDY}"
            )

    def require_assets(self, names: Iterable[str]) -> None:
        """Check that style sheets and scripts of this version are in the folder.

        Args:
            names: As they are shipped: `masko.css`.

        Raises:
            ReferenceProblem: One is not.
        """
        for name in names:
            if published_name(name) not in self._laid.files:
                raise ReferenceProblem(f"{self._place}: has no {name} of this version. {_REMEDY}")

    def new_hints(self) -> list[str]:
        """Return what authors should know and need not end a build, each once."""
        return [hint for hint in self._hints if self.is_news(hint)]

    def is_news(self, text: str) -> bool:
        """Tell whether a text was not asked about before, since the site was read."""
        is_new = text not in self._told
        self._told.add(text)
        return is_new

    @property
    def _place(self) -> str:
        folder = self._project.folder if self._project else Path.cwd()
        return sanitize(relative_name(self.laid_folder or folder, folder))


_sites: list[StandaloneSite] = []


def open_site(raw_options: Mapping[str, Any], project: Project | None) -> StandaloneSite:
    """Return a site; it is read again where a file of it has changed.

    Args:
        raw_options: The options of the extension as written.
        project: The site as Zensical has it, or None.

    Raises:
        OptionError: Options cannot be used.
        ManifestError: The manifest, or the record of what a sync has written, cannot be used.
    """
    # Each page asks, so the project is not turned into a key.
    site = next((each for each in _sites if each.is_of(raw_options, project)), None)
    if site is not None:
        if site.is_current():
            return site
        _sites.remove(site)
    site = _read_site(raw_options, project)
    _sites.append(site)
    return site


def _read_site(raw_options: Mapping[str, Any], project: Project | None) -> StandaloneSite:
    if project is None:  # the options are in no file that is known
        return StandaloneSite(raw_options, project)
    from mkdocs_masko.site_config.option_places import option_places  # noqa: PLC0415 - YAML comes with it

    with option_places(project.config_file):
        return StandaloneSite(raw_options, project)
