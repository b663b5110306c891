"""A call of `masko_gallery`, as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from msgspec import Struct

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.gallery.cards import groups
from mkdocs_masko.rendering import check, unknown_argument
from mkdocs_masko.text import nearest, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mkdocs_masko.gallery.cards import Card, Group
    from mkdocs_masko.gallery.gaps import Gap
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.rendering import Call, Place, Renderer

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


class _Still:
    """A place that is told nothing of gaps: here they are what is shown."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.language = place.language
        self.url, self.absolute, self.link = place.url, place.absolute, place.link
        self.picture = place.picture

    def lacks(self, pose: str, gap: str) -> None:
        """Keep quiet."""


def render(call: Call, renderer: Renderer, place: Place) -> str:
    """Render the catalogue.

    Raises:
        ReferenceProblem: There is no such collection, or an argument is wrong.
    """
    asked = _asked(call, renderer.manifest)
    found = groups(renderer.manifest, renderer.default, asked.alias)
    quiet = _Still(place)

    def embed(card: Card, wanted: Mapping[str, object]) -> Markup:
        arguments = {**wanted, "alt": card.name, "width": _BOX, "height": _BOX}
        html = renderer.show(card.match, check(arguments), quiet)
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
            f"argument 'level' takes a whole number from 1 to 5, not {one_line(str(level))!r}"
        )
    if not isinstance(search, bool):
        raise ReferenceProblem(
            f"argument 'search' takes true or false, not {one_line(str(search))!r}"
        )
    return Asked(alias=_alias(call.reference, manifest), level=level, search=search)


def _alias(name: str, manifest: Manifest) -> str | None:
    if not name or name in manifest.collections:
        return name or None
    known = sorted(map(one_line, manifest.collections))
    listed = ", ".join(known) or "none"
    raise ReferenceProblem(
        f"no collection {one_line(name)!r}{nearest(name, known)}. There are: {listed}."
    )
