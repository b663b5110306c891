"""Zensical needs Python 3.11; with an older one, there is nothing here to try."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("zensical") else ["test_*.py"]
