"""Size and transparency of AVIF (ISO/IEC 23008-12 and the AV1 Image File Format)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe.bmff import FILE, boxes, content, find
from mkdocs_masko.probe.facts import Facts, image

if TYPE_CHECKING:
    from mkdocs_masko.probe.bmff import Box
    from mkdocs_masko.probe.reader import Source

_ALPHA = (
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00",
    b"urn:mpeg:hevc:2015:auxid:1\x00",
)


def avif(source: Source) -> Facts:
    """Read an AVIF, still or animated; an auxiliary alpha picture makes it transparent."""
    meta = find(source, FILE, b"meta")
    shared = find(source, meta, b"iprp", b"ipco", skip=4) if meta else None
    if meta is None or shared is None:
        raise MediaError("the AVIF does not list its properties")
    properties = list(boxes(source, shared))
    own = [properties[i] for i in _primary_indices(source, meta) if i < len(properties)]
    size = _largest(source, own) or _largest(source, properties)
    if size is None:
        raise MediaError("the AVIF does not tell its size")
    lies = any(box.kind == b"irot" and content(source, box, 1)[0] & 1 for box in own)
    alpha = any(_means_alpha(source, box) for box in properties)
    return image("image/avif", size[::-1] if lies else size, alpha=alpha)


def _largest(source: Source, properties: list[Box]) -> tuple[int, int] | None:
    extents = (content(source, box, 12)[4:] for box in properties if box.kind == b"ispe")
    sizes = [(w, h) for w, h in (struct.unpack(">LL", extent) for extent in extents)]
    return max(sizes, key=lambda size: size[0] * size[1], default=None)


def _means_alpha(source: Source, box: Box) -> bool:
    if box.kind != b"auxC":
        return False
    length = min(box.end - box.start, 4 + len(_ALPHA[0]))
    return content(source, box, length)[4:].startswith(_ALPHA)


def _primary_indices(source: Source, meta: Box) -> list[int]:
    """Return which of the shared properties, counted from 0, the shown picture has."""
    primary = find(source, meta, b"pitm", skip=4)
    links = find(source, meta, b"iprp", b"ipma", skip=4)
    if primary is None or links is None:
        return []
    width = 4 if content(source, primary, 1)[0] else 2
    number = content(source, primary, 4 + width)[4:]
    return _linked(content(source, links), int.from_bytes(number, "big"))


def _linked(table: bytes, number: int) -> list[int]:
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
            found = (int.from_bytes(link, "big") & ~essential for link in links)
            return [index - 1 for index in found if index]
    return []
