"""What an author asked for, whichever syntax it was written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.text import nearest, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "masko": ("pose",),
    "masko_image": ("pose",),
    "masko_animation": ("pose",),
    "masko_url": ("pose", "key"),
    "masko_gallery": ("collection",),
}
"""The functions that pages and themes call, with the names of their positional arguments."""


GALLERY = "masko_gallery"
"""The one function that is about no pose: it shows all of them."""


class Call(Struct, frozen=True, kw_only=True):
    """One use of a pose.

    Attributes:
        function: One of `FUNCTIONS`.
        reference: The pose's name, as written: `wave`, `owl/wave`. Of a catalogue, the
            collection's; empty for all.
        arguments: The other arguments by name, not yet checked.
        source: The call as the author wrote it, to find and to quote it.
        running: Whether it stands in running text, where a figure has to be made of spans.
    """

    function: str = "masko"
    reference: str
    arguments: Mapping[str, Any]
    source: str
    running: bool = False


def make_call(
    function: str, positional: Sequence[Any], named: Mapping[str, Any], source: str
) -> Call:
    """Sort the arguments of a function call.

    Raises:
        ReferenceProblem: No such function, no pose, too many arguments, or the same one twice.
    """
    names = FUNCTIONS.get(function)
    if names is None:
        hint = nearest(function, FUNCTIONS) or f". There are: {', '.join(FUNCTIONS)}"
        raise ReferenceProblem(f"there is no function {one_line(function)!r}{hint}")
    if len(positional) > len(names):
        expected = ", ".join(names)
        raise ReferenceProblem(
            f"{function}() takes {expected}, and all other arguments by name: width=240"
        )
    arguments = {**named, **dict(zip(names, positional, strict=False))}
    if len(arguments) < len(positional) + len(named):
        raise ReferenceProblem(f"{function}() got the same argument twice")
    if function == GALLERY:
        return Call(
            function=function, reference=_alias(arguments), arguments=arguments, source=source
        )
    reference = arguments.pop("pose", None)
    if not isinstance(reference, str) or not reference.strip():
        raise ReferenceProblem(f'{function}() needs the name of a pose first: {function}("wave")')
    return Call(function=function, reference=reference, arguments=arguments, source=source)


def _alias(arguments: dict[str, Any]) -> str:
    """Take the collection out of the arguments of a catalogue; without one all are meant."""
    alias = arguments.pop("collection", None)
    if alias is None:
        return ""
    if not isinstance(alias, str) or not alias.strip():
        raise ReferenceProblem(
            f'{GALLERY}() takes the name of a collection, or nothing: {GALLERY}("owl")'
        )
    return alias


def unknown_argument(name: str, known: Sequence[str]) -> ReferenceProblem:
    """Make the error for an argument that is not there."""
    hint = nearest(name, known) or f". There are: {', '.join(known)}"
    return ReferenceProblem(f"unknown argument {one_line(name)!r}{hint}")
