"""A call of `masko_gallery`, as HTML."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

from markupsafe import Markup
from msgspec import Struct

from mkdocs_masko.assets import FOLDER, UsedFiles
from mkdocs_masko.assets.cache import digest_of
from mkdocs_masko.errors import ManifestError, OptionError, ReferenceProblem
from mkdocs_masko.gallery.cards import groups
from mkdocs_masko.manifest import unknown_collection
from mkdocs_masko.rendering import (
    Call,
    ManifestUrls,
    Renderer,
    check_arguments,
    templates_dir,
    unknown_argument,
)
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from mkdocs_masko.gallery.cards import Card, Group
    from mkdocs_masko.manifest import Gap, Manifest, Medium
    from mkdocs_masko.rendering import UrlResolver

_BOX = 128  # px; at twice that a screen is still sharp, and the small variants are enough
_LEVEL = 2  # of a group's heading: below the title of the page
_KNOWN = ("collection", "level", "search")


class Asked(Struct, frozen=True, kw_only=True):
    """What a call wants.

    Attributes:
        alias: The one collection; None for all.
        level: Of the groups' headings, 1 to 5.
        search: Whether the site's search may find it.
    """

    alias: str | None
    level: int = _LEVEL
    search: bool = False


class _WithoutGapReports:
    """A place that is told nothing of gaps: here they are what is shown."""

    def __init__(self, place: UrlResolver) -> None:
        self._place = place
        self.language = place.language
        self.url, self.absolute, self.link = place.url, place.absolute, place.link
        self.picture = place.picture

    def lacks(self, pose: str, gap: str) -> None:
        """Keep quiet."""


def render(call: Call, renderer: Renderer, place: UrlResolver) -> str:
    """Render the catalogue.

    Raises:
        ReferenceProblem: There is no such collection, or an argument is wrong.
    """
    asked = _asked(call, renderer.manifest)
    found = groups(renderer.manifest, renderer.default, asked.alias)
    quiet = _WithoutGapReports(place)

    def embed(card: Card, wanted: Mapping[str, object]) -> Markup:
        arguments = {**wanted, "alt": card.name, "width": _BOX, "height": _BOX}
        html = renderer.show(card.match, check_arguments(arguments), quiet)
        return Markup(html)  # noqa: S704 - escaped by the templates

    missing = _counted(found)
    complete = sum(not card.gaps for group in found for card in group.cards)
    return renderer.fill(
        "gallery", groups=found, gaps=missing, complete=complete, asked=asked, embed=embed
    )


def _counted(found: Iterable[Group]) -> list[tuple[Gap, int]]:
    """Return what is missing anywhere, with the number of poses that lack it."""
    counts: dict[Gap, int] = {}
    for group in found:
        for card in group.cards:
            for gap in card.gaps:
                counts[gap] = counts.get(gap, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0].name))


def _asked(call: Call, manifest: Manifest) -> Asked:
    given = {name: value for name, value in call.arguments.items() if value is not None}
    unknown = next((name for name in given if name not in _KNOWN), None)
    if unknown is not None:
        raise unknown_argument(unknown, _KNOWN)
    level, search = given.get("level", _LEVEL), given.get("search", False)
    if isinstance(level, bool) or level not in range(1, 6):
        raise ReferenceProblem(
            f"argument 'level' takes a whole number from 1 to 5, not {sanitize(str(level))!r}"
        )
    if not isinstance(search, bool):
        raise ReferenceProblem(
            f"argument 'search' takes true or false, not {sanitize(str(search))!r}"
        )
    return Asked(alias=_alias(call.reference, manifest), level=level, search=search)


def _alias(name: str, manifest: Manifest) -> str | None:
    if not name or name in manifest.collections:
        return name or None
    raise unknown_collection(manifest, name)


PAGE = "index.html"
"""The page, in the folder."""

_MARK = b'class="masko-gallery-page"'
_SHIPPED = ("masko.css", "gallery.css", "masko.js", "gallery.js")


class _Folder(ManifestUrls):
    """A place whose files lie beside the page, where they are not fetched from the CDN."""

    def __init__(self, shelf: UsedFiles) -> None:
        self._shelf = shelf

    def url(self, medium: Medium) -> str:
        """Return the address from the page."""
        return self._shelf.take(medium) or medium.url

    absolute = url


def write(
    manifest: Manifest, folder: Path, *, default: str, find: Callable[[str], Path | None]
) -> Path:
    """Write the catalogue into a folder.

    Args:
        manifest: What there is.
        folder: Where; it is made if it is not there, and other files in it are left alone.
        default: The collection whose poses need no prefix.
        find: Returns the file behind a medium that nobody else serves, to be copied.

    Returns:
        The page.

    Raises:
        OptionError: The folder has an `index.html` that is something else.
        ManifestError: The folder cannot be written.
    """
    _refuse_others(folder / PAGE)
    renderer, shelf = Renderer(manifest, default=default), UsedFiles(partial(_digest, find))
    call = Call(function="masko_gallery", reference="", arguments={"search": True}, source="")
    body = render(call, renderer, _Folder(shelf))
    names = " and ".join(each.name for each in manifest.collections.values())
    page = renderer.fill("gallery-page", body=body, names=names, folder=FOLDER)
    try:
        return _written(folder, page, {p: find(w.medium.url) for p, w in shelf.wants.items()})
    except OSError as error:
        raise ManifestError(f"{folder}: cannot be written: {error.strerror}.") from error


def _refuse_others(page: Path) -> None:
    """Never write over somebody's page."""
    if page.is_file() and _MARK not in page.read_bytes():
        raise OptionError(
            f"{page} is there already, and is no gallery: name another folder", option="--output"
        )


def _digest(find: Callable[[str], Path | None], medium: Medium) -> str | None:
    file = find(medium.url)
    return digest_of(file.resolve()) if file else None


def _written(folder: Path, page: str, media: Mapping[str, Path | None]) -> Path:
    ours = {f"{FOLDER}/{name}": templates_dir() / "masko" / name for name in _SHIPPED}
    for path, file in {**media, **ours}.items():
        if file is None:
            continue
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    target = folder / PAGE
    target.write_text(page, encoding="utf-8")
    return target
