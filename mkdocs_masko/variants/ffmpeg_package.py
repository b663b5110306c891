"""Which ffmpeg there is: what a build has to know that finds all variants in its cache."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

_DISTRIBUTION = "imageio-ffmpeg"
_OWN_FFMPEG = "IMAGEIO_FFMPEG_EXE"  # the variable by which imageio-ffmpeg takes another one
_BINARY = re.compile(r"^imageio_ffmpeg/binaries/ffmpeg[^,]*,sha256=[^,]+", re.MULTILINE)


def is_available() -> bool:
    """Whether the extra `video` is installed. Neither imports it nor runs anything."""
    return bool(ffmpeg_version())


def package_version() -> str:
    """Return the version of `imageio-ffmpeg`, or an empty string where it is not installed."""
    return ffmpeg_version().partition(" ")[0]


@cache
def ffmpeg_version() -> str:
    """Return what tells one ffmpeg from another, without running it; empty if there is none.

    It is the version of `imageio-ffmpeg` and the hash of the binary in its list of files; or, with
    `IMAGEIO_FFMPEG_EXE`, the path, size and age of that file.
    """
    try:
        package = distribution(_DISTRIBUTION)
    except PackageNotFoundError:
        return ""
    parts = sorted(_BINARY.findall(package.read_text("RECORD") or ""))
    if path := os.environ.get(_OWN_FFMPEG):
        with suppress(OSError):
            facts = Path(path).stat()
            parts += [path, str(facts.st_size), str(facts.st_mtime_ns)]
    # Installed from source it has none, and takes any that it finds, which may know of no alpha.
    return " ".join([package.version, *parts]) if parts else ""
