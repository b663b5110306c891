"""From what was read to what stands on the page, whatever goes wrong in between."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.rendering.call import Call


class Embedder:
    """Shows calls, and tells of those that cannot be shown.

    Args:
        render: Turns a call into HTML, or raises ReferenceProblem.
        report: Gets a problem and the text that caused it.
    """

    def __init__(
        self, render: Callable[[Call], str], report: Callable[[ReferenceProblem, str], None]
    ) -> None:
        self._render, self.report = render, report

    def show(self, source: str, read: Callable[[], Call], text: str | None = None) -> str:
        """Return the HTML of a call.

        Args:
            source: The call as written, to find it by.
            read: Reads the call, or raises ReferenceProblem.
            text: What stands there when the call cannot be read; by default its source.

        Returns:
            HTML; of a bad call its alt text, after reporting it.
        """
        try:
            call = read()
        except ReferenceProblem as problem:
            self.report(problem, source)
            return escape(visible(source if text is None else text))
        try:
            return self._render(call)
        except ReferenceProblem as problem:
            self.report(problem, source)
            return escape(_text_of(call))


def _text_of(call: Call) -> str:
    alt = call.arguments.get("alt")
    return visible(call.reference if alt is None else str(alt))
