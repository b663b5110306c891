"""One pose for people to look at: its files, its markup, and how it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mkdocs_masko.rendering import AsWritten, Renderer, make_call
from mkdocs_masko.tables import Column, Grid, grid
from mkdocs_masko.text import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.manifest import Manifest, Match, Medium

_KILO: Final = 1024
_TYPES: Final = {"video/quicktime": "mov"}


def ways(match: Match, default: str) -> list[str]:
    """Return the three ways to write a pose, with its name as the text for those who hear it."""
    name, alt = match.reference(default), _alt(match)
    return [
        f"![{alt}](masko:{name})",
        f'{{{{ masko("{name}", alt="{alt}") }}}}',
        f'<img src="masko:{name}" alt="{alt}">',
    ]


def _alt(match: Match) -> str:
    """Return the name without what has a meaning in one of the three ways."""
    plain = one_line(match.pose.name)
    return "".join(c for c in plain if c not in '"[]{}<>\\`&') or match.slug


def markup(manifest: Manifest, match: Match, default: str) -> str:
    """Return the HTML that a page gets."""
    name = match.reference(default)
    call = make_call("masko", [name], {"alt": _alt(match)}, name)
    return visible_lines(Renderer(manifest, default=default).render(call, AsWritten()))


def visible_lines(text: str) -> str:
    """Make text fit for a terminal, line by line."""
    return "\n".join(map(visible, text.splitlines()))


def files(match: Match, *, addressed: bool) -> Grid:
    """Return a table of all files of a pose, with or without their addresses."""
    columns = (
        Column(title="File", key="place", style="cyan", whole=True),
        Column(title="Type", key="type", whole=True),
        Column(title="Size", key="size", whole=True),
        Column(title="Bytes", key="bytes", whole=True),
        Column(title="Alpha", key="alpha"),
        Column(title="Seconds", key="seconds", whole=True, spare=True),
        *([Column(title="Address", key="url")] if addressed else []),
    )
    return grid(columns, (_row(place, medium) for place, medium in _media(match)))


def addresses(match: Match) -> list[tuple[str, str]]:
    """Return the address of every file by its place in the pose."""
    return [(place, one_line(medium.url)) for place, medium in _media(match)]


def _media(match: Match) -> Iterator[tuple[str, Medium]]:
    """Yield the files; which animation one is of is said where there are several."""
    prefix = "animations[0]." if len(match.pose.animations) == 1 else ""
    yield from ((place.removeprefix(prefix), medium) for place, medium in match.pose.media())


def document(manifest: Manifest, match: Match, default: str) -> dict[str, Any]:
    """Return all of it for a program."""
    return {
        "collection": match.alias,
        "pose": match.slug,
        "name": match.pose.name,
        "files": [_facts(place, medium) for place, medium in match.pose.media()],
        "write": ways(match, default),
        "markup": markup(manifest, match, default),
    }


def _row(place: str, medium: Medium) -> dict[str, object]:
    return {
        "place": place,
        "type": _TYPES.get(medium.type) or medium.type.partition("/")[2],
        "size": f"{medium.width}x{medium.height}",
        "bytes": _spoken(medium.bytes),
        "alpha": medium.alpha,
        "seconds": medium.duration,
        "url": medium.url,
    }


def _facts(place: str, medium: Medium) -> dict[str, object]:
    facts = {field: getattr(medium, field) for field in medium.__struct_fields__}
    return {"place": place, **{field: fact for field, fact in facts.items() if fact is not None}}


def _spoken(size: int | None) -> str:
    if size is None:
        return ""
    return f"{size} B" if size < _KILO else f"{size / _KILO:.0f} kB"
