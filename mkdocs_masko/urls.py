"""Which addresses may be fetched, or put on a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from mkdocs_masko.errors import MediaError, OptionError
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Collection

CDN_ORIGINS = ("https://assets.masko.ai", "https://assets.masco.dev")
"""Where published media live: the vendor's host, and its old brand's, which still serves."""

API_URL = "https://api.masko.ai/v1"
"""The base of the API's addresses."""

SANDBOX_ORIGIN = "https://sandbox.masko.invalid"
"""Stands for the embedded sandbox in a manifest: reserved by RFC 2606, so it is nobody's host."""

ID_PATTERN = r"[A-Za-z0-9_-]+"
"""What an id of the API looks like, and so what a path to it may hold: a UUID in its answers,
`col_xyz789` in its examples."""

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]+")


def origin_of(url: str) -> str:
    """Return `scheme://host[:port]` of an address, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_loopback(url: str) -> bool:
    """Tell whether an address is on this machine, where plain http is fine."""
    return urlsplit(url).hostname in _LOOPBACK


def media_origins(api_url: str) -> frozenset[str]:
    """Return the origins whose media a project may show.

    A server on this machine may show its own media, so that a sandbox or a double of the API
    can be used; any other API serves from the vendor's hosts.
    """
    own = {origin_of(api_url)} if is_loopback(api_url) else set()
    return frozenset({*CDN_ORIGINS, SANDBOX_ORIGIN, *own})


def check_media_url(url: str, origins: Collection[str]) -> str:
    """Return the address unchanged when it is harmless.

    Args:
        url: The address, as the API or a manifest gives it.
        origins: The allowed `scheme://host[:port]`, in lower case.

    Raises:
        MediaError: Another host, scheme or port, a user name, a query, dot segments, or
            characters that do not belong in an address.
    """
    fault = _fault(url, origins)
    if fault:
        raise MediaError(f"address {sanitize(url)!r} {fault}")
    return url


def _fault(url: str, origins: Collection[str]) -> str:
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return "is no valid address"
    if origin not in origins:
        return "is not on a host that media may come from: " + ", ".join(sorted(origins))
    if parts.query or parts.fragment or url != f"{origin}{parts.path}":
        return "has a query or a fragment; published media have none"
    if not _PATH.fullmatch(parts.path) or _climbs(parts.path):
        return "has a path that is not plain"
    return ""


def _climbs(path: str) -> bool:
    decoded = unquote(unquote(path))
    return not decoded.isprintable() or any(s in {".", ".."} for s in re.split(r"[/\\]", decoded))


_EXPECTED = "expected an address such as https://api.masko.ai/v1"
_PLAIN = re.compile(r"[A-Za-z0-9._~:/\[\]-]+")


def checked_api_url(url: str) -> str:
    """Return the API's address without a slash at its end.

    Raises:
        OptionError: The key would travel in the open, or the address is none.
    """
    if "@" in url:
        raise OptionError(f"api_url holds a user name or password; {_EXPECTED}")
    fault = _api_url_fault(url)
    if fault:
        raise OptionError(f"api_url {sanitize(url)!r} {fault}; {_EXPECTED}")
    return url.rstrip("/")


def _api_url_fault(url: str) -> str:
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
