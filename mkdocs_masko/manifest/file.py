"""The manifest on disk: the whole old file or the whole new one, never a torn one."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from mkdocs_masko.errors import ManifestError, ManifestMissing
from mkdocs_masko.manifest.schema import Manifest, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_LARGEST = 32 * 1024 * 1024  # bytes; a manifest of 10,000 poses has about 20 MB


def load(path: Path, origins: Collection[str]) -> Manifest:
    """Read the manifest.

    Args:
        path: The file.
        origins: Where media may come from, as `scheme://host`.

    Raises:
        ManifestMissing: There is no such file.
        ManifestError: It cannot be read, or is no sound manifest; the message names the file.
    """
    try:
        return loads(_read(path), origins)
    except FileNotFoundError:
        raise ManifestMissing(f"{path.name}: there is no such manifest.") from None
    except OSError as error:
        raise ManifestError(f"{path.name}: cannot be read: {error.strerror}.") from error
    except ManifestError as error:
        raise ManifestError(f"{path.name}: {error}") from error


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ManifestError(f"it is larger than {_LARGEST // 2**20} MiB.")
    if merge_marks(content):
        raise ManifestError(
            "it holds merge marks. Take either side of the conflict, then run 'mkdocs-masko sync'."
        )
    return content


def merge_marks(content: bytes) -> bool:
    """Tell whether a version control system left an unsolved conflict in a file."""
    return any(line.startswith((b"<<<<<<< ", b">>>>>>> ")) for line in content.splitlines())


def save(path: Path, manifest: Manifest) -> bool:
    """Write the manifest, unless the file already holds just that.

    Returns:
        Whether anything was written. An unchanged file keeps its bytes and its time.

    Raises:
        ManifestError: The place cannot be written, or is a symbolic link.
    """
    content = dumps(manifest).encode()
    try:
        if path.is_symlink():
            raise ManifestError(
                f"{path.name}: is a symbolic link. Name the file itself in 'manifest:'."
            )
        if path.is_file() and path.read_bytes() == content:
            return False
        replace_file(path, content)
    except OSError as error:
        raise ManifestError(f"{path.name}: cannot be written: {error.strerror}.") from error
    return True


def replace_file(path: Path, content: bytes) -> None:
    """Put new bytes in the place of a file: all of them, or none.

    Raises:
        OSError: The place cannot be written.
    """
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}.new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            new.chmod(stat.S_IMODE(path.stat().st_mode))
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
