"""HTML as it is written: what stands where, and which elements are read in a way of their own."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

VERBATIM: Final = frozenset({"code", "kbd", "pre", "samp", "script", "style", "textarea", "title"})
"""Elements whose content is shown, or run, as it is written."""

VOID: Final = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"),
        *("track", "wbr"),
    }
)
"""Elements without content or end tag: https://html.spec.whatwg.org/#void-elements."""

VERBATIM_CLASSES: Final = frozenset({"mermaid", "arithmatex"})
"""Classes of what scripts turn into diagrams and formulas."""

# https://html.spec.whatwg.org/#comment-end-state
_COMMENT_END: Final = re.compile(r"--!?>")


class HtmlReader(HTMLParser):
    """Reads HTML as it is written, and fails on none.

    A tag or a comment without an end takes all that follows, as in browsers. Many releases of
    Python look for such an end again behind each that begins, which takes quadratic time.

    Args:
        html: The HTML that it will be fed with.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]

    def position(self) -> int:
        """Return where in the HTML it has come to."""
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def parse_html_declaration(self, i: int) -> int:
        """Take any `<![...` but CDATA for a comment; some releases of Python fail on others."""
        if self.rawdata.startswith("<![", i) and not self.rawdata.startswith("<![CDATA[", i):
            return self._end_of(self.parse_bogus_comment(i))
        return self._end_of(super().parse_html_declaration(i))

    def parse_starttag(self, i: int) -> int:
        """Read a tag."""
        return self._end_of(super().parse_starttag(i))

    def parse_endtag(self, i: int) -> int:
        """Read an end tag."""
        return self._end_of(super().parse_endtag(i))

    def parse_comment(self, i: int, report: bool = True) -> int:
        """Read a comment, which ends as browsers have it, and not in every release of Python."""
        if self.rawdata.startswith((">", "->"), i + 4):
            return self.rawdata.index(">", i) + 1
        end = _COMMENT_END.search(self.rawdata, i + 4)
        if end is None:
            return len(self.rawdata)
        if report:
            self.handle_comment(self.rawdata[i + 4 : end.start()])
        return end.end()

    def parse_pi(self, i: int) -> int:
        """Read a processing instruction, which HTML takes for a comment."""
        return self._end_of(super().parse_pi(i))

    def _end_of(self, end: int) -> int:
        return len(self.rawdata) if end < 0 else end


class TextReader(HtmlReader):
    """Reads each text as a whole, with its entities as they are written.

    Args:
        html: The HTML; `read` feeds the reader with it.
    """

    def __init__(self, html: str) -> None:
        super().__init__(html)
        self.html = html
        self._text_start: int | None = None

    def read(self) -> None:
        """Read all of the HTML."""
        self.feed(self.html)
        self.close()
        self.end_text(len(self.html))

    def read_text(self, start: int, end: int) -> None:
        """Get where a text begins and ends."""

    def end_text(self, end: int | None = None) -> int:
        """End the text before a tag or a comment.

        Returns:
            Where that begins.
        """
        end = self.position() if end is None else end
        start, self._text_start = self._text_start, None
        if start is not None:
            self.read_text(start, end)
        return end

    def handle_data(self, _: str, /) -> None:
        """Begin a text, or go on with it."""
        if self._text_start is None:
            self._text_start = self.position()

    def handle_entityref(self, name: str) -> None:
        """Go on with the text."""
        self.handle_data(name)

    def handle_charref(self, name: str) -> None:
        """Go on with the text."""
        self.handle_data(name)

    def handle_comment(self, _: str, /) -> None:
        """End the text."""
        self.end_text()

    def handle_decl(self, decl: str) -> None:
        """End the text."""
        self.handle_comment(decl)

    def handle_pi(self, data: str) -> None:
        """End the text."""
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        """End the text."""
        self.handle_comment(data)
