"""Bearer authentication. The key is checked once, and never shown.

A server that echoes what it gets, as a proxy for debugging does, could carry the key into a
manifest, a log or a page. `Bearer.reveals` finds it in a response.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from mkdocs_masko.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    __slots__ = ("_key", "_traces")

    def __init__(self, key: str) -> None:
        self._key = key
        self._traces = frozenset(_iter_traces(key.encode("ascii")))

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign a request."""
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request

    def __repr__(self) -> str:
        return "Bearer(...)"

    def redact(self, body: bytes) -> bytes:
        """Return the body of an error without the key: empty where it is there in disguise."""
        plain = body.replace(self._key.encode("ascii"), b"[key]")
        return b"" if self.reveals(plain) else plain

    def reveals(self, content: bytes, *, is_text: bool = True) -> bool:
        """Tell whether somebody could read the key in some bytes.

        It is found in upper and lower case, in base64 and in hex, inside of longer strings, and in
        text also behind escapes of JSON, URLs and HTML.

        Args:
            content: The bytes.
            is_text: Whether they may have escapes. Those of media have none.
        """
        for _ in range(_MOST_LAYERS):
            flat = _flatten(content)
            if any(trace in flat for trace in self._traces):
                return True
            unescaped = _unescape(content) if is_text else content
            if unescaped == content:
                break
            content = unescaped
        return False


_MOST_LAYERS: Final = 4  # of escapes, one inside the other
_SHORTEST_SECRET: Final = 16  # characters after the prefix of a key
_BASE64_URL = bytes.maketrans(b"-_", b"+/")
_BLANKS: Final = b" \t\r\n\x00"  # base64 may be folded, and UTF-16 has NUL between letters
_JSON_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


def _iter_traces(key: bytes) -> Iterator[bytes]:
    """Yield what a response has in it when it holds the key, flattened."""
    prefix, _, secret = key.rpartition(b"_")  # `masko_` alone is no secret
    if not prefix or len(secret) < _SHORTEST_SECRET:
        secret = key
    for text in {secret, secret.lower(), secret.upper()}:
        yield _flatten(text)
        yield text.hex().encode()
        for offset in range(3):
            # Base64 turns 3 bytes into 4 letters, so a string has three forms inside of longer
            # ones. The letters at both ends depend on what is around it.
            encoded = b64encode(bytes(offset) + text).rstrip(b"=")
            start = (0, 2, 3)[offset]
            stop = len(encoded) - bool((offset + len(text)) % 3)
            yield _flatten(encoded[start:stop])


def _flatten(content: bytes) -> bytes:
    return content.lower().translate(_BASE64_URL, _BLANKS)


def _unescape(content: bytes) -> bytes:
    """Undo one layer of escapes."""
    if b"\\" in content:
        content = _JSON_ESCAPE.sub(_json_character, content)
    if b"%" in content:
        content = unquote_to_bytes(content)
    if b"&" in content:
        content = html.unescape(content.decode("latin-1")).encode("latin-1", "replace")
    return content


def _json_character(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return chr(int(match[1], 16)).encode("latin-1", "replace")
    return b" " if match[2] in b"nrtbf" else match[2]


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
