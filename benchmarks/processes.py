"""The processes that benchmarks time."""

from __future__ import annotations

import os


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a user's process: one that keeps the modules it compiled.

    Without that, each run would compile modules that are installed compiled elsewhere.
    """
    kept = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **more}
