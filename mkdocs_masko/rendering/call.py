"""What an author asked for, whichever syntax it was written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_type_hints

import msgspec
from msgspec import Meta, Struct

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.text import sanitize, suggest

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
        hint = suggest(function, FUNCTIONS) or f". There are: {', '.join(FUNCTIONS)}"
        raise ReferenceProblem(f"there is no function {sanitize(function)!r}{hint}")
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
    hint = suggest(name, known) or f". There are: {', '.join(known)}"
    return ReferenceProblem(f"unknown argument {sanitize(name)!r}{hint}")


Px: TypeAlias = Annotated[int, Meta(ge=1, le=8192)]
Word: TypeAlias = Annotated[
    str, Meta(pattern=r"^[^\s\x00-\x1f\x7f\ud800-\udfff]+\Z", max_length=200)
]
Address: TypeAlias = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f\ud800-\udfff]*\Z")]


class Arguments(Struct, frozen=True, kw_only=True, rename={"class_": "class"}):
    """How a pose is to be shown."""

    alt: str | None = None
    """What the picture says; empty means decoration, None the pose's own name."""
    width: Px | None = None
    """Width of the box in px; with only one of the two, the other follows the picture."""
    height: Px | None = None
    """Height of the box in px."""
    kind: Literal["auto", "image", "animation"] = "auto"
    """`auto`: the animation if there is one."""
    play: Literal["loop", "once", "hover", "click"] = "loop"
    """When the animation moves, where motion is wanted at all."""
    replay: bool = False
    """With `play=once`: once more each time that it comes on screen again."""
    class_: str | None = None
    id: Word | None = None
    align: Literal["left", "right", "center"] | None = None
    caption: str | None = None
    """Text below the picture, which makes the whole a figure."""
    href: Address | None = None
    """Address that the picture links to."""
    loading: Literal["lazy", "eager"] = "lazy"
    background: bool = False
    """Use the opaque picture and video."""
    dark: str | None = None
    """Name of the pose for the dark palette."""
    animation: Annotated[int, Meta(ge=0)] = 0
    """Which one, from 0, when a pose has several."""


_EXPECTED = {
    "width": "whole pixels from 1 to 8192",
    "height": "whole pixels from 1 to 8192",
    "kind": "auto, image or animation",
    "play": "loop, once, hover or click",
    "replay": "true or false",
    "href": "an address",
    "id": "one word without spaces",
    "align": "left, right or center",
    "loading": "lazy or eager",
    "background": "true or false",
    "animation": "a whole number from 0",
}
_NAMES = {field.encode_name: field.name for field in msgspec.structs.fields(Arguments)}
_HINTS = get_type_hints(Arguments, include_extras=True)
_TYPES = {name: _HINTS[field] for name, field in _NAMES.items()}


def check_arguments(raw: Mapping[str, Any]) -> Arguments:
    """Check the arguments of a call.

    Args:
        raw: By the names that authors write; numbers may be strings, as attribute lists have
            nothing else. None is the same as not given.

    Raises:
        ReferenceProblem: An unknown argument or a value that does not fit, with what would.
    """
    checked = [_argument(name, value) for name, value in raw.items()]
    found = Arguments(**{name: value for name, value in checked if value is not None})
    if found.replay and found.play != "once":
        raise ReferenceProblem(f"argument 'replay' goes with play=once, not play={found.play}")
    return found


def _argument(name: str, value: object) -> tuple[str, Any]:
    """Return an argument as its Python name and typed value."""
    if name not in _NAMES:
        raise unknown_argument(name, list(_NAMES))
    return _NAMES[name], None if value is None else _value(name, value)


def _value(name: str, value: object) -> Any:  # noqa: ANN401 - its type is the argument's
    try:
        return msgspec.convert(value, _TYPES[name], strict=False)
    except msgspec.ValidationError:
        expected = _EXPECTED.get(name, "text")
        shown = sanitize(str(value))
        raise ReferenceProblem(f"argument {name!r} takes {expected}, not {shown!r}") from None
