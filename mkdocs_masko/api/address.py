"""The address of the API."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import one_line
from mkdocs_masko.urls import is_loopback

_EXPECTED = "expected an address such as https://api.masko.ai/v1"
_PLAIN = re.compile(r"[A-Za-z0-9._~:/\[\]-]+")


def checked_api_url(url: str) -> str:
    """Return the API's address without a slash at its end.

    Raises:
        OptionError: The key would travel in the open, or the address is none.
    """
    if "@" in url:
        raise OptionError(f"api_url holds a user name or password; {_EXPECTED}")
    fault = _fault(url)
    if fault:
        raise OptionError(f"api_url {one_line(url)!r} {fault}; {_EXPECTED}")
    return url.rstrip("/")


def _fault(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0
        local = is_loopback(url)
    except ValueError:
        return "is no valid address"
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        return "is not https (plain http is for a server on this machine)"
    if not usable or not _PLAIN.fullmatch(url):
        return "is no plain address"
    return ""
