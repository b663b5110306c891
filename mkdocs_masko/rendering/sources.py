"""Which files of an animation a browser is offered, and what it has to do without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.errors import ReferenceProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs_masko.manifest import Match, Medium
    from mkdocs_masko.rendering.arguments import Arguments

_SHARP = 2  # device pixels for a px of the box, on the screens that most readers have

# The mov first, typed with the bare codec: Safari takes it, and no other browser does (measured
# in Chromium 156 and Firefox 153). With a full `hvc1.1.6...` string Firefox would show a black box.
_MOV = 'video/mp4; codecs="hvc1"'
_WEBM = 'video/webm; codecs="vp9"'
_TRANSPARENT = (("transparent_video_mov", _MOV), ("transparent_video_webm", _WEBM))


class Source(Struct, frozen=True, kw_only=True):
    """One `<source>` of a video.

    Attributes:
        medium: The file.
        type: Its type attribute, to the letter.
    """

    medium: Medium
    type: str


def sources(match: Match, arguments: Arguments) -> tuple[Source, ...]:
    """Choose the sources of a pose's animation, best first; none for a picture.

    Raises:
        ReferenceProblem: The animation that was asked for is not there.
    """
    if arguments.kind == "image":
        return ()
    animation = _animation(match, arguments)
    found = _opaque(animation, arguments) if arguments.background else _clear(animation, arguments)
    if not found and arguments.kind == "animation":
        raise ReferenceProblem(f"pose {match.slug!r} has no animation; write kind=image")
    return found


def gaps(found: tuple[Source, ...]) -> Iterator[str]:
    """Say who has to do with the still picture, because a transparent animation lacks a file."""
    types = {source.type for source in found}
    if types == {_WEBM}:
        yield "no transparent MOV: in Safari it is a still picture"
    if types == {_MOV}:
        yield "no transparent WebM: in all browsers but Safari it is a still picture"


def _clear(animation: Mapping[str, Medium], arguments: Arguments) -> tuple[Source, ...]:
    sized = ((_sized(animation, key, arguments), type_) for key, type_ in _TRANSPARENT)
    return tuple(
        Source(medium=medium, type=type_)
        for medium, type_ in sized
        if medium and medium.alpha is not False
    )


def _opaque(animation: Mapping[str, Medium], arguments: Arguments) -> tuple[Source, ...]:
    medium = _sized(animation, "video", arguments)
    if medium is None:
        return ()
    codecs = f'; codecs="{medium.codecs}"' if medium.codecs else ""
    return (Source(medium=medium, type=f"video/mp4{codecs}"),)


def _animation(match: Match, arguments: Arguments) -> Mapping[str, Medium]:
    if arguments.animation == 0 and not match.pose.animations:
        return {}
    return numbered(match, arguments.animation)


def numbered(match: Match, number: int) -> Mapping[str, Medium]:
    """Return an animation of a pose by its number, from 0.

    Raises:
        ReferenceProblem: The pose has not so many.
    """
    animations = match.pose.animations
    if number < len(animations):
        return animations[number]
    count = len(animations) or "no"
    raise ReferenceProblem(f"pose {match.slug!r} has {count} animation(s), counted from 0")


def _sized(animation: Mapping[str, Medium], key: str, arguments: Arguments) -> Medium | None:
    """Pick the smallest variant that is still sharp, else the largest there is."""
    found = sorted(variants(animation, key), key=lambda medium: (medium.width, medium.url))
    if not found:
        return None
    if arguments.width is None and arguments.height is None:
        return animation.get(key, found[-1])
    enough = (m for m in found if _covers(m, arguments))
    return next(enough, found[-1])


def variants(animation: Mapping[str, Medium], key: str) -> Iterator[Medium]:
    """Yield a file of an animation in all its sizes."""
    yield from (m for name, m in animation.items() if re.fullmatch(rf"{key}(_\d+)?", name))


def _covers(medium: Medium, arguments: Arguments) -> bool:
    width, height = arguments.width or 0, arguments.height or 0
    return medium.width >= _SHARP * width and medium.height >= _SHARP * height
