"""`python -m mkdocs_masko`, for shells that do not find the command, as is common on Windows."""

from __future__ import annotations

from mkdocs_masko.cli import main

main()
