"""What stands for a macro while other tools still work on the text around it.

mkdocs-macros runs whole pages through Jinja before Markdown sees them. Markup put there would be
parsed a second time, and a name with braces evaluated; so a macro that is run there leaves a
placeholder without either, and the Markdown extension puts the embed in its place.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.rendering.call import Call

MARK = "maskoembed"
"""What every placeholder starts with."""

URL_PREFIX = "maskourl:"
"""What stands before the placeholder of a URL."""


class Placeholders:
    """The macros that placeholders stand for. The author of a page cannot guess a placeholder."""

    def __init__(self) -> None:
        self._prefix = MARK + secrets.token_hex(8)
        self._macros: list[tuple[str, Callable[[], Call]]] = []
        number = rf"{self._prefix}n([0-9]+)x"
        self.pattern = re.compile(rf"(?<!{URL_PREFIX}){number}")
        # The parser puts a backslash before it when it takes the tag of inline HTML apart.
        self.url_pattern = re.compile(rf"\\?{URL_PREFIX}{number}")

        self.changed = re.compile(number, re.IGNORECASE)
        """A placeholder in whatever case a filter has left it."""

    def put(self, source: str, read: Callable[[], Call]) -> str:
        """Keep a macro.

        Args:
            source: The macro as written.
            read: Reads it, or raises ReferenceProblem.

        Returns:
            Its placeholder: letters and digits only.
        """
        self._macros.append((source, read))
        return f"{self._prefix}n{len(self._macros) - 1}x"

    def put_url(self, source: str, read: Callable[[], Call]) -> str:
        """Keep a `masko_url`.

        Returns:
            A placeholder that looks like an absolute URL, so that it passes through links and
            images of Markdown unchanged.
        """
        return URL_PREFIX + self.put(source, read)

    def clear(self) -> None:
        """Forget the macros of pages that are finished."""
        self._macros.clear()

    def get(self, match: re.Match[str]) -> tuple[str, Callable[[], Call]]:
        """Return the macro behind a match of either pattern, as it was put."""
        return self._macros[int(match[1])]
