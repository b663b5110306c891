"""What a file is, by its first bytes: type, size, transparency, duration."""

from __future__ import annotations

from mkdocs_masko.probe.detect import mismatch, probe, probe_bytes, sniff
from mkdocs_masko.probe.reader import MediaInfo, Read

__all__ = ["MediaInfo", "Read", "mismatch", "probe", "probe_bytes", "sniff"]
