"""The environment of worker processes and of ffmpeg, which need no secret of this project."""

from __future__ import annotations

import os

_OURS = "MASKO_"
_KEY_VARIABLE = "MASKO_API_KEY_ENV"  # the only way to name one that does not start like that


def without_secrets() -> dict[str, str]:
    """Return the environment without any variable that may hold the API key.

    Whoever finds a hole in a decoder is to find nothing behind it.
    """
    named = os.environ.get(_KEY_VARIABLE)
    return {
        name: value
        for name, value in os.environ.items()
        if name != named and not name.startswith(_OURS)
    }
