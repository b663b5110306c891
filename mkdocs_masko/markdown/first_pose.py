"""The pose that a reader of a page sees first, which is found when all of the page is HTML.

It is the first one above the first `h2`, wherever its macro stood: in Markdown, in raw HTML, in a
file that was included. What is folded up does not count: its image would be fetched for nothing.
Nor does a text that another extension parses for the page, such as a docstring: nobody knows yet
where it will stand.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from markdown.postprocessors import Postprocessor

from mkdocs_masko.markdown.open_elements import TEXT_ONLY, OpenElements
from mkdocs_masko.markdown.stash import END_MARK
from mkdocs_masko.sources.html_reader import HtmlReader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown import Markdown
    from mkdocs_masko.markdown.open_elements import Element
    from mkdocs_masko.markdown.stash import EmbedStash, ShownPose

_MARK = re.compile(rf"<!--{END_MARK}(\d+)-->")
_HEADING = "<h2"
# What may hide a heading or a pose, or make no heading of its tag: only a parser can tell. Plain
# texts are found faster than a pattern, unless all of it begins with one character.
_DOUBTFUL_TAG = re.compile(
    r"<(?:[!?]|/[^a-z]|audio|canvas|d(?:atalist|etails|ialog)|iframe|math|no(?:embed|frames|script)"
    r"|rp\b|s(?:cript|elect|tyle|vg)|t(?:emplate|extarea|itle)|video|xmp)"
)
_DOUBTFUL_TEXTS = ("display", "hidden", "popover", "tabbed-", "visibility")
_INERT = {"audio", "canvas", "datalist", "rp", "select", "template", "video"}
"""Elements whose content is not shown, and makes no heading."""
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


class _FirstFinder(HtmlReader):
    """Finds the first mark that is neither below an `h2` nor in anything folded up.

    Attributes:
        number: That of the mark, or None.
    """

    def __init__(self, html: str) -> None:
        super().__init__(html)
        self.number: int | None = None
        self._is_over = False
        self._open = OpenElements()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs, is_alone=False)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._start(tag, attrs, is_alone=True)

    def _start(self, tag: str, attrs: list[tuple[str, str | None]], *, is_alone: bool) -> None:
        attributes = dict(reversed(attrs))  # of a repeated attribute, the first counts
        classes = (attributes.get("class") or "").split()
        self._is_over = self._is_over or (tag == "h2" and not self._open.has(_INERT))
        hides = partial(self._hides, tag, attributes, classes)
        if tag in TEXT_ONLY and not self._open.is_foreign:
            self.set_cdata_mode(tag)
        self._open.start(tag, classes, hides, is_alone=is_alone)

    def handle_endtag(self, tag: str) -> None:
        self._open.end(tag)

    def handle_comment(self, data: str, /) -> None:
        if data.startswith(END_MARK) and not (self._is_over or self._open.is_hidden):
            self.number = int(data.removeprefix(END_MARK))
            self._is_over = True

    def parse_html_declaration(self, i: int) -> int:
        """Take `<![CDATA[` for a comment, but in SVG and MathML."""
        if self.rawdata.startswith("<![CDATA[", i) and not self._open.is_foreign:
            end = self.rawdata.find(">", i)
            return len(self.rawdata) if end < 0 else end + 1
        return super().parse_html_declaration(i)

    def _hides(
        self,
        tag: str,
        attributes: Mapping[str, str | None],
        classes: Sequence[str],
        parent: Element,
    ) -> bool:
        """Tell whether an element hides what is in it when the page opens."""
        style = "".join((attributes.get("style") or "").lower().split())
        if "display:none" in style or "visibility:hidden" in style:
            return True
        return not self._open.is_foreign and (
            tag in _INERT
            or (tag in {"details", "dialog"} and "open" not in attributes)
            or "hidden" in attributes
            or "popover" in attributes
            or not parent.child_classes.isdisjoint(_TABS.intersection(classes))
        )
