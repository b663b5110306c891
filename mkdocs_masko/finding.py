"""From what a person types to the one thing that is meant: an id, a name, or the start of one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.text import nearest, one_line, slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Object: TypeAlias = dict[str, Any]

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST_SHOWN = 5  # things named in one message


def is_whole_id(text: str) -> bool:
    """Tell whether a text can be nothing but a whole id, so that no list is needed to find it."""
    return bool(_UUID.fullmatch(text))


def pick(wanted: str, things: Iterable[Object], kind: str) -> Object:
    """Find what is meant: by id, by name, by slug, then by the start of an id or a slug.

    Args:
        wanted: What was typed.
        things: What there is, as the API lists it.
        kind: What the things are called, for messages: `collection`.

    Raises:
        ReferenceProblem: Nothing is meant, or several things are; the message says which.
    """
    there = list(things)
    for fits in _ways(wanted):
        found = [thing for thing in there if fits(thing)]
        if len(found) == 1:
            return found[0]
        if found:
            raise ReferenceProblem(_several(wanted, found, kind))
    names = {name for thing in there for name in (_name(thing), thing["id"]) if name}
    raise ReferenceProblem(
        f"no {kind} {one_line(wanted)!r}{nearest(wanted, sorted(names))}. "
        f"Give an id, a name, or the start of one; the list of {kind}s has them."
    )


def _ways(wanted: str) -> Iterator[Callable[[Object], bool]]:
    short = slug(wanted)
    yield lambda thing: bool(thing["id"] == wanted)
    yield lambda thing: bool(wanted) and _name(thing) == wanted
    yield lambda thing: short in _slugs(thing)
    yield (
        lambda thing: (
            str(thing["id"]).startswith(wanted.lower() or "\n")
            or any(name.startswith(short) for name in _slugs(thing))
        )
    )


def _name(thing: Object) -> str:
    return thing.get("name") or ""


def _slugs(thing: Object) -> set[str]:
    own = thing.get("public_slug") or ""
    return {own, slug(_name(thing)) if _name(thing) else ""} - {""}


def _several(wanted: str, found: list[Object], kind: str) -> str:
    shown = ", ".join(map(named, found[:_MOST_SHOWN]))
    more = f" and {len(found) - _MOST_SHOWN} more" if len(found) > _MOST_SHOWN else ""
    return (
        f"{one_line(wanted)!r} can be {len(found)} {kind}s: {shown}{more}. "
        "Write more of it, or the id."
    )


def named(thing: Object) -> str:
    """Say which thing is meant: its name and its id."""
    name, id_ = one_line(_name(thing)), one_line(str(thing["id"]))
    return f"{name!r} ({id_})" if name else id_
