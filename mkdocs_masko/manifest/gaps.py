"""What a pose lacks, and what readers see instead.

The build warns of gaps, the gallery lists and filters them, `status` names them before a sync.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.media_types import MOV, MP4, TRANSPARENT_VIDEOS, WEBM, image_keys, without_size

if TYPE_CHECKING:
    from collections.abc import Collection as Container
    from collections.abc import Iterable, Iterator, Mapping

    from mkdocs_masko.manifest.schema import Medium, Pose

_TRANSPARENT = {video.key for video in TRANSPARENT_VIDEOS}


class Gap(Struct, frozen=True, kw_only=True):
    """A file that a pose lacks.

    Attributes:
        key: One word, to filter by: `no-mov`.
        file: What is missing: `MOV`.
        effect: What readers see therefore.
        incomplete: Whether embeds show less than they should; otherwise only those are concerned
            that ask for an animation or for the background.
    """

    key: str
    file: str
    effect: str
    incomplete: bool = False

    @property
    def name(self) -> str:
        """The gap for people: `no MOV`."""
        return f"no {self.file}"


_NO_IMAGE = Gap(
    key="no-image",
    file="image",
    effect="its name is shown instead of the still image",
    incomplete=True,
)
_NO_TRANSPARENT_IMAGE = Gap(
    key="no-transparent-image",
    file="transparent image",
    effect="the still image has a background",
    incomplete=True,
)
_NO_OPAQUE_IMAGE = Gap(
    key="no-opaque-image", file="opaque image", effect="“background” shows the transparent one"
)
_NO_ANIMATION = Gap(key="no-animation", file="animation", effect="it is a still image for everyone")
_NO_MOV = Gap(key="no-mov", file="MOV", effect="Safari shows the still image", incomplete=True)
_NO_WEBM = Gap(key="no-webm", file="WebM", effect="only Safari plays it", incomplete=True)
_NO_TRANSPARENT_ANIMATION = Gap(
    key="no-transparent-animation",
    file="transparent animation",
    effect="it moves with “background” only",
    incomplete=True,
)
_NO_MP4 = Gap(key="no-mp4", file="MP4", effect="with “background” it does not move")


def pose_gaps(pose: Pose) -> tuple[Gap, ...]:
    """Return what a pose of the manifest lacks."""
    return find_gaps(image_keys(pose), map(usable_keys, pose.animations))


def usable_keys(animation: Mapping[str, Medium]) -> set[str]:
    """Return the keys, without sizes, of the files that are as transparent as their key says."""
    return {
        key
        for name, medium in animation.items()
        if (key := without_size(name)) not in _TRANSPARENT or medium.alpha is not False
    }


def find_gaps(images: Container[str], animations: Iterable[Container[str]]) -> tuple[Gap, ...]:
    """Return what is missing, the same thing once.

    Args:
        images: The API's keys of the images that there are.
        animations: For each animation the API's keys, without sizes, of its usable files.
    """
    return tuple(dict.fromkeys([*_image_gaps(images), *_animation_gaps(list(animations))]))


def _image_gaps(images: Container[str]) -> Iterator[Gap]:
    if "transparent_image" not in images:
        yield _NO_TRANSPARENT_IMAGE if "image" in images else _NO_IMAGE
    elif "image" not in images:
        yield _NO_OPAQUE_IMAGE


def _animation_gaps(animations: list[Container[str]]) -> Iterator[Gap]:
    if not animations:
        yield _NO_ANIMATION
    for keys in animations:
        if MOV.key not in keys and WEBM.key not in keys:
            yield _NO_TRANSPARENT_ANIMATION
        elif MOV.key not in keys:
            yield _NO_MOV
        elif WEBM.key not in keys:
            yield _NO_WEBM
        if MP4.key not in keys:
            yield _NO_MP4
