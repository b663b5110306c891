"""The manifest on disk: always the whole old file or the whole new one.

`load` trusts nothing in the file, which may come from a merge or a pull request. `save` writes
only what changed, so that a watching server does not build again for nothing.
"""

from __future__ import annotations

import codecs
import os
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from mkdocs_masko.errors import ManifestError, ManifestMissing
from mkdocs_masko.manifest.schema import REMEDY, Manifest, dumps, loads
from mkdocs_masko.text import has_conflict_markers

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

TEMPORARY_SUFFIX: Final = ".new"
"""How the name of a file ends while it is written."""

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


def load(path: Path, origins: Collection[str]) -> Manifest:
    """Read the manifest.

    Args:
        path: The file.
        origins: Where media may come from, as `scheme://host`.

    Raises:
        ManifestMissing: The file does not exist.
        BoundManifest: Its media are on a server that is not one of `origins`, but on this machine.
        ManifestError: It cannot be read, or is no valid manifest; the message names the file.
    """
    try:
        return loads(_read(path), origins)
    except FileNotFoundError:
        raise ManifestMissing(f"{path.name}: there is no such manifest.") from None
    except OSError as error:
        raise ManifestError(f"{path.name}: cannot be read: {error.strerror}.") from error
    except ManifestError as error:
        raise type(error)(f"{path.name}: {error}") from error


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
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
        # Git may change line ends at checkout; a name cannot hold one, as JSON escapes it.
        if path.is_file() and path.read_bytes().replace(b"\r\n", b"\n") == content:
            return False
        replace_file(path, content)
    except OSError as error:
        raise ManifestError(f"{path.name}: cannot be written: {error.strerror}.") from error
    return True


def replace_file(
    path: Path, content: bytes, *, durable: bool = True, keep_mode: bool = True
) -> None:
    """Write a file atomically: all of the new content, or the file stays as it is.

    Args:
        path: The file; a symbolic link is replaced.
        content: All of it.
        durable: Whether it must be complete even if the machine stops right after.
        keep_mode: Whether the new file gets the mode of an existing one.

    Raises:
        OSError: It cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}{TEMPORARY_SUFFIX}")
    # Unlike in tempfile, the mode of a new file is the umask's. Without O_BINARY, which only
    # Windows has, the system would change line ends.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            mode = path.lstat().st_mode
            if keep_mode and stat.S_ISREG(mode):
                temporary.chmod(stat.S_IMODE(mode))
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
