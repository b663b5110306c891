"""What a file is, told by its first bytes: type, size, transparency, duration."""

from __future__ import annotations

from mkdocs_masko.media.contradictions import contradicts
from mkdocs_masko.media.facts import Facts, Read
from mkdocs_masko.media.probing import probe, probe_bytes
from mkdocs_masko.media.signatures import sniff

__all__ = ["Facts", "Read", "contradicts", "probe", "probe_bytes", "sniff"]
