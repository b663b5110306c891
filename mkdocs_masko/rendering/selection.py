"""Which media an embed shows, and how large: decided from the manifest alone, before any URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec
from msgspec import Struct

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.manifest import find_gaps, find_pose
from mkdocs_masko.media_types import MP4, TRANSPARENT_VIDEOS, image_keys, size_variants
from mkdocs_masko.rendering.call import check_arguments, unknown_argument
from mkdocs_masko.text import replace_controls, sanitize, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs_masko.manifest import Gap, Manifest, Match, Medium, Pose
    from mkdocs_masko.rendering.call import Arguments, Call

Palette: TypeAlias = Literal["", "light", "dark"]

_SHARP = 2  # device pixels for a px of the box, on the screens that most readers have
_KINDS = {"masko_image": "image", "masko_animation": "animation"}


class Source(Struct, frozen=True, kw_only=True):
    """One `<source>` of a video.

    Attributes:
        medium: The file.
        type: Its type attribute, to the letter.
    """

    medium: Medium
    type: str


class PoseSelection(Struct, frozen=True, kw_only=True):
    """What is shown of one pose.

    Attributes:
        name: `alias/slug` of the pose.
        alt: Accessible name; empty for decoration.
        width: Width of the box in px.
        height: Height of the box in px.
        still: The still image; an animation is one until it moves, and where it may not.
        small_still: The smallest of its sizes that is still sharp in the box.
        sources: The animation's sources, best first; none for a still image.
        palette: The palette of the site in which it is shown, when there is one for each.
        gaps: What the pose lacks, and what readers see instead.
    """

    name: str
    alt: str
    width: int
    height: int
    still: Medium | None
    small_still: Medium | None
    sources: tuple[Source, ...]
    palette: Palette = ""
    gaps: tuple[Gap, ...] = ()


class Selection(Struct, frozen=True, kw_only=True):
    """What an embed shows.

    Attributes:
        poses: The pose, or one for each palette: the light one first.
        arguments: How it is to be shown.
        running: Whether it stands in running text, where a figure has to be made of spans.
        early: Whether a reader sees it first.
    """

    poses: tuple[PoseSelection, ...]
    arguments: Arguments
    running: bool = False
    early: bool = False


def select(call: Call, manifest: Manifest, default: str) -> Selection:
    """Decide what a macro shows.

    Args:
        call: What the author wrote.
        manifest: Where poses are looked up.
        default: Alias of the collection that a name without one is looked up in.

    Raises:
        ReferenceProblem: What the call names is not there, or an argument is wrong.
    """
    match = find_pose(manifest, call.reference, default)
    arguments = check_arguments({**call.arguments, **_kind(call)})
    dark = find_pose(manifest, arguments.dark, default) if arguments.dark else None
    return select_pose(match, arguments, dark, running=call.running, early=call.early)


def _kind(call: Call) -> dict[str, str]:
    if call.function not in _KINDS:
        return {}
    if "kind" in call.arguments:
        raise ReferenceProblem(f"{call.function}() takes no 'kind'; write masko() with it")
    return {"kind": _KINDS[call.function]}


def select_pose(
    match: Match,
    arguments: Arguments,
    dark: Match | None = None,
    *,
    running: bool = False,
    early: bool = False,
) -> Selection:
    """Decide what is shown of a pose of the manifest, and of another for the dark palette.

    Raises:
        ReferenceProblem: What was asked for is not there: no animation, no still image.
    """
    if dark is None:
        poses: tuple[PoseSelection, ...] = (_select(match, arguments, ""),)
    else:
        poses = (_select(match, arguments, "light"), _select(dark, arguments, "dark"))
    return Selection(poses=poses, arguments=arguments, running=running, early=early)


def _select(match: Match, arguments: Arguments, palette: Palette) -> PoseSelection:
    sources = _select_sources(match, arguments)
    still = _select_still(match.pose, arguments)
    shape = still or (sources[0].medium if sources else None)
    if shape is None:
        raise _nothing_to_show(match, arguments)
    width, height = _fit_box(shape, arguments)
    alt = match.pose.name if arguments.alt is None else arguments.alt
    return PoseSelection(
        name=f"{match.alias}/{match.slug}",
        alt=replace_controls(alt) if alt.strip() else "",
        width=width,
        height=height,
        still=still,
        small_still=still and _select_small_still(match.pose, still, width, height),
        sources=sources,
        palette=palette,
        gaps=tuple(_embed_gaps(match.pose, sources, arguments)),
    )


def _select_sources(match: Match, arguments: Arguments) -> tuple[Source, ...]:
    if arguments.kind == "image":
        return ()
    animation = _animation(match, arguments)
    if arguments.background:
        sources = _opaque_sources(animation, arguments)
    else:
        sources = _transparent_sources(animation, arguments)
    if not sources and arguments.kind == "animation":
        raise _no_animation(match, arguments)
    return sources


def _no_animation(match: Match, arguments: Arguments) -> ReferenceProblem:
    """Make the error for an animation that is not there, with what the pose can show instead."""
    other = msgspec.structs.replace(arguments, background=not arguments.background)
    if arguments.background and _transparent_sources(_animation(match, arguments), other):
        return ReferenceProblem(
            f"pose {match.slug!r} has no animation with a background; leave out 'background'"
        )
    if not arguments.background and _opaque_sources(_animation(match, arguments), other):
        return ReferenceProblem(
            f"pose {match.slug!r} has no transparent animation; write background=true"
        )
    if _select_still(match.pose, arguments):
        return ReferenceProblem(
            f"pose {match.slug!r} has no animation; write kind=image, or masko_image()"
        )
    return ReferenceProblem(f"pose {match.slug!r} has no animation and no still image")


def _nothing_to_show(match: Match, arguments: Arguments) -> ReferenceProblem:
    """Make the error for a pose without a still image, with what it can show instead."""
    animation = _animation(match, arguments)
    problem = f"pose {match.slug!r} has no image that could be shown"
    if arguments.kind == "image" and _transparent_sources(animation, arguments):
        return ReferenceProblem(f"{problem}; leave out kind=image, or write masko_animation()")
    if not arguments.background and _opaque_sources(animation, arguments):
        advice = "masko_animation() with" if arguments.kind == "image" else "write"
        hint = f"its video has a background: {advice} background=true"
        return ReferenceProblem(f"{problem}; {hint}")
    return ReferenceProblem(problem)


def _transparent_sources(
    animation: Mapping[str, Medium], arguments: Arguments
) -> tuple[Source, ...]:
    # Before a size is chosen: a variant without alpha is no reason to do without the others.
    usable = {key: medium for key, medium in animation.items() if medium.alpha is not False}
    return tuple(
        Source(medium=medium, type=video.source_type)
        for video in TRANSPARENT_VIDEOS
        if (medium := _select_size(usable, video.key, arguments))
    )


def _opaque_sources(animation: Mapping[str, Medium], arguments: Arguments) -> tuple[Source, ...]:
    medium = _select_size(animation, MP4.key, arguments)
    if medium is None:
        return ()
    codecs = f'; codecs="{medium.codecs}"' if medium.codecs else ""
    return (Source(medium=medium, type=f"{MP4.source_type}{codecs}"),)


def _animation(match: Match, arguments: Arguments) -> Mapping[str, Medium]:
    if arguments.animation == 0 and not match.pose.animations:
        return {}
    return _numbered_animation(match, arguments.animation)


def _numbered_animation(match: Match, number: int) -> Mapping[str, Medium]:
    animations = match.pose.animations
    if number < len(animations):
        return animations[number]
    count = len(animations) or "no"
    raise ReferenceProblem(f"pose {match.slug!r} has {count} animation(s), counted from 0")


def _select_size(animation: Mapping[str, Medium], key: str, arguments: Arguments) -> Medium | None:
    """Pick the smallest size variant that is still sharp, else the largest there is."""
    sizes = sorted(size_variants(animation, key), key=lambda medium: (medium.width, medium.url))
    if not sizes:
        return None
    if arguments.width is None and arguments.height is None:
        return animation.get(key, sizes[-1])
    sharp = (medium for medium in sizes if _covers(medium, arguments))
    return next(sharp, sizes[-1])


def _covers(medium: Medium, arguments: Arguments) -> bool:
    width, height = arguments.width or 0, arguments.height or 0
    return medium.width >= _SHARP * width and medium.height >= _SHARP * height


def _select_still(pose: Pose, arguments: Arguments) -> Medium | None:
    opaque, transparent = pose.image, pose.transparent_image
    return (opaque or transparent) if arguments.background else (transparent or opaque)


def _select_small_still(pose: Pose, still: Medium, width: int, height: int) -> Medium:
    """Pick the smallest size variant of a still image that is sharp in a box of this size."""
    key = "image" if still is pose.image else "transparent_image"
    variants = [
        medium for medium in size_variants(pose.image_sizes, key) if _has_shape(medium, still)
    ]
    large_enough = (
        medium
        for medium in sorted(variants, key=lambda medium: (medium.width, medium.url))
        if medium.width >= _SHARP * width and medium.height >= _SHARP * height
    )
    variant = next(large_enough, still)
    return variant if variant.width < still.width else still


def _has_shape(medium: Medium, other: Medium) -> bool:
    """Tell whether one image is a size of another, up to the rounding of its sides to pixels."""
    difference = medium.width * other.height - medium.height * other.width
    return abs(difference) <= max(other.width, other.height)


def _embed_gaps(pose: Pose, sources: tuple[Source, ...], arguments: Arguments) -> Iterator[Gap]:
    if arguments.background:
        return
    types = {source.type for source in sources}
    keys = {video.key for video in TRANSPARENT_VIDEOS if video.source_type in types}
    for gap in find_gaps(image_keys(pose), [keys] if sources else []):
        if gap.incomplete:
            yield gap


def _fit_box(shape: Medium, arguments: Arguments) -> tuple[int, int]:
    """Fit the picture, in its own ratio, into what was asked for; so nothing shifts."""
    scales = (
        arguments.width / shape.width if arguments.width else None,
        arguments.height / shape.height if arguments.height else None,
    )
    scale = min((scale for scale in scales if scale is not None), default=1.0)
    return max(1, round(shape.width * scale)), max(1, round(shape.height * scale))


def select_file(call: Call, manifest: Manifest, default: str) -> tuple[str, Medium]:
    """Find the file that `masko_url` names.

    Returns:
        The pose, as `alias/slug`, and the file.

    Raises:
        ReferenceProblem: There is no such pose or file, or an argument is wrong.
    """
    match = find_pose(manifest, call.reference, default)
    expected = ("key", "animation", "absolute")
    unknown = next((name for name in call.arguments if name not in expected), None)
    if unknown:
        raise unknown_argument(unknown, expected)
    number = check_arguments({"animation": call.arguments.get("animation")}).animation
    medium = _keyed_file(match, str(call.arguments.get("key") or ""), number)
    return f"{match.alias}/{match.slug}", medium


def _keyed_file(match: Match, key: str, number: int) -> Medium:
    """Find one file of a pose by the API's key; without one, the best still image."""
    if number:
        _numbered_animation(match, number)
    files = dict(match.pose.media())
    best = match.pose.transparent_image or match.pose.image
    medium = files.get(key) or files.get(f"animations[{number}].{key}") if key else best
    if medium is None:
        keys = sorted({place.rpartition(".")[2] for place in files})
        hint = suggest(key, keys) or f". There are: {', '.join(keys) or 'none'}"
        raise ReferenceProblem(f"pose {match.slug!r} has no {sanitize(key)!r}{hint}")
    return medium
