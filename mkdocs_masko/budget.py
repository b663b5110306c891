"""What a reader loads: the bytes of poses, page by page, against the site's budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from mkdocs_masko.text import format_size, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


Role = Literal["first", "dense", "video"]


class PageWeights:
    """Weighs the poses of a build.

    A still counts in its best format, once: for plain screens in what comes first, for dense ones
    in the most there is. Of an animation's files the largest counts, as any browser takes one.

    Args:
        limits: The budget in bytes, for a `page` and for a `pose`.
    """

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = limits
        self._loads: dict[tuple[str, str], dict[Role, set[str]]] = {}

    def note(self, page: str, pose: str, **files: str) -> None:
        """Note what a page makes its readers load.

        Args:
            page: The page or template: `docs/index.md`.
            pose: The pose: `fox/wave`.
            **files: Files by role. A still for plain screens comes `first`, one for dense screens
                is `dense`, and of several `video` files a browser takes one.
        """
        loads = self._loads.setdefault((page, pose), {})
        for role, file in files.items():
            loads.setdefault(cast("Role", role), set()).add(file)

    @property
    def poses(self) -> set[str]:
        """The poses that are shown."""
        return {pose for _, pose in self._loads}

    def first(self, sizes: Mapping[str, int]) -> tuple[str, int]:
        """Return the page whose stills weigh most, and their bytes on a plain screen."""
        pages: dict[str, int] = {}
        for (page, _), loads in self._loads.items():
            pages[page] = pages.get(page, 0) + sum(sizes[f] for f in loads.get("first", ()))
        return max(pages.items(), key=lambda item: item[1], default=("", 0))

    def over(self, sizes: Mapping[str, int]) -> Iterator[str]:
        """Say what is over the budget, with the numbers."""
        pages: dict[str, int] = {}
        for (page, pose), loads in self._loads.items():
            size = sum(sizes[f] for f in loads.get("dense", ()))
            size += max((sizes[f] for f in loads.get("video", ())), default=0)
            pages[page] = pages.get(page, 0) + size
            if size > self._limits.get("pose", size):
                yield _over(f"{page}: pose {pose!r} weighs", size, self._limits["pose"])
        for page, size in pages.items():
            if size > self._limits.get("page", size):
                yield _over(f"{page}: its poses weigh", size, self._limits["page"])


def _over(what: str, size: int, limit: int) -> str:
    return f"{sanitize(what)} {format_size(size)}, more than the budget of {format_size(limit)}"
