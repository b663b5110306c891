"""Bearer authentication. The key is checked once, and never shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mkdocs_masko.errors import OptionError

if TYPE_CHECKING:
    from requests import PreparedRequest

# Printable ASCII without spaces. http.client would refuse a line break in a header, and quote
# the whole header in its error.
_KEY = re.compile(r"[!-~]{8,512}")


class Bearer:
    """Adds the key to a request, as a callable for requests' `auth`.

    The key is not passed as a header, because requests quotes a bad header in its error, and
    replaces a good one by what it finds in `~/.netrc`.

    Args:
        key: A key that `bearer_for` has checked.
    """

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign a request."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request

    def __repr__(self) -> str:
        return "Bearer(...)"

    def redact(self, body: bytes) -> bytes:
        """Return a response's body without the key, which a server may quote in an error."""
        return body.replace(self._key.encode("ascii"), b"[key]")


def bearer_for(key: str, key_name: str | None = None) -> Bearer | OptionError:
    """Check a key.

    Args:
        key: The key. Whitespace around it is dropped, as files and forms leave it there.
        key_name: The environment variable that holds it; None if it was passed as the argument
            `key`.

    Returns:
        The key, or an error for the caller to raise: a tool that prints the local variables of
        a traceback would print the key with this function's.
    """
    where = key_name or "the argument 'key'"
    stripped = key.strip()
    if not stripped:
        remedy = "set it to an API key, or unset it" if key_name else "pass an API key, or None"
        return OptionError(f"{where} is empty; {remedy}")
    if not _KEY.fullmatch(stripped):
        return OptionError(
            f"{where} does not hold a valid API key: expected one word of 8 to 512 letters and "
            "digits, such as masko_...; copy it again from Masko's settings"
        )
    return Bearer(stripped)
