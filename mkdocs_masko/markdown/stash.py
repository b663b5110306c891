"""What the processors of one page share: from a call to its HTML in the parser's stash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown.util import HTML_PLACEHOLDER_RE
from msgspec import structs

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from markdown import Markdown
    from mkdocs_masko.rendering import Call, Embedder, Placeholders


class EmbedStash:
    """The poses of one conversion.

    Args:
        md: The parser.
        embedder: Shows calls.
        tokens: Calls that were made before the page came here.
    """

    def __init__(self, md: Markdown, embedder: Embedder, tokens: Placeholders) -> None:
        self._md = md
        self.show, self.report = embedder.show, embedder.report
        self.tokens = tokens
        self.reset()

    def reset(self) -> None:
        """Start a page."""
        self.texts: dict[int, str] = {}
        """The calls as written, by the number of their HTML in the stash."""
        self.code: set[int] = set()
        """The numbers of the stash's texts of code: some highlighters put them there."""
        self.figures: dict[int, tuple[str, Callable[[], Call]]] = {}
        """What reads the calls of those that became a figure, by the same number."""
        self.addresses: dict[str, str] = {}
        """The addresses behind tokens, by their number."""
        self.searched = 0
        """How many blocks of the stash have been looked through: each is, once."""

    def stash(self, source: str, read: Callable[[], Call], text: str | None = None) -> str:
        """Show a call in running text; the arguments are those of `Embedder.show`.

        Returns:
            What stands for the HTML until the parser is done.
        """
        number, html = self._md.htmlStash.html_counter, self.show(source, read, text)
        self.texts[number] = source
        if html.startswith("<figure"):
            self.figures[number] = (source, read)
        return self._md.htmlStash.store(html)

    def run_in(self, number: int) -> None:
        """Show a figure again, as one that stands in running text."""
        source, read = self.figures[number]
        html = self.show(source, lambda: structs.replace(read(), running=True))
        self._md.htmlStash.rawHtmlBlocks[number] = html

    def written(self, text: str, quote: Callable[[str], str] = str) -> str:
        """Put the calls back as text where their HTML would break something: in attributes."""
        return HTML_PLACEHOLDER_RE.sub(lambda m: self._source(m, quote), text)

    def _source(self, match: re.Match[str], quote: Callable[[str], str]) -> str:
        source = self.texts.get(int(match[1]))
        return match[0] if source is None else quote(source)
