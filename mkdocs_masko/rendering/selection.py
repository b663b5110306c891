"""Which of a pose's media are shown, and how large: decided here, written by the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.manifest import find_gaps
from mkdocs_masko.media_types import IMAGE_KEYS, MP4, TRANSPARENT_VIDEOS, without_size
from mkdocs_masko.text import replace_controls, sanitize, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs_masko.manifest import Match, Medium, Pose
    from mkdocs_masko.rendering.call import Arguments

_SHARP = 2  # device pixels for a px of the box, on the screens that most readers have


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


def _clear(animation: Mapping[str, Medium], arguments: Arguments) -> tuple[Source, ...]:
    return tuple(
        Source(medium=medium, type=video.source_type)
        for video in TRANSPARENT_VIDEOS
        if (medium := _sized(animation, video.key, arguments)) and medium.alpha is not False
    )


def _opaque(animation: Mapping[str, Medium], arguments: Arguments) -> tuple[Source, ...]:
    medium = _sized(animation, MP4.key, arguments)
    if medium is None:
        return ()
    codecs = f'; codecs="{medium.codecs}"' if medium.codecs else ""
    return (Source(medium=medium, type=f"{MP4.source_type}{codecs}"),)


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
    yield from (medium for name, medium in animation.items() if without_size(name) == key)


def _covers(medium: Medium, arguments: Arguments) -> bool:
    width, height = arguments.width or 0, arguments.height or 0
    return medium.width >= _SHARP * width and medium.height >= _SHARP * height


_SHORT = 5.0  # seconds; what moves longer by itself needs a control (WCAG 2.2, 2.2.2)


class Selection(Struct, frozen=True, kw_only=True):
    """All that a template needs to know of one pose.

    Attributes:
        name: `alias/slug` of the pose.
        alt: Accessible name; empty for decoration.
        width: Width of the box in px.
        height: Height of the box in px.
        still: The picture; an animation is one until it moves, and where it may not.
        sources: The animation's sources, best first; none for a picture.
        palette: The palette of the site in which it is shown, when there is one for each.
        gaps: What the pose lacks, and what readers see therefore.
        arguments: What the author gave.
    """

    name: str
    alt: str
    width: int
    height: int
    still: Medium | None
    sources: tuple[Source, ...]
    palette: Literal["", "light", "dark"] = ""
    gaps: tuple[str, ...] = ()
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
    def controlled(self) -> bool:
        """Whether a control belongs to it: to start it, or to pause what moves for long."""
        return self.arguments.play != "once" or any(
            source.medium.duration is None or source.medium.duration > _SHORT
            for source in self.sources
        )

    @property
    def loading(self) -> str:
        """When the picture is loaded. One of two palettes' is not shown, and so never eager."""
        return "lazy" if self.palette else self.arguments.loading


def select(match: Match, arguments: Arguments, dark: Match | None = None) -> tuple[Selection, ...]:
    """Decide what is shown of a pose: one view, or one for each palette.

    Raises:
        ReferenceProblem: What was asked for is not there: no animation, no picture.
    """
    if dark is None:
        return (_view(match, arguments),)
    return (_view(match, arguments, palette="light"), _view(dark, arguments, palette="dark"))


def _view(
    match: Match, arguments: Arguments, *, palette: Literal["", "light", "dark"] = ""
) -> Selection:
    moving = sources(match, arguments)
    still = _still(match.pose, arguments)
    shape = still or (moving[0].medium if moving else None)
    if shape is None:
        raise ReferenceProblem(f"pose {match.slug!r} has no picture that could be shown")
    width, height = _box(shape, arguments)
    alt = match.pose.name if arguments.alt is None else arguments.alt
    return Selection(
        name=f"{match.alias}/{match.slug}",
        alt=replace_controls(alt) if alt.strip() else "",
        width=width,
        height=height,
        still=still,
        sources=moving,
        palette=palette,
        gaps=tuple(_gaps(match.pose, moving, arguments)),
        arguments=arguments,
    )


def _still(pose: Pose, arguments: Arguments) -> Medium | None:
    opaque, transparent = pose.image, pose.transparent_image
    return (opaque or transparent) if arguments.background else (transparent or opaque)


def _gaps(pose: Pose, moving: tuple[Source, ...], arguments: Arguments) -> Iterator[str]:
    if arguments.background:
        return
    types = {source.type for source in moving}
    keys = {video.key for video in TRANSPARENT_VIDEOS if video.source_type in types}
    images = [key for key in IMAGE_KEYS if getattr(pose, key)]
    for gap in find_gaps(images, [keys] if moving else []):
        if gap.incomplete:
            yield f"{gap.name}: {gap.effect}"


def _box(shape: Medium, arguments: Arguments) -> tuple[int, int]:
    """Fit the picture, in its own ratio, into what was asked for; so nothing shifts."""
    wanted = (
        arguments.width / shape.width if arguments.width else None,
        arguments.height / shape.height if arguments.height else None,
    )
    scale = min((each for each in wanted if each is not None), default=1.0)
    return max(1, round(shape.width * scale)), max(1, round(shape.height * scale))


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
        numbered(match, animation)
    files = dict(match.pose.media())
    best = match.pose.transparent_image or match.pose.image
    found = files.get(key) or files.get(f"animations[{animation}].{key}") if key else best
    if found is None:
        known = sorted({place.rpartition(".")[2] for place in files})
        there = suggest(key, known) or f". There are: {', '.join(known) or 'none'}"
        raise ReferenceProblem(f"pose {match.slug!r} has no {sanitize(key)!r}{there}")
    return found
