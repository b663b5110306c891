"""The pose that a reader of a page sees first, which is found when all of the page is HTML.

It is the first one above the first `h2`, wherever its macro stood: in Markdown, in raw HTML, in a
file that was included. What is folded up does not count: its image would be fetched for nothing.
Nor does a text that another extension parses for the page, such as a docstring: nobody knows yet
where it will stand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown.postprocessors import Postprocessor
from msgspec import Struct

from mkdocs_masko.markdown.stash import END_MARK
from mkdocs_masko.sources.slips import VOID, HtmlReader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown import Markdown
    from mkdocs_masko.markdown.stash import EmbedStash, ShownPose

_MARK = re.compile(rf"<!--{END_MARK}(\d+)-->")
_HEADING = "<h2"
# What may hide a heading or a pose, or make no heading of its tag: only a parser can tell. Plain
# texts are found faster than a pattern, unless all of it begins with one character.
_DOUBTFUL_TAG = re.compile(
    r"<(?:!--|details|dialog|iframe|noscript|script|style|template|textarea|title)"
)
_DOUBTFUL_TEXTS = ("display", "hidden", "popover", "tabbed-", "visibility")
_HIDING = {"noscript", "template"}
_TABS = {"tabbed-block", "tabbed-content"}  # of pymdownx.tabbed: the first of them is shown


class FirstPosePostprocessor(Postprocessor):
    """Shows the first pose of a page as one that is fetched early."""

    def __init__(self, md: Markdown, stash: EmbedStash) -> None:
        super().__init__(md)
        self._stash = stash

    def run(self, text: str) -> str:
        """Take the marks away, and show again the pose in front of one of them."""
        if END_MARK not in text:
            return text
        # Until the tree is complete, the text is that of a heading, for a table of contents.
        poses, is_page = self._stash.poses, self._stash.is_tree_complete and not self._stash.is_part
        number = find_first(text, poses) if is_page else None
        if number is not None:
            pose = poses[number]
            mark = f"<!--{END_MARK}{number}-->"
            text = text.replace(pose.html + mark, self._stash.show_early(pose), 1)
        return _MARK.sub("", text)


def find_first(html: str, poses: Sequence[ShownPose]) -> int | None:
    """Return the number of the pose that is seen first, or None where there is none.

    Args:
        html: The page, with a mark behind each pose that has its number.
        poses: The poses of the page.
    """
    mark = _MARK.search(html)
    if mark is None:
        return None
    start = mark.start() - len(poses[int(mark[1])].html)
    above = html[:start].lower()
    above, heading, _ = above.partition(_HEADING)
    if not _is_doubtful(above):
        return None if heading else int(mark[1])
    finder = _FirstFinder(html)
    finder.feed(html)
    finder.close()
    return finder.number


def _is_doubtful(html: str) -> bool:
    """Tell whether HTML above a pose may hide it or a heading, or ends inside of a tag."""
    return (
        _DOUBTFUL_TAG.search(html) is not None
        or any(text in html for text in _DOUBTFUL_TEXTS)
        or html.rfind("<") > html.rfind(">")
    )


class _Element(Struct, frozen=True):
    """An element that is open.

    Attributes:
        tag: Its name.
        is_hidden: Whether what is in it is not shown.
        tabs: Gets the classes of the tabs in it.
    """

    tag: str
    is_hidden: bool
    tabs: set[str]


class _FirstFinder(HtmlReader):
    """Finds the first mark that is neither below an `h2` nor in anything folded up.

    Attributes:
        number: That of the mark, or None.
    """

    def __init__(self, html: str) -> None:
        super().__init__(html)
        self.number: int | None = None
        self._is_over = False
        self._open = [_Element("", is_hidden=False, tabs=set())]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self._open[-1]
        self._is_over = self._is_over or (tag == "h2" and not self._is_inert())
        if tag not in VOID:
            attributes = dict(reversed(attrs))  # of a repeated attribute, the first counts
            is_hidden = self._is_hidden(tag, attributes)
            self._open.append(_Element(tag, is_hidden=is_hidden, tabs=set()))
            parent.tabs.update((attributes.get("class") or "").split())

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML knows no such tags

    def handle_endtag(self, tag: str) -> None:
        for number in range(len(self._open) - 1, 0, -1):
            if self._open[number].tag == tag:
                del self._open[number:]
                return

    def handle_comment(self, data: str, /) -> None:
        if data.startswith(END_MARK) and not (self._is_over or self._open[-1].is_hidden):
            self.number = int(data.removeprefix(END_MARK))
            self._is_over = True

    def _is_inert(self) -> bool:
        return any(element.tag in _HIDING for element in self._open)

    def _is_hidden(self, tag: str, attributes: Mapping[str, str | None]) -> bool:
        """Tell whether what is in an element is hidden when the page opens."""
        parent = self._open[-1]
        if tag == "summary" and parent.tag == "details":  # shown, whether that is open or not
            return self._open[-2].is_hidden
        style = "".join((attributes.get("style") or "").lower().split())
        classes = (attributes.get("class") or "").split()
        return (
            parent.is_hidden
            or tag in _HIDING
            or (tag in {"details", "dialog"} and "open" not in attributes)
            or "hidden" in attributes
            or "popover" in attributes
            or "display:none" in style
            or "visibility:hidden" in style
            or not parent.tabs.isdisjoint(_TABS.intersection(classes))
        )
