"""The files of a pose, a line for each format: how large they are in px and in bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.gallery.formats import MOV, OPAQUE, STACKED, WEBM, variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs_masko.manifest import Medium, Pose

_FORMATS = {
    "image/avif": "AVIF",
    "image/gif": "GIF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
}
_VIDEOS = ((MOV, "MOV", ""), (WEBM, "WebM", ""), (OPAQUE, "MP4", "opaque"))
_STACKED = (STACKED, "MP4", "stacked")
_KILO, _MEGA = 1000, 1_000_000  # bytes


class Line(Struct, frozen=True, kw_only=True):
    """One format.

    Attributes:
        format: `PNG`, `WebM`.
        note: What is to be known of it: `opaque`, `stacked`; or empty.
        sizes: Of each file, the largest first: `512 px, 88 kB`.
    """

    format: str
    note: str
    sizes: tuple[str, ...]


def lines(pose: Pose) -> Iterator[Line]:
    """Yield the formats of a pose: pictures, then each animation's."""
    if pose.transparent_image:
        yield _picture(pose.transparent_image, "")
    if pose.image:
        yield _picture(pose.image, "opaque")
    for number, animation in enumerate(pose.animations, 1):
        which = f"{number}" if len(pose.animations) > 1 else ""
        yield from _videos(animation, which)


def _picture(medium: Medium, note: str) -> Line:
    return Line(format=_FORMATS.get(medium.type, medium.type), note=note, sizes=(size(medium),))


def _videos(animation: Mapping[str, Medium], which: str) -> Iterator[Line]:
    for key, name, note in (*_VIDEOS, _STACKED):
        found = variants(animation, key)
        if found:
            kind = note or ("opaque" if all(m.alpha is False for m in found) else "")
            yield Line(
                format=f"{name} {which}".rstrip(),
                note=kind,
                sizes=tuple(size(medium) for medium in found),
            )


def size(medium: Medium) -> str:
    """Say how large a file is: `512 px, 88 kB`; the bytes only where they are known."""
    square = medium.width == medium.height
    px = f"{medium.width}" if square else f"{medium.width}\N{MULTIPLICATION SIGN}{medium.height}"
    return f"{px} px" if medium.bytes is None else f"{px} px, {spoken(medium.bytes)}"


def spoken(count: int) -> str:
    """Say a number of bytes: `88 kB`, `1.4 MB`."""
    if count < _KILO:
        return f"{count} B"
    kilos = round(count / _KILO)
    return f"{kilos} kB" if kilos < _KILO else f"{count / _MEGA:.1f} MB"
