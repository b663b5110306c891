"""Whether an HEVC stream has a second, transparent layer.

Layouts: ISO/IEC 14496-15 for the configuration record (`hvcC`), ITU-T H.265 for what it holds.
That a layer 1 with its own parameter sets and the alpha channel information mark transparency
is Apple's interoperability profile for HEVC video with alpha.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_masko.errors import MediaError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPS, _PPS, _PREFIX_SEI = 33, 34, 39
_ALPHA_CHANNEL_INFO = 165
_FIXED = 23  # bytes of the record before its arrays


def has_alpha(record: bytes) -> bool | None:
    """Tell whether a configuration record announces an alpha layer.

    Returns:
        None when the record holds no parameter sets, which are then in the stream itself.

    Raises:
        MediaError: The record ends before what it lists.
    """
    layers: set[tuple[int, int]] = set()
    announced = False
    for unit in _units(record):
        kind, layer = unit[0] >> 1 & 0x3F, (unit[0] & 1) << 5 | unit[1] >> 3
        layers.add((kind, layer))
        announced = announced or (kind == _PREFIX_SEI and _announces_alpha(unit[2:]))
    if (_SPS, 0) not in layers:
        return None
    return announced and {(_SPS, 1), (_PPS, 1)} <= layers


def _units(record: bytes) -> Iterator[bytes]:
    at = _FIXED
    for _ in range(_number(record, at - 1, 1)):
        count = _number(record, at + 1, 2)
        at += 3
        for _ in range(count):
            size = _number(record, at, 2)
            unit = record[at + 2 : at + 2 + size]
            if len(unit) < max(size, 2):
                raise MediaError("the video's codec configuration is damaged")
            yield unit
            at += 2 + size


def _number(record: bytes, at: int, size: int) -> int:
    if len(record) < at + size:
        raise MediaError("the video's codec configuration breaks off")
    return int.from_bytes(record[at : at + size], "big")


def _announces_alpha(data: bytes) -> bool:
    data = data.replace(b"\x00\x00\x03", b"\x00\x00")  # undoes emulation prevention
    at = 0
    while len(data) - at > 2:  # noqa: PLR2004 - less is the trailing bits
        kind, at = _stretched(data, at)
        size, at = _stretched(data, at)
        if kind == _ALPHA_CHANNEL_INFO:
            cancels = data[at : at + 1] >= b"\x80"
            return not cancels
        at += size
    return False


def _stretched(data: bytes, at: int) -> tuple[int, int]:
    """Read a number written as a run of 255 and a last byte."""
    last = at
    while data[last : last + 1] == b"\xff":
        last += 1
    return 255 * (last - at) + int.from_bytes(data[last : last + 1], "big"), last + 1
