"""Size, turn and transparency of AVIF: images, sequences, and images in a minimized box.

AVIF: https://aomediacodec.github.io/av1-avif/, on the items of ISO/IEC 23008-12 and its `mini` box
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.bmff import (
    FILE,
    VISUAL_ENTRY_HEADER,
    find_box,
    find_sample_entry,
    find_track,
    iter_boxes,
    read_content,
    read_track_header,
)
from mkdocs_masko.probe.exif import turn
from mkdocs_masko.probe.reader import MediaInfo, image_info

if TYPE_CHECKING:
    from mkdocs_masko.probe.bmff import Box
    from mkdocs_masko.probe.reader import BoundedReader

_AUXILIARY_ALPHA = (
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00",
    b"urn:mpeg:hevc:2015:auxid:1\x00",
)


def read_avif(source: BoundedReader) -> MediaInfo:
    """Read an AVIF: its still image or, where there is none, its sequence."""
    movie = None
    for box in iter_boxes(source, FILE):
        if box.kind == b"mini":
            return _read_mini(source, box)
        if box.kind == b"meta":
            return _read_items(source, box)
        if box.kind == b"moov":
            movie = box
    if movie is None:
        raise MediaError("the AVIF has no item properties")
    return _read_sequence(source, movie)


def _read_mini(source: BoundedReader, box: Box) -> MediaInfo:
    """Read a `mini` box, whose fields are bits: flags, orientation, size.

    Chromium 156 shows such a file, Firefox 153 does not yet.
    """
    flags, sizes = struct.unpack(">HL", read_content(source, box, 6))
    if flags >> 14:
        raise MediaError("the AVIF is of a later version")
    bits = 15 if sizes >> 31 else 7
    mask = (1 << bits) - 1
    width, height = (sizes >> 31 - bits & mask) + 1, (sizes >> 31 - 2 * bits & mask) + 1
    return _info((width, height), alpha=bool(flags & 0x0400), orientation=(flags & 7) + 1)


def _info(size: tuple[int, int], *, alpha: bool, orientation: int) -> MediaInfo:
    shown = turn(size, orientation)
    return image_info("image/avif", shown, alpha=alpha, orientation=orientation)


def _read_sequence(source: BoundedReader, movie: Box) -> MediaInfo:
    """Read a sequence that has no still image: from its tracks, as Chromium does."""
    pictures, alpha = find_track(source, movie, b"pict"), find_track(source, movie, b"auxv")
    header = find_box(source, pictures, b"tkhd") if pictures else None
    if header is None:
        raise MediaError("the AVIF has neither item properties nor a track of pictures")
    _, width, height = read_track_header(source, header)
    transparent = alpha is not None and _is_alpha_track(source, alpha)
    return _info((round(width), round(height)), alpha=transparent, orientation=1)


def _is_alpha_track(source: BoundedReader, track: Box) -> bool:
    entry = find_sample_entry(source, track)
    info = find_box(source, entry, b"auxi", skip=VISUAL_ENTRY_HEADER) if entry else None
    return info is not None and _names_alpha(source, info)


def _read_items(source: BoundedReader, meta: Box) -> MediaInfo:
    """Read an image item; an auxiliary alpha image makes it transparent."""
    shared = find_box(source, meta, b"iprp", b"ipco", skip=4)
    if shared is None:
        raise MediaError("the AVIF has no item properties")
    properties = list(iter_boxes(source, shared))
    own = primary_properties(source, meta)
    size = _largest_extent(source, own) or _largest_extent(source, properties)
    if size is None:
        raise MediaError("the AVIF has no property with its size")
    alpha = any(box.kind == b"auxC" and _names_alpha(source, box) for box in properties)
    return _info(size, alpha=alpha, orientation=_read_orientation(source, own))


def primary_properties(source: BoundedReader, meta: Box) -> list[Box]:
    """Return the properties of the image that a `meta` box calls the primary item.

    Raises:
        MediaError: A box is larger than what holds it, or the file ends in the middle.
    """
    shared = find_box(source, meta, b"iprp", b"ipco", skip=4)
    properties = list(iter_boxes(source, shared)) if shared else []
    indices = _primary_indices(source, meta)
    return [properties[index] for index in indices if index < len(properties)]


_ORIENTATIONS = {
    (0, None): 1,
    (0, 1): 2,
    (2, None): 3,
    (0, 0): 4,
    (1, 0): 5,
    (3, None): 6,
    (1, 1): 7,
    (1, None): 8,
    (2, 0): 2,
    (2, 1): 4,
    (3, 0): 7,
    (3, 1): 5,
}
# By `irot`, quarter turns to the left, and then `imir`, which swaps top and bottom (0), or left
# and right (1).


def _read_orientation(source: BoundedReader, own: list[Box]) -> int:
    fields = {box.kind: box for box in own if box.kind in {b"irot", b"imir"}}
    values = {kind: read_content(source, box, 1)[0] for kind, box in fields.items()}
    mirror = values.get(b"imir")
    return _ORIENTATIONS[values.get(b"irot", 0) & 3, None if mirror is None else mirror & 1]


def _largest_extent(source: BoundedReader, properties: list[Box]) -> tuple[int, int] | None:
    extents = (read_content(source, box, 12)[4:] for box in properties if box.kind == b"ispe")
    sizes = [(w, h) for w, h in (struct.unpack(">LL", extent) for extent in extents)]
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def _names_alpha(source: BoundedReader, box: Box) -> bool:
    length = min(box.end - box.start, 4 + len(_AUXILIARY_ALPHA[0]))
    return read_content(source, box, length)[4:].startswith(_AUXILIARY_ALPHA)


def _primary_indices(source: BoundedReader, meta: Box) -> list[int]:
    """Return which of the shared properties, counted from 0, the primary item has."""
    primary = find_box(source, meta, b"pitm", skip=4)
    links = find_box(source, meta, b"iprp", b"ipma", skip=4)
    if primary is None or links is None:
        return []
    width = 4 if read_content(source, primary, 1)[0] else 2
    number = read_content(source, primary, 4 + width)[4:]
    return _associated(read_content(source, links), int.from_bytes(number, "big"))


def _associated(table: bytes, number: int) -> list[int]:
    version, flags, count = struct.unpack_from(">BxxBL", table.ljust(8, b"\x00"))
    item_width, link_width = (4 if version else 2), (2 if flags & 1 else 1)
    at = 8
    for _ in range(min(count, len(table))):
        item = int.from_bytes(table[at : at + item_width], "big")
        first = at + item_width + 1
        at = first + link_width * int.from_bytes(table[first - 1 : first], "big")
        if item == number:
            essential = 1 << (8 * link_width - 1)
            links = (table[i : i + link_width] for i in range(first, at, link_width))
            indices = (int.from_bytes(link, "big") & ~essential for link in links)
            return [index - 1 for index in indices if index]
    return []
