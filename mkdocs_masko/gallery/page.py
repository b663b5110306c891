"""The gallery as HTML: for `masko_gallery` on a page of a site, and as a folder of its own."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from msgspec import Struct

from mkdocs_masko.assets import FOLDER, SiteFiles
from mkdocs_masko.assets.cache import digest_of
from mkdocs_masko.errors import ManifestError, OptionError
from mkdocs_masko.files import copy_file, replace_file
from mkdocs_masko.gallery.cards import groups
from mkdocs_masko.manifest import unknown_collection
from mkdocs_masko.rendering import (
    Call,
    Embed,
    Renderer,
    StandalonePage,
    bad_argument,
    check_arguments,
    select_pose,
    templates_dir,
    unknown_argument,
)
from mkdocs_masko.snippets import escape_markdown
from mkdocs_masko.sources.source_text import SourceText
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from mkdocs_masko.gallery.cards import Card, Group
    from mkdocs_masko.manifest import Gap, Manifest, Medium
    from mkdocs_masko.options import GalleryPage
    from mkdocs_masko.rendering import Load, Page
    from mkdocs_masko.sources.docs_files import DocsFile, DocsFolder

PAGE = "index.html"
"""The page, in the folder that `write` fills."""

_BOX = 128  # px; at twice that a screen is still sharp, and small variants are enough
_LEVEL = 2  # of a group's heading: below the title of the page
_ARGUMENTS = ("collection", "level", "search")
# `masko_gallery()`, and what templates import: `masko.gallery()`, `gallery()`.
_GALLERY_MACRO = re.compile(r"\{[{%][^{}]*?\b(?:masko_)?gallery\s*\(")
_PAGE_MARK = b'class="masko-gallery-page"'
_SHIPPED = ("masko.css", "gallery.css", "masko.js", "gallery.js")


class GalleryOptions(Struct, frozen=True, kw_only=True):
    """The arguments of `masko_gallery`.

    Attributes:
        alias: The one collection to show; None for all.
        level: Of the groups' headings, 1 to 5.
        search: Whether the site's search may find it.
    """

    alias: str | None
    level: int = _LEVEL
    search: bool = False


def render(call: Call, renderer: Renderer, page: Page, *, on_paper: bool = False) -> Embed:
    """Render the gallery.

    Args:
        call: What the author wrote.
        renderer: Shows the poses.
        page: The page that it stands on.
        on_paper: Whether it is for a page where nothing moves.

    Returns:
        Its HTML and the files that it uses. It reports no gaps: to show them is what it is for.

    Raises:
        ReferenceProblem: There is no such collection, or an argument is wrong.
    """
    options = _read_options(call, renderer.manifest)
    card_groups = groups(renderer.manifest, renderer.default, options.alias)
    loads: list[Load] = []

    def embed(card: Card, frame_arguments: Mapping[str, object]) -> Markup:
        arguments = {**frame_arguments, "alt": card.name, "width": _BOX, "height": _BOX}
        selection = select_pose(card.match, check_arguments(arguments))
        if on_paper:
            return renderer.print_selection(selection, page)
        pose = renderer.embed_selection(selection, page)
        loads.extend(pose.loads)
        return Markup(pose.html)  # noqa: S704 - escaped by the templates

    html = renderer.fill(
        "gallery",
        groups=card_groups,
        gaps=_count_gaps(card_groups),
        complete=sum(not card.gaps for group in card_groups for card in group.cards),
        asked=options,
        on_paper=on_paper,
        embed=embed,
    )
    return Embed(html=html, loads=tuple(loads))


def _count_gaps(card_groups: Iterable[Group]) -> list[tuple[Gap, int]]:
    """Return what is missing anywhere, with the number of poses that lack it."""
    counts: dict[Gap, int] = {}
    for group in card_groups:
        for card in group.cards:
            for gap in card.gaps:
                counts[gap] = counts.get(gap, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0].name))


def _read_options(call: Call, manifest: Manifest) -> GalleryOptions:
    arguments = {name: value for name, value in call.arguments.items() if value is not None}
    unknown = next((name for name in arguments if name not in _ARGUMENTS), None)
    if unknown is not None:
        raise unknown_argument(unknown, _ARGUMENTS)
    level, search = arguments.get("level", _LEVEL), arguments.get("search", False)
    if isinstance(level, bool) or level not in range(1, 6):
        raise bad_argument("level", "a whole number from 1 to 5", level)
    if not isinstance(search, bool):
        raise bad_argument("search", "true or false", search)
    return GalleryOptions(alias=_alias(call.reference, manifest), level=level, search=search)


def page_source(page: GalleryPage) -> str:
    """Write the page with all poses the way an author would. `search` in it is Material's."""
    meta: dict[str, Any] = {"title": page.title, "hide": ["toc"]}
    if not page.search:
        meta["search"] = {"exclude": True}
    lines = [f"{name}: {json.dumps(value)}" for name, value in meta.items()]
    macro = f"{{{{ masko_gallery(search={str(page.search).lower()}) }}}}"
    return "\n".join(["---", *lines, "---", "", f"# {escape_markdown(page.title)}", "", macro, ""])


def is_gallery_page(text: str) -> bool:
    """Tell whether the source of a page shows the gallery, and so can stand for it.

    A macro that is shown as code shows none.
    """
    return SourceText(text).has_prose(_GALLERY_MACRO)


def find_gallery_page(docs: DocsFolder, source: str) -> DocsFile | None:
    """Return the page of a docs folder that stands for the gallery.

    Args:
        docs: The docs folder, with the pages that the host knows.
        source: Where the gallery is, as if it were a file of the folder.

    Raises:
        OptionError: Another page or file has its URL, or would have it if it were not excluded.
    """
    file = docs.find_replaced(source)
    if file is not None and not (file.is_page and is_gallery_page(file.text())):
        raise replaced_page(file.uri)
    return file


def missing_gallery_page(docs: DocsFolder, page: GalleryPage) -> Path | None:
    """Return where the gallery page has to be that a host takes from the docs folder alone.

    Args:
        docs: The docs folder, with the pages that the host knows.
        page: The page, as the options say.

    Returns:
        Its path; None where the folder has it, as that page or as another one with its URL.

    Raises:
        OptionError: As from `find_gallery_page`.
    """
    is_there = find_gallery_page(docs, page.source) is not None
    return None if is_there else docs.path / page.source


def replaced_page(other: str) -> OptionError:
    """Make the error for a gallery page that would have the URL of another file of the site."""
    return OptionError(
        f"would replace {sanitize(other)}. Give another path, "
        "or write {{ masko_gallery() }} on that page",
        option="gallery",
    )


def _alias(name: str, manifest: Manifest) -> str | None:
    if not name or name in manifest.collections:
        return name or None
    raise unknown_collection(manifest, name)


def write(
    manifest: Manifest, folder: Path, *, default: str, packaged: Callable[[str], Path | None]
) -> Path:
    """Write the gallery into a folder: a page to open in a browser, which needs no server.

    Args:
        manifest: The poses.
        folder: Where; it is created if it does not exist, and other files in it are left alone.
        default: The collection whose poses need no prefix.
        packaged: Returns the file behind the URL of a medium that no CDN serves, to be copied.

    Returns:
        The page.

    Raises:
        OptionError: The folder has an `index.html` that is something else.
        ManifestError: The folder cannot be written.
    """
    _refuse_other_page(folder / PAGE)

    def digest(medium: Medium) -> str | None:
        file = packaged(medium.url)
        return digest_of(file.resolve()) if file else None

    renderer = Renderer(manifest, SiteFiles(digest), default=default)
    call = Call(function="masko_gallery", reference="", arguments={"search": True}, source="")
    gallery = render(call, renderer, StandalonePage())
    names = " and ".join(collection.name for collection in manifest.collections.values())
    body = Markup(gallery.html)  # noqa: S704 - escaped by the templates
    page = renderer.fill("gallery-page", body=body, names=names, folder=FOLDER)
    files = (load.file for load in gallery.loads if load.file)
    media = {file.path: packaged(file.medium.url) for file in files}
    try:
        return _write_files(folder, page, media)
    except OSError as error:
        raise ManifestError(f"{folder.as_posix()}: cannot be written: {error.strerror}.") from error


def _refuse_other_page(page: Path) -> None:
    """Never write over somebody's page."""
    if page.is_file() and _PAGE_MARK not in page.read_bytes():
        raise OptionError(
            f"{page} is there already, and is no gallery: name another folder", option="--output"
        )


def _write_files(folder: Path, page: str, media: Mapping[str, Path | None]) -> Path:
    shipped = {f"{FOLDER}/{name}": templates_dir() / "masko" / name for name in _SHIPPED}
    for path, file in {**media, **shipped}.items():
        if file is None:
            continue
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_file(file, target)
    target = folder / PAGE
    replace_file(target, page.encode())
    return target
