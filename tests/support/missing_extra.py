"""A Python in which an extra is not installed: one that finds no metadata of its distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_HIDE = """\
import importlib.metadata as metadata
from importlib.metadata import PackageNotFoundError, distribution
def without(name):
    if name == {name!r}:
        raise PackageNotFoundError(name)
    return distribution(name)
metadata.distribution = without
"""


def without_video(folder: Path) -> dict[str, str]:
    """Return the environment of a process that has no `mkdocs-masko[video]`.

    Args:
        folder: Where to put what Python runs at its start; it need not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = _HIDE.format(name="imageio-ffmpeg")
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    return {"PYTHONPATH": str(folder)}
