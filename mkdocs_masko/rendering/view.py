"""Which of a pose's media are shown, and how large: decided here, written by the templates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.wording import nearest, one_line, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mkdocs_masko.manifest import Match, Medium, Pose
    from mkdocs_masko.rendering.arguments import Arguments

_SHARP = 2  # device pixels for a px of the box, on the screens that most readers have

# The mov first, typed with the bare codec: Safari takes it, and no other browser does (measured
# in Chromium 156 and Firefox 153). Behind the webm Safari would show an opaque box, and with a
# full `hvc1.1.6...` string Firefox would show a black one.
_TRANSPARENT = (
    ("transparent_video_mov", 'video/mp4; codecs="hvc1"'),
    ("transparent_video_webm", 'video/webm; codecs="vp9"'),
)
_OPAQUE = (("video", "video/mp4"),)


class Source(Struct, frozen=True, kw_only=True):
    """One `<source>` of a video.

    Attributes:
        medium: The file.
        type: Its type attribute, to the letter.
        media: Its media query, or an empty string.
    """

    medium: Medium
    type: str
    media: str = ""


class View(Struct, frozen=True, kw_only=True):
    """All that a template needs to know.

    Attributes:
        alt: Accessible name; empty for decoration.
        width: Width of the box in px, where it is known.
        height: Height of the box in px, where it is known.
        still: The picture, or the video's poster.
        dark: The picture for the dark palette.
        sources: The video's sources, best first; none for a picture.
        classes: The class attribute of the outermost element.
        arguments: What the author gave.
    """

    alt: str
    width: int | None
    height: int | None
    still: Medium | None
    dark: Medium | None
    sources: tuple[Source, ...]
    classes: str
    arguments: Arguments

    @property
    def starts(self) -> bool:
        """Whether the animation starts by itself."""
        return self.arguments.play in {"loop", "once"}

    @property
    def loops(self) -> bool:
        """Whether the animation starts again at its end."""
        return self.arguments.play != "once"

    @property
    def caption(self) -> str:
        """The text below, or an empty string."""
        return visible(self.arguments.caption or "")


def view(match: Match, arguments: Arguments, dark: Match | None = None) -> View:
    """Decide what is shown of a pose.

    Raises:
        ReferenceProblem: What was asked for is not there: no animation, no picture.
    """
    media = _sources(match, arguments)
    dark_media = _sources(dark, arguments) if dark and media else ()
    if dark and media and not dark_media:
        raise ReferenceProblem(f"pose {dark.slug!r}, for dark, has no animation; write kind=image")
    still = _still(match.pose, arguments)
    shape = still or (media[0].medium if media else None)
    if shape is None:
        raise ReferenceProblem(f"pose {match.slug!r} has no picture that could be shown")
    width, height = _box(shape, arguments)
    alt = match.pose.name if arguments.alt is None else arguments.alt
    return View(
        alt=visible(alt),
        width=width,
        height=height,
        still=still,
        dark=_still(dark.pose, arguments) if dark else None,
        sources=(*_when_dark(dark_media), *media),
        classes=_classes(arguments),
        arguments=arguments,
    )


def _classes(arguments: Arguments) -> str:
    aligned = [f"masko-{arguments.align}"] if arguments.align else []
    return " ".join(["masko", *aligned, *visible(arguments.class_ or "").split()])


def _still(pose: Pose, arguments: Arguments) -> Medium | None:
    opaque, transparent = pose.image, pose.transparent_image
    return (opaque or transparent) if arguments.background else (transparent or opaque)


def _sources(match: Match, arguments: Arguments) -> tuple[Source, ...]:
    if arguments.kind == "image":
        return ()
    animation = _animation(match, arguments)
    wanted = _OPAQUE if arguments.background else _TRANSPARENT
    found = ((_sized(animation, key, arguments), type_) for key, type_ in wanted)
    sources = tuple(
        Source(medium=medium, type=type_)
        for medium, type_ in found
        if medium and (arguments.background or medium.alpha is not False)
    )
    if not sources and arguments.kind == "animation":
        raise ReferenceProblem(f"pose {match.slug!r} has no animation; write kind=image")
    return sources


def _animation(match: Match, arguments: Arguments) -> Mapping[str, Medium]:
    if arguments.animation == 0 and not match.pose.animations:
        return {}
    return _numbered(match, arguments.animation)


def _numbered(match: Match, number: int) -> Mapping[str, Medium]:
    animations = match.pose.animations
    if number < len(animations):
        return animations[number]
    count = len(animations) or "no"
    raise ReferenceProblem(f"pose {match.slug!r} has {count} animation(s), counted from 0")


def _sized(animation: Mapping[str, Medium], key: str, arguments: Arguments) -> Medium | None:
    """Pick the smallest variant that is still sharp, else the largest there is."""
    variants = [m for k, m in animation.items() if re.fullmatch(rf"{key}(_\d+)?", k)]
    variants.sort(key=lambda medium: (medium.width, medium.url))
    if not variants:
        return None
    if arguments.width is None and arguments.height is None:
        return animation.get(key, variants[-1])
    enough = (m for m in variants if _covers(m, arguments))
    return next(enough, variants[-1])


def _covers(medium: Medium, arguments: Arguments) -> bool:
    width, height = arguments.width or 0, arguments.height or 0
    return medium.width >= _SHARP * width and medium.height >= _SHARP * height


def _when_dark(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    media = "(prefers-color-scheme: dark)"
    return tuple(Source(medium=s.medium, type=s.type, media=media) for s in sources)


def _box(shape: Medium, arguments: Arguments) -> tuple[int, int]:
    width, height = arguments.width, arguments.height
    if width is None and height is None:
        return shape.width, shape.height
    if width is None and height is not None:
        width = max(1, round(height * shape.width / shape.height))
    if height is None and width is not None:
        height = max(1, round(width * shape.height / shape.width))
    return width or 1, height or 1


def media_url(match: Match, key: str = "", animation: int = 0) -> Medium:
    """Find one file of a pose by the API's key.

    Args:
        match: The pose.
        key: `image`, `transparent_image` or a key of its animation; without one, the best picture.
        animation: Which animation, from 0.

    Raises:
        ReferenceProblem: The pose has no such file; the message has the nearest keys.
    """
    if animation:
        _numbered(match, animation)
    files = dict(match.pose.media())
    best = match.pose.transparent_image or match.pose.image
    found = files.get(key) or files.get(f"animations[{animation}].{key}") if key else best
    if found is None:
        known = sorted({place.rpartition(".")[2] for place in files})
        there = nearest(key, known) or f". There are: {', '.join(known) or 'none'}"
        raise ReferenceProblem(f"pose {match.slug!r} has no {one_line(key)!r}{there}")
    return found
