"""Where the bytes of a medium are had from, nearest first."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mkdocs_masko.assets.naming import file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from mkdocs_masko.assets.cache import Cache
    from mkdocs_masko.manifest import Medium


class Originals:
    """Finds media without asking their server.

    Args:
        cache: The local one.
        folders: Folders where `sync --into` may have laid them down.
        packaged: Returns the file of a medium that comes with the package.
    """

    def __init__(
        self,
        cache: Cache,
        *,
        folders: Iterable[Path] = (),
        packaged: Callable[[str], Path | None] = lambda _: None,
    ) -> None:
        self._cache, self._folders = cache, tuple(folders)
        self._packaged = packaged

    def find(self, medium: Medium, sha256: str) -> Path | None:
        """Return a file with just these bytes, or None."""
        return self._cache.medium(sha256) or self._laid_down(medium, sha256)

    def _laid_down(self, medium: Medium, sha256: str) -> Path | None:
        paths = [folder / file_name(medium, sha256) for folder in self._folders]
        packaged = self._packaged(medium.url)
        for path in [*paths, *([packaged.resolve()] if packaged else [])]:
            with suppress(OSError):
                if self._cache.checker.is_sound(path, sha256):
                    return path
        return None
