"""What readers load for the poses of a page, and the site's budget for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_masko.text import format_size, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mkdocs_masko.rendering import Load


class PageWeights:
    """Weighs the poses of each page.

    A still image counts once, in its best format: on screens of one pixel a px what comes first,
    on finer ones what is largest. Of an animation's files the largest counts, as a browser takes
    one of them.
    """

    def __init__(self) -> None:
        self._files: dict[tuple[str, str], dict[str, set[str]]] = {}

    def add(self, page: str, loads: Iterable[Load]) -> None:
        """Add what a page makes its readers load.

        Args:
            page: The page or template: `docs/index.md`.
            loads: The files of one embed.
        """
        for load in (load for load in loads if load.role != "other"):
            by_role = self._files.setdefault((page, load.pose), {})
            by_role.setdefault(load.role, set()).add(load.name)

    @property
    def poses(self) -> set[str]:
        """The poses that pages show."""
        return {pose for _, pose in self._files}

    def heaviest_page(self, sizes: Mapping[str, int]) -> tuple[str, int]:
        """Return the page whose still images weigh most on screens of one pixel a px.

        Args:
            sizes: Bytes of each file.

        Returns:
            The page and its bytes; an empty name when nothing is shown.
        """
        pages: dict[str, int] = {}
        for (page, _), by_role in self._files.items():
            size = sum(sizes[file] for file in by_role.get("first", ()))
            pages[page] = pages.get(page, 0) + size
        return max(pages.items(), key=lambda item: item[1], default=("", 0))

    def over_budget(self, sizes: Mapping[str, int], limits: Mapping[str, int]) -> Iterator[str]:
        """Say what weighs more than it should, with the numbers.

        Args:
            sizes: Bytes of each file.
            limits: The most bytes of a `page` and of a `pose`.
        """
        pages: dict[str, int] = {}
        for (page, pose), by_role in self._files.items():
            size = sum(sizes[file] for file in by_role.get("dense", ()))
            size += max((sizes[file] for file in by_role.get("video", ())), default=0)
            pages[page] = pages.get(page, 0) + size
            if size > limits.get("pose", size):
                yield _excess(f"{page}: pose {pose!r} weighs", size, limits["pose"])
        for page, size in pages.items():
            if size > limits.get("page", size):
                yield _excess(f"{page}: its poses weigh", size, limits["page"])


def _excess(subject: str, size: int, limit: int) -> str:
    return f"{sanitize(subject)} {format_size(size)}, more than the budget of {format_size(limit)}"
