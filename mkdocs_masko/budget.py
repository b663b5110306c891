"""What readers load for the poses of a page, and the site's budget for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from mkdocs_masko.text import format_excess, list_some, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mkdocs_masko.rendering import Load

_MOST_PAGES = 3  # named in one message


class _Files(Struct):
    """The files of a pose on a page by their names; of each set of videos, a browser takes one."""

    first: set[str] = field(default_factory=set)
    dense: set[str] = field(default_factory=set)
    videos: set[frozenset[str]] = field(default_factory=set)


class PageWeights:
    """Weighs the poses of each page.

    A still image counts once, in its best format: on screens of one pixel a px what comes first,
    on finer ones what is largest. Of an animation's files the largest counts, as a browser takes
    one of them; in another size, it counts again. What the theme's template shows on a page counts
    for that page.
    """

    def __init__(self) -> None:
        self._files: dict[tuple[str, str], _Files] = {}

    def add(self, page: str, loads: Iterable[Load]) -> None:
        """Add what a page makes its readers load.

        Args:
            page: The page: `docs/index.md`; or a template that is one: `template 404.html`. An
                empty string for a page that is generated: nobody could make it lighter.
            loads: The files of one embed.
        """
        videos: dict[str, set[str]] = {}
        for load in (load for load in loads if load.role != "other"):
            files = self._files.setdefault((page, load.pose), _Files())
            if load.role == "video":
                videos.setdefault(load.pose, set()).add(load.name)
            else:
                (files.first if load.role == "first" else files.dense).add(load.name)
        for pose, names in videos.items():
            self._files[page, pose].videos.add(frozenset(names))

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
        for page, _, files in self._budgeted():
            size = sum(sizes[file] for file in files.first)
            pages[page] = pages.get(page, 0) + size
        return max(pages.items(), key=lambda item: item[1], default=("", 0))

    def over_budget(self, sizes: Mapping[str, int], limits: Mapping[str, int]) -> Iterator[str]:
        """Say what weighs more than it should, with the numbers.

        Args:
            sizes: Bytes of each file.
            limits: The most bytes of a `page` and of a `pose`.
        """
        pages: dict[str, int] = {}
        heavy: dict[tuple[str, int], list[str]] = {}  # pages by what weighs too much, and how much
        for page, pose, files in self._budgeted():
            size = sum(sizes[file] for file in files.dense)
            size += sum(max(sizes[file] for file in each) for each in files.videos)
            pages[page] = pages.get(page, 0) + size
            if size > limits.get("pose", size):
                heavy.setdefault((f"pose {pose!r} weighs", size), []).append(page)
        yield from _excesses(heavy, limits.get("pose", 0))
        heavy = {}
        for page, size in pages.items():
            if size > limits.get("page", size):
                heavy.setdefault(("", size), []).append(page)
        yield from _excesses(heavy, limits.get("page", 0))

    def _budgeted(self) -> Iterator[tuple[str, str, _Files]]:
        for (page, pose), files in self._files.items():
            if page:
                yield page, pose, files


def _excesses(heavy: Mapping[tuple[str, int], list[str]], limit: int) -> Iterator[str]:
    """Say each excess once: a template shows the same on many pages."""
    for (subject, size), pages in heavy.items():
        place = list_some(pages, _MOST_PAGES)
        weigh = subject or ("its poses weigh" if len(pages) == 1 else "the poses of each weigh")
        weight, budget = format_excess(size, limit)
        yield f"{place}: {sanitize(weigh)} {weight}, more than the budget of {budget}"
