"""What a file is, by its first bytes: type, size, transparency, duration."""

from __future__ import annotations

from mkdocs_masko.probe.damage import check_pixel_count, find_damage
from mkdocs_masko.probe.detect import mismatch, probe, probe_bytes, sniff
from mkdocs_masko.probe.reader import PIECE, MediaInfo, Read

__all__ = [
    "PIECE",
    "MediaInfo",
    "Read",
    "check_pixel_count",
    "find_damage",
    "mismatch",
    "probe",
    "probe_bytes",
    "sniff",
]
