"""The API key: checked once, shown never."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from requests.auth import AuthBase

from mkdocs_masko.errors import OptionError

if TYPE_CHECKING:
    from requests import PreparedRequest

_KEY = re.compile(r"[!-~]{8,512}")


class Bearer(AuthBase):
    """Adds the key to a request.

    It is no header of ours, because requests would quote a bad header in its error, and would
    put what it finds in `~/.netrc` in the place of a good one.

    Args:
        key: A key that `bearer_for` found fit.
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
        """Take the key out of an answer that quotes it."""
        return body.replace(self._key.encode("ascii"), b"[key]")


def bearer_for(key: str, key_name: str) -> Bearer | OptionError:
    """Check a key.

    Args:
        key: As it stands in the environment; space around it is dropped.
        key_name: The variable it comes from.

    Returns:
        The key, or an error for the caller to raise: tools that print a traceback's local
        variables would print the key with this function's.
    """
    stripped = key.strip()
    if not stripped:
        return OptionError(f"the API key in {key_name} is empty; set it, or unset the variable")
    if not _KEY.fullmatch(stripped):
        return OptionError(
            f"the API key in {key_name} is not a key: it should be one word of 8 to 512 "
            "letters and digits, such as masko_...; copy it again from Masko's settings"
        )
    return Bearer(stripped)
