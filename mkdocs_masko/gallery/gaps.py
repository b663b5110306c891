"""What a pose has not got, and what readers see therefore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.gallery.formats import MOV, OPAQUE, WEBM, moves, variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs_masko.manifest import Medium, Pose


class Gap(Struct, frozen=True, kw_only=True):
    """Something that is missing.

    Attributes:
        key: One word to filter by: `no-mov`.
        name: The same for people: `no MOV`.
        effect: What readers see therefore.
    """

    key: str
    name: str
    effect: str


_NO_IMAGE = Gap(
    key="no-transparent-picture",
    name="no transparent picture",
    effect="the one with a background stands in",
)
_NO_PICTURE = Gap(key="no-picture", name="no picture", effect="its name stands there instead")
_NO_OPAQUE_IMAGE = Gap(
    key="no-opaque-picture", name="no opaque picture", effect="“background” shows the transparent"
)
_NO_ANIMATION = Gap(key="no-animation", name="no animation", effect="all see the picture")
_NO_MOV = Gap(key="no-mov", name="no MOV", effect="Safari shows the still")
_NO_WEBM = Gap(key="no-webm", name="no WebM", effect="only Safari shows it move")
_NOT_CLEAR = Gap(
    key="no-transparent-animation",
    name="no transparent animation",
    effect="it moves with “background” only",
)
_NO_MP4 = Gap(key="no-mp4", name="no MP4", effect="with “background” it does not move")


def gaps(pose: Pose) -> tuple[Gap, ...]:
    """Return what is missing, the same thing once."""
    return tuple(dict.fromkeys([*_still(pose), *_moving(pose)]))


def _still(pose: Pose) -> Iterator[Gap]:
    if not pose.transparent_image:
        yield _NO_IMAGE if pose.image else _NO_PICTURE
    elif not pose.image:
        yield _NO_OPAQUE_IMAGE


def _moving(pose: Pose) -> Iterator[Gap]:
    if not pose.animations:
        yield _NO_ANIMATION
    for animation in pose.animations:
        yield from _files(animation)


def _files(animation: Mapping[str, Medium]) -> Iterator[Gap]:
    mov, webm = moves(animation, MOV), moves(animation, WEBM)
    if not mov and not webm:
        yield _NOT_CLEAR
    elif not mov:
        yield _NO_MOV
    elif not webm:
        yield _NO_WEBM
    if not variants(animation, OPAQUE):
        yield _NO_MP4
