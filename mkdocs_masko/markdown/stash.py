"""What the processors of one page share: from a macro to its HTML in the parser's stash.

Python-Markdown keeps raw HTML in a stash, with a placeholder in the text, and does not parse it
again. What stands there is safe from every other extension.
"""

from __future__ import annotations

import weakref
from functools import lru_cache
from typing import TYPE_CHECKING

from markdown.util import HTML_PLACEHOLDER_RE, STX
from msgspec import Struct, structs

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.markdown.syntax import NO_ATTRIBUTE
from mkdocs_masko.rendering import POSES
from mkdocs_masko.urls import SCHEME, plain_text

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from markdown import Markdown
    from mkdocs_masko.rendering import Call, Embedder, Placeholders


END_MARK = f"{STX}masko"
"""What the comment behind each pose begins with; no page can have that character."""


class ShownPose(Struct, frozen=True, kw_only=True):
    """A pose on the page.

    Attributes:
        html: What stands there.
        call: The macro.
        source: The macro as written.
    """

    html: str
    call: Call
    source: str


class OpenPages:
    """The pages that parsers are at, so that a text is known that is parsed for another page.

    Code that is run, and docstrings, are parsed while the parser of a page waits.
    """

    def __init__(self) -> None:
        # A parser that failed never ends its page.
        self._pages: list[weakref.ref[EmbedStash]] = []

    @property
    def is_empty(self) -> bool:
        """Whether no parser is at a page."""
        return all(page() is None for page in self._pages)

    def start(self, page: EmbedStash) -> bool:
        """Note that a page is started; return whether it is a part of another one."""
        self.end(page)
        self._pages = [other for other in self._pages if other() is not None]
        self._pages.append(weakref.ref(page))
        return len(self._pages) > 1

    def end(self, page: EmbedStash) -> None:
        """Note that a page has been parsed, and all that was parsed for it."""
        pages = [other() for other in self._pages]
        if page in pages:
            del self._pages[pages.index(page) :]


@lru_cache
def _names_pose(html: str) -> bool:
    """Tell whether the texts of an embed name a pose; pages show the same embeds again."""
    return SCHEME in plain_text(html)


class EmbedStash:
    """The embeds of one page.

    Args:
        md: The parser.
        embedder: Shows macros.
        placeholders: Macros that were run before the page came here.
        open_pages: The pages that this parser and others are at.
    """

    def __init__(
        self, md: Markdown, embedder: Embedder, placeholders: Placeholders, open_pages: OpenPages
    ) -> None:
        self._md, self._open_pages = md, open_pages
        self._show, self.report = embedder.render_or_report, embedder.report
        self.mark_reviewed = embedder.mark_reviewed
        self._show_early = embedder.show_early
        self.placeholders = placeholders
        self.reset()

    def reset(self) -> None:
        """Forget the page before."""
        self.sources: dict[int, str] = {}
        """The macros as written, by the number of their HTML in the stash."""
        self.code: set[int] = set()
        """The numbers of code in the stash: some highlighters put it there."""
        self.figures: dict[int, tuple[str, Callable[[], Call]]] = {}
        """What reads the macros that became a figure, by the same number."""
        self.preloads: set[int] = set()
        """The numbers of what only fetches an image, and is nothing to see."""
        self.urls: dict[str, str] = {}
        """The URLs behind placeholders, by their number."""
        self.poses: list[ShownPose] = []
        """The poses of the page, in the order in which they were found; their marks are the
        numbers."""
        self.quotes: dict[str, None] = {}
        """The HTML of embeds in whose texts a pose is named: they are no slips."""
        self.searched = 0
        """How many blocks of the stash have been searched: each is, once."""
        self.is_tree_complete = False
        """Whether what postprocessors get is the page, and not a heading of it."""
        self.is_part = False
        """Whether this is no page, but a text that is parsed for one."""

    def start(self) -> None:
        """Start a page."""
        self.is_part = self._open_pages.start(self)

    def complete_tree(self) -> None:
        """Note that the tree is complete."""
        self.is_tree_complete = True
        self._open_pages.end(self)

    def show(self, source: str, read: Callable[[], Call], text: str | None = None) -> str:
        """Return the HTML of a macro; the arguments are those of `Embedder.render_or_report`.

        A mark behind the HTML of a pose tells later where on the page it stands.
        """
        calls: list[Call] = []

        def read_and_keep() -> Call:
            calls.append(read())
            return calls[0]

        html = self._show(source, read_and_keep, text)
        if _names_pose(html):
            self.quotes[html] = None
        is_pose = bool(calls) and calls[0].function in POSES and "<" in html  # else its alt text
        if not is_pose:
            return html
        # A `Markup` would escape what is added to it.
        self.poses.append(ShownPose(html=str(html), call=calls[0], source=source))
        return f"{html}<!--{END_MARK}{len(self.poses) - 1}-->"

    def show_early(self, pose: ShownPose) -> str:
        """Return the HTML of a pose that a reader of the page sees first."""
        html = self._show_early(pose.call, pose.source, pose.html)
        if pose.html in self.quotes:
            self.quotes[html] = None
        return html

    def add(self, source: str, read: Callable[[], Call], text: str | None = None) -> str:
        """Show a macro in running text; the arguments are those of `show`.

        Returns:
            What stands for the HTML until the parser is done.
        """
        number, html = self._md.htmlStash.html_counter, self.show(source, read, text)
        self.sources[number] = source
        if html.startswith("<figure"):
            self.figures[number] = (source, read)
        elif html.startswith("<link"):
            self.preloads.add(number)
        return self._md.htmlStash.store(html)

    def show_inline(self, number: int) -> None:
        """Show a figure again, as one that stands in running text."""
        source, read = self.figures[number]
        html = self.show(source, lambda: structs.replace(read(), running=True))
        self._md.htmlStash.rawHtmlBlocks[number] = html

    def report_attribute(self, text: str, quote: Callable[[str], str] = str) -> str:
        """Report the macros in an attribute, where no pose can stand, and put them back as text."""

        def report(source: str) -> str:
            self.report(ReferenceProblem(NO_ATTRIBUTE), source)
            return quote(source)

        text = HTML_PLACEHOLDER_RE.sub(
            lambda m: report(self.sources[int(m[1])]) if int(m[1]) in self.sources else m[0], text
        )
        return self.placeholders.pattern.sub(lambda m: report(self.placeholders.get(m)[0]), text)

    def restore(self, text: str, quote: Callable[[str], str] = str) -> str:
        """Put macros back as text where their HTML would break something: in attributes."""
        return HTML_PLACEHOLDER_RE.sub(lambda match: self._source(match, quote), text)

    def _source(self, match: re.Match[str], quote: Callable[[str], str]) -> str:
        source = self.sources.get(int(match[1]))
        return match[0] if source is None else quote(source)
