"""Which bytes a variant has: what this machine has encoded, or has compared with the original.

No manifest can name the hash of a variant, because encoders differ by platform. So a cache, local
or shared, may hold anything in its place. This file of the user's, outside of every project and
cache, says which bytes are known to be good: one line for each variant, which is bound to the hash
of its original, its size and its encoder settings. Whatever cannot be read of it, or cannot be
written, costs only another comparison.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from mkdocs_masko.files import named_folder, replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = "variants.txt"

CANNOT_BE_ENCODED: Final = "-" * 64
"""What stands for the hash of a variant that cannot be made of its original."""

_LINE = re.compile(rb"^([0-9a-f]{32}) ([0-9a-f]{64}|-{64})$", re.MULTILINE)
_LINE_BYTES = 98
_MAX_BYTES = 40_000 * _LINE_BYTES  # as many variants as 6,000 stills have


def default_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder for what programs remember about their own work, by the system's rules.

    Linux: https://specifications.freedesktop.org/basedir-spec/latest/

    Args:
        environ: The environment; MASKO_STATE_DIR names another folder.
    """
    if named := named_folder(environ, "MASKO_STATE_DIR"):
        return named
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home: nothing can be remembered
        return Path(os.devnull, "mkdocs-masko")
    if sys.platform == "win32":
        base = Path(environ.get("LOCALAPPDATA", "").strip() or home / "AppData/Local")
    elif sys.platform == "darwin":
        base = home / "Library/Application Support"
    else:
        base = Path(environ.get("XDG_STATE_HOME", "").strip())
        if not base.is_absolute():  # which counts as unset, by that specification
            base = home / ".local/state"
    return base / "mkdocs-masko"


class Ledger:
    """The known variants.

    Args:
        folder: Where the file is; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._lock = Lock()
        self._digests: dict[str, str] | None = None

    def get(self, recipe: str) -> str | None:
        """Return the sha256 of a variant's bytes, `CANNOT_BE_ENCODED`, or None.

        Args:
            recipe: What it is made of and how, as a hash.
        """
        with self._lock:
            if self._digests is None:
                self._digests = self._read()
            return self._digests.get(_key(recipe))

    def add(self, digests: Mapping[str, str]) -> None:
        """Note the bytes of variants, by their recipes."""
        known = {recipe: self.get(recipe) for recipe in digests}
        new = {_key(recipe): sha for recipe, sha in digests.items() if sha != known[recipe]}
        if not new:
            return
        with self._lock:
            self._digests = {**(self._digests or {}), **new}
            with suppress(OSError):
                self._append("".join(f"{key} {sha}\n" for key, sha in new.items()).encode())

    def _read(self) -> dict[str, str]:
        content = b""
        with suppress(OSError):
            if self._path.is_file():  # a pipe would be waited for
                content = self._path.read_bytes()[-_MAX_BYTES:]
        return {key.decode(): sha.decode() for key, sha in _LINE.findall(content)}

    def _append(self, lines: bytes) -> None:
        """Append lines in one write, so that builds side by side do not mix theirs."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.is_file() and self._path.stat().st_size > _MAX_BYTES:
            newest = self._path.read_bytes()[-_MAX_BYTES // 2 :]
            replace_file(self._path, newest.partition(b"\n")[2] + lines)
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        flags |= getattr(os, "O_NONBLOCK", 0)  # or opening a pipe would wait for its reader
        handle = os.open(self._path, flags, 0o600)
        try:
            # A build that was killed may have left half a line.
            os.write(handle, b"\n" + lines)
        finally:
            os.close(handle)


def _key(recipe: str) -> str:
    return recipe[:32]
