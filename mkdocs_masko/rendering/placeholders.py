"""What stands for a call while other tools still work on the text around it.

mkdocs-macros runs whole pages through Jinja before Markdown sees them. Markup put there would be
parsed a second time, and a name with braces evaluated; so a call made there leaves a token
without either, and the Markdown extension puts the embed in its place.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.rendering.call import Call

MARK = "maskoembed"
"""What every token starts with."""

ADDRESS = "maskourl:"
"""What stands before the token of an address."""


class Placeholders:
    """The calls that tokens stand for. A token cannot be guessed by the author of a page."""

    def __init__(self) -> None:
        self._prefix = MARK + secrets.token_hex(8)
        self._calls: list[tuple[str, Callable[[], Call]]] = []
        number = rf"{self._prefix}n([0-9]+)x"
        self.pattern = re.compile(rf"(?<!{ADDRESS}){number}")
        # The parser puts a backslash before it when it takes the tag of inline HTML apart.
        self.address_pattern = re.compile(rf"\\?{ADDRESS}{number}")

    def put(self, source: str, read: Callable[[], Call]) -> str:
        """Keep a call.

        Args:
            source: The call as written.
            read: Reads it, or raises ReferenceProblem.

        Returns:
            Its token: letters and digits only.
        """
        self._calls.append((source, read))
        return f"{self._prefix}n{len(self._calls) - 1}x"

    def put_address(self, source: str, read: Callable[[], Call]) -> str:
        """Keep a call of `masko_url`.

        Returns:
            A token that looks like an absolute address, so that it passes through links and
            images of Markdown unchanged.
        """
        return ADDRESS + self.put(source, read)

    def get(self, match: re.Match[str]) -> tuple[str, Callable[[], Call]]:
        """Return the call behind a match of either pattern, as it was put."""
        return self._calls[int(match[1])]
