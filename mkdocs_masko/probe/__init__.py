"""What a file is, told by its first bytes: type, size, transparency, duration."""

from __future__ import annotations

from mkdocs_masko.probe.detect import contradicts, probe, probe_bytes, sniff
from mkdocs_masko.probe.reader import Facts, Read

__all__ = ["Facts", "Read", "contradicts", "probe", "probe_bytes", "sniff"]
