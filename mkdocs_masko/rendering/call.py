"""A macro and its arguments, whichever syntax an author wrote them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_type_hints

import msgspec
from msgspec import Meta, Struct

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.text import sanitize, suggest
from mkdocs_masko.urls import is_link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "masko": ("pose",),
    "masko_image": ("pose",),
    "masko_animation": ("pose",),
    "masko_preload": ("pose",),
    "masko_url": ("pose", "key"),
    "masko_gallery": ("collection",),
}
"""The macros of pages and themes, with the names of their positional arguments."""

POSES = frozenset({"masko", "masko_image", "masko_animation"})
"""The macros that show a pose."""

URL = "masko_url"
"""The one macro that becomes a URL."""

PRELOAD = "masko_preload"
"""The one macro that takes the arguments of a pose and shows none."""

GALLERY = "masko_gallery"
"""The one macro that is about no pose: it shows all of them."""


class Call(Struct, frozen=True, kw_only=True):
    """One macro on a page, or an image of a pose.

    Attributes:
        function: One of `FUNCTIONS`.
        reference: The pose's name, as written: `wave`, `owl/wave`. Of a gallery, the
            collection's; empty for all.
        arguments: The other arguments by name, not yet checked.
        source: The macro as the author wrote it, to find and to quote it.
        running: Whether it stands in running text, where a figure has to be made of spans.
        early: Whether a reader sees it first: the first pose of a page, before its first h2, or
            one of the theme's template.
    """

    function: str = "masko"
    reference: str
    arguments: Mapping[str, Any]
    source: str
    running: bool = False
    early: bool = False


def missing_parentheses(function: str) -> ReferenceProblem:
    """Make the error for a macro that is named and not called."""
    return ReferenceProblem(
        f'{function} needs parentheses. Write {{{{ {function}("wave", width=240) }}}}.'
    )


def changed_result(function: str) -> ReferenceProblem:
    """Make the error for a macro whose result a template has changed: `| upper`."""
    return ReferenceProblem(
        f"no filter can change what {function}() becomes. Write {{{{ {function}(...) }}}} alone."
    )


def make_call(
    function: str, positional: Sequence[Any], named: Mapping[str, Any], source: str
) -> Call:
    """Sort the arguments of a macro.

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
    """Take the collection out of the arguments of a gallery; without one, all are meant."""
    alias = arguments.pop("collection", None)
    if alias is None:
        return ""
    if not isinstance(alias, str) or not alias.strip():
        raise ReferenceProblem(
            f'{GALLERY}() takes the name of a collection, or nothing: {GALLERY}("owl")'
        )
    return alias


def unknown_argument(name: str, known: Sequence[str]) -> ReferenceProblem:
    """Make the error for an argument that does not exist."""
    hint = suggest(name, known) or f". There are: {', '.join(known)}"
    return ReferenceProblem(f"unknown argument {sanitize(name)!r}{hint}")


def bad_argument(name: str, expected: str, value: object) -> ReferenceProblem:
    """Make the error for a value that does not fit.

    Args:
        name: The argument.
        expected: What it must be: `true or false`.
        value: What was written.
    """
    return ReferenceProblem(f"argument {name!r} must be {expected}; got {sanitize(str(value))!r}")


Px: TypeAlias = Annotated[int, Meta(ge=1, le=8192)]
Word: TypeAlias = Annotated[
    str, Meta(pattern=r"^[^\s\x00-\x1f\x7f\ud800-\udfff]+\Z", max_length=200)
]
Url: TypeAlias = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f\ud800-\udfff]*\Z")]


class Arguments(Struct, frozen=True, kw_only=True, rename={"class_": "class"}):
    """How a pose is shown. A new argument is a field here, and a line of `_EXPECTED`."""

    alt: str | None = None
    """What the picture says; empty means decoration, None the pose's own name."""
    width: Px | None = None
    """Width of the box in px; with only one of the two, the other follows the picture."""
    height: Px | None = None
    """Height of the box in px."""
    kind: Literal["auto", "image", "animation"] = "auto"
    """`auto`: the animation if there is one."""
    play: Literal["loop", "once", "hover", "click"] = "loop"
    """When the animation plays, unless the reader prefers reduced motion."""
    replay: bool = False
    """With `play=once`: once more each time that it comes into the viewport again."""
    class_: str | None = None
    id: Word | None = None
    align: Literal["left", "right", "center"] | None = None
    caption: str | None = None
    """Text below the picture, which makes the whole a figure."""
    href: Url | None = None
    """URL that the picture links to."""
    loading: Literal["auto", "lazy", "eager"] = "auto"
    """When the still image is fetched; `auto`: with the page if a reader sees it first."""
    background: bool = False
    """Use the opaque image and video."""
    dark: str | None = None
    """Name of the pose for the dark palette."""
    animation: Annotated[int, Meta(ge=0)] = 0
    """Which one, from 0, when a pose has several."""


_EXPECTED = {
    "width": "whole pixels from 1 to 8192",
    "height": "whole pixels from 1 to 8192",
    "kind": "one of 'auto', 'image', 'animation'",
    "play": "one of 'loop', 'once', 'hover', 'click'",
    "replay": "true or false",
    "href": "a URL",
    "id": "one word without spaces",
    "align": "one of 'left', 'right', 'center'",
    "loading": "one of 'auto', 'lazy', 'eager'",
    "background": "true or false",
    "animation": "a whole number from 0",
}
"""What a value must be, for people; text, where an argument is not listed."""

_FIELDS = {field.encode_name: field.name for field in msgspec.structs.fields(Arguments)}
ARGUMENT_NAMES = tuple(_FIELDS)
"""The arguments of a pose, as authors write them."""

_HINTS = get_type_hints(Arguments, include_extras=True)
_TYPES = {name: _HINTS[field] for name, field in _FIELDS.items()}

VALUED_ARGUMENTS = frozenset(name for name in _FIELDS if _TYPES[name] is not bool)
"""Those of them that say nothing without a value."""


def check_arguments(raw: Mapping[str, Any]) -> Arguments:
    """Check the arguments of a macro.

    Args:
        raw: By the names that authors write; numbers may be strings, as attribute lists have
            nothing else. None is the same as leaving the argument out.

    Raises:
        ReferenceProblem: An unknown argument or a value that does not fit, with what would.
    """
    values = {_field(name): _convert(name, value) for name, value in raw.items()}
    arguments = Arguments(**{field: value for field, value in values.items() if value is not None})
    if arguments.replay and arguments.play != "once":
        raise ReferenceProblem(f"argument 'replay' needs play='once'; got play={arguments.play!r}")
    if arguments.href is not None and not is_link(arguments.href):
        raise bad_argument("href", "the URL of a page or a file", arguments.href)
    moving = {"play": raw.get("play"), "replay": arguments.replay, "animation": arguments.animation}
    ignored = next((name for name, value in moving.items() if value), None)
    if arguments.kind == "image" and ignored:
        raise ReferenceProblem(
            f"argument {ignored!r} needs an animation, and a still image has none. "
            "Write masko() without kind=image."
        )
    return arguments


def _field(name: str) -> str:
    if name not in _FIELDS:
        raise unknown_argument(name, list(_FIELDS))
    return _FIELDS[name]


def _convert(name: str, value: object) -> Any:  # noqa: ANN401 - its type is the argument's
    if value is None:
        return None
    try:
        return msgspec.convert(value, _TYPES[name], strict=False)
    except msgspec.ValidationError:
        raise bad_argument(name, _EXPECTED.get(name, "text"), value) from None
