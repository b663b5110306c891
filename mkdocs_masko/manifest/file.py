"""The manifest on disk: always the whole old file or the whole new one.

`load` trusts nothing in the file, which may come from a merge or a pull request. `save` writes
only what changed, so that a watching server does not build again for nothing.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

from mkdocs_masko.errors import ManifestError, ManifestMissing
from mkdocs_masko.files import read_file, update_file
from mkdocs_masko.manifest.schema import REMEDY, Manifest, dumps, loads
from mkdocs_masko.text import has_conflict_markers

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_ENCODINGS: Final = {
    codecs.BOM_UTF8: (
        "it starts with a byte order mark (BOM), which an editor has added; "
        "save it as UTF-8 without one"
    ),
    codecs.BOM_UTF16_LE: "it is UTF-16; save it as UTF-8",
    codecs.BOM_UTF16_BE: "it is UTF-16; save it as UTF-8",
}
"""What is wrong with a file by its first bytes."""

_LARGEST = 32 * 1024 * 1024  # bytes; a manifest of 10,000 poses has about 20 MB


def load(path: Path, origins: Collection[str], *, may_be_bound: bool = False) -> Manifest:
    """Read the manifest.

    Args:
        path: The file.
        origins: Where media may come from, as `scheme://host`.
        may_be_bound: Whether they may also be on any server on this machine.

    Raises:
        ManifestMissing: The file does not exist.
        BoundManifest: Its media are on a server that is not one of `origins`, but on this machine.
        ManifestError: It cannot be read, or is no valid manifest; the message names the file.
    """
    try:
        return loads(_read(path), origins, may_be_bound=may_be_bound)
    except FileNotFoundError:
        raise ManifestMissing(f"{path.name}: there is no such manifest.") from None
    except OSError as error:
        raise ManifestError(f"{path.name}: cannot be read: {error.strerror}.") from error
    except ManifestError as error:
        raise type(error)(f"{path.name}: {error}") from error


def _read(path: Path) -> bytes:
    content = read_file(path, _LARGEST + 1)
    if len(content) > _LARGEST:
        raise ManifestError(f"it is larger than {_LARGEST // 2**20} MiB.")
    if has_conflict_markers(content):
        raise ManifestError(
            "it contains merge conflict markers. "
            "Take either side of the conflict, then run 'mkdocs-masko sync'."
        )
    for mark, problem in _ENCODINGS.items():
        if content.startswith(mark):
            raise ManifestError(f"{problem}. {REMEDY}")
    return content


def save(path: Path, manifest: Manifest) -> bool:
    """Write the manifest, unless the file already has this very content.

    Returns:
        Whether the file was written. An unchanged file keeps its modification time.

    Raises:
        ManifestError: The file cannot be written, is a symbolic link, or would be larger than
            `load` reads.
    """
    content = dumps(manifest).encode()
    if len(content) > _LARGEST:
        raise ManifestError(
            f"{path.name}: would have {len(content) / 2**20:.1f} MiB, and is read up to "
            f"{_LARGEST // 2**20} MiB. Configure fewer collections."
        )
    try:
        # In a checkout of somebody else's branch, a link could lead the build anywhere.
        if path.is_symlink():
            raise ManifestError(
                f"{path.name}: is a symbolic link. Name the file itself in 'manifest:'."
            )
        return update_file(path, content)
    except OSError as error:
        raise ManifestError(f"{path.name}: cannot be written: {error.strerror}.") from error
