"""What a file is, told by its first bytes: type, size, transparency, duration."""

from __future__ import annotations

from mkdocs_masko.probe.contradictions import contradicts
from mkdocs_masko.probe.detect import probe, probe_bytes
from mkdocs_masko.probe.facts import Facts, Read
from mkdocs_masko.probe.signatures import sniff

__all__ = ["Facts", "Read", "contradicts", "probe", "probe_bytes", "sniff"]
