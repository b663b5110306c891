"""Which URLs may be requested, or put on a page, which name a pose, and the API's base URL."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from mkdocs_masko.errors import MediaError, OptionError
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

CDN_ORIGINS = ("https://assets.masko.ai", "https://assets.masco.dev")
"""Origins of published media: the vendor's, and its former brand's, which still serves them."""

API_URL = "https://api.masko.ai/v1"
"""The API's base URL."""

SANDBOX_ORIGIN = "https://sandbox.masko.invalid"
"""Stands for the embedded sandbox in a manifest, because its port differs in each run.

RFC 2606 reserves `.invalid`, so the name can never become anybody's host.
"""

ID_PATTERN = r"[A-Za-z0-9_-]+"
"""What an id of the API looks like, and so what a path to it may hold: a UUID in its answers,
`col_xyz789` in its examples."""

_API_ORIGINS = {"https://api.masko.ai", "https://api.masko.ai:443"}
NOT_ENCRYPTED = "is not https (only a server on this machine may use plain http)"
"""What is wrong with a URL to which the key would travel in the open."""

_LOCAL_SERVER = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5}(?=/)")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# The characters of a path in RFC 3986, section 3.3. A URL with any other, such as `"` or a space,
# is not valid as it stands, and what it means would depend on who quotes it.
_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/-]+")
# A URL as the API writes them: nothing in it can be read in two ways, no part starts with a dot.
_PLAIN_URL = re.compile(r"(https://[a-z0-9.-]+)(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


def origin_of(url: str) -> str:
    """Return `scheme://host[:port]` of a URL, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_loopback(url: str) -> bool:
    """Tell whether a URL is on this machine, where plain http is fine."""
    return urlsplit(url).hostname in _LOOPBACK


def is_known_api(url: str) -> bool:
    """Tell whether an API's URL is the vendor's, or on this machine.

    To any other host the key goes only if the environment or the command line names it: whoever
    can change a file in the repository is not to choose who gets the key.

    Args:
        url: One that `check_api_url` has returned.
    """
    return origin_of(url) in _API_ORIGINS or is_loopback(url)


def local_server(url: str) -> str:
    """Return the origin of a URL on a port of this machine, or an empty string for any other."""
    match = _LOCAL_SERVER.match(url)
    return match[0] if match else ""


def media_origins(api_url: str) -> frozenset[str]:
    """Return the origins whose media a project may show.

    An API on this machine may serve its own media, so that a sandbox or another test double
    can be used. The media of any other API come from the vendor's hosts.
    """
    own = {origin_of(api_url)} if is_loopback(api_url) else set()
    return frozenset({*CDN_ORIGINS, SANDBOX_ORIGIN, *own})


def check_media_url(url: str, origins: Collection[str]) -> str:
    """Return the URL of a medium unchanged when it is safe to request and to put on a page.

    Args:
        url: The URL, as the API or a manifest has it.
        origins: The allowed `scheme://host[:port]`, in lower case.

    Raises:
        MediaError: The URL has another host, scheme or port, a user name, a query, dot
            segments, or characters that do not belong in a URL.
    """
    problem = _media_url_problem(url, origins)
    if problem:
        raise MediaError(f"URL {sanitize(url)!r} {problem}")
    return url


def _media_url_problem(url: str, origins: Collection[str]) -> str:
    plain = _PLAIN_URL.fullmatch(url)
    if plain and plain[1] in origins:  # a manifest may have 100,000 of them
        return ""
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return "is not valid"
    if origin not in origins:
        return "is not on a host that media may come from: " + ", ".join(sorted(origins))
    if parts.query or parts.fragment or url != f"{origin}{parts.path}":
        return "has a query or a fragment; published media have none"
    if not _PATH.fullmatch(parts.path) or _is_deceptive(parts.path):
        return "has dot segments or characters that are not allowed in its path"
    return ""


def _is_deceptive(path: str) -> bool:
    # Twice, because a proxy in between may decode `%252e%252e` once before the server does.
    decoded = unquote(unquote(path))
    return not decoded.isprintable() or any(s in {".", ".."} for s in re.split(r"[/\\]", decoded))


_EXPECTED = f"expected a URL such as {API_URL}"
_API_URL = re.compile(r"[A-Za-z0-9._~:/\[\]-]+")


def check_api_url(url: str) -> str:
    """Return the API's base URL without a slash at its end.

    Raises:
        OptionError: The key would travel unencrypted, or the URL is not valid.
    """
    # Before anything else, and without quoting the URL: it may hold a password.
    if "@" in url:
        raise OptionError(f"api_url must not hold a user name or password; {_EXPECTED}")
    problem = api_url_problem(url)
    if problem:
        raise OptionError(f"api_url {sanitize(url)!r} {problem}; {_EXPECTED}")
    return url.rstrip("/")


def api_url_problem(url: str) -> str:
    """Say what is wrong with the API's URL; return an empty string if it can be used."""
    # The characters come first: the standard library drops line breaks and tabs from a URL, and
    # reads a backslash or an `@` otherwise than some clients.
    if not _API_URL.fullmatch(url):
        return "is not a plain URL"
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0  # reading the port checks it
        local = is_loopback(url)
    except ValueError:
        return "is not valid"
    if parts.scheme == "http" and has_host and not local:
        return NOT_ENCRYPTED
    if parts.scheme not in {"http", "https"} or not has_host:
        return "is not a URL of http or https"
    return ""


SCHEME = "masko:"
"""What the URL of a pose begins with, in an image of Markdown or of HTML."""

# Its letters and its colon in every form that HTML and URLs have for them, with what browsers drop
# between them. Only where something is wrong is it compiled, which takes a while.
_WRITTEN_SCHEME = (
    r"(?:[\t\r\n]|&#(?:0*(?:9|10|13)|x0*[9ad]);?|&tab;|&newline;)*".join(
        f"(?:{re.escape(c)}|&#0*(?:{ord(c)}|{ord(c.upper())});?"
        f"|&#x0*(?:{ord(c):x}|{ord(c.upper()):x});?|%{ord(c):x}|%{ord(c.upper()):x})"
        for c in "masko"
    )
    + r"(?:\\?:|&#0*58;?|&#x0*3a;?|&colon;|%3a)"
)


def find_schemes(source: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    """Yield where the URLs of poses begin in a source, however they are written there.

    Args:
        source: HTML, Markdown or CSS.
        start: Where to begin.
        end: Where to end; by default at the end of the source.
    """
    pattern = re.compile(_WRITTEN_SCHEME, re.IGNORECASE)
    matches = pattern.finditer(source, start, len(source) if end is None else end)
    return (match.start() for match in matches)


# What browsers drop before they read a URL: https://url.spec.whatwg.org/#concept-basic-url-parser
_DROPPED = re.compile(r"\A[\x00-\x20]+|[\t\n\r]")
_POSE_SCHEME = re.compile(r"masko\\?:", re.IGNORECASE)
# What a plugin that resolves links itself makes of a pose, whose name it takes for that of a file
# (read in mkdocs-ezlinks-plugin 0.1.14). An author who means a file writes the colon.
_RESOLVED = re.compile(r"\A(?:\.\./)+(?=masko%3a)", re.IGNORECASE)


def pose_of(url: str) -> str | None:
    r"""Return the pose that a URL names: `wave` for `masko:wave`.

    Schemes have no case, and some tools write the colon as `%3A`. Markdown's escape, `\:`, is a
    colon too: https://spec.commonmark.org/0.31.2/#backslash-escapes

    Args:
        url: The URL, in which references such as `&colon;` are replaced.

    Returns:
        The name, which may be empty, or None for any other URL.
    """
    plain = unquote(_RESOLVED.sub("", _DROPPED.sub("", url)))
    scheme = _POSE_SCHEME.match(plain)
    return plain[scheme.end() :].strip() if scheme else None


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# What browsers run, or show with the rights of the page that links to it.
_ACTIVE_SCHEMES = {"blob", "data", "filesystem", "javascript", "livescript", "vbscript"}


def is_link(url: str) -> bool:
    """Tell whether a page may link to a URL, which is no script, no document and no pose."""
    scheme = _SCHEME.match(_DROPPED.sub("", url))
    is_active = scheme is not None and scheme[1].lower() in _ACTIVE_SCHEMES
    return not is_active and pose_of(url) is None


# Percent-encoded: a letter of "masko:", what browsers drop, a backslash, or what begins a macro.
# Pages have other such characters in their URLs, and decoding a whole page takes a while.
_ENCODED = re.compile(r"%(?:0[9adAD]|3[aA]|[46][1bdfBDF]|[57]3|5[cC]|7[bB])")


def plain_text(text: str) -> str:
    """Return a page in lower case, with the characters that references and `%6d` stand for.

    What browsers drop from a URL is left out, and a backslash before a colon.
    """
    if "&" in text:
        text = unescape(text)
    if _ENCODED.search(text):
        text = unquote(text)
    text = text.lower()
    for dropped in "\t\r\n":  # faster than a translation
        text = text.replace(dropped, "")
    return text.replace("\\:", ":") if "\\" in text else text


# One of the letters of "masko", as a reference or percent-encoded, or what is dropped. Each pattern
# starts with plain text, which the search skips to. No other character is one: every page of
# Material has `%7C` in its head, and others have `&#x60;`.
_LETTERS = (
    re.compile(
        r"&#(?:0*(?:9|10|13|65|75|77|79|83|97|107|109|111|115)(?![0-9])"
        r"|[xX]0*(?:[46][1bdfBDF]|[57]3|[9aAdD])(?![0-9a-fA-F]))"
    ),
    re.compile(r"&(?:Tab|NewLine);"),
    re.compile(r"%(?:[46][1bdfBDF]|[57]3)"),
)


def may_name_pose(text: str) -> bool:
    """Tell whether a page may have anything of ours on it, however it is written.

    Most pages have not, so this looks for plain text first, and for what can hide one of its
    letters.
    """
    if "masko" in text:
        return True
    # Schemes and macros are ASCII, and one `é` on a page makes `lower` ten times as slow.
    if "masko" in text.encode("ascii", "ignore").decode("ascii").lower():
        return True
    return may_hide_letter(text) and "masko" in plain_text(text)


def may_hide_letter(text: str) -> bool:
    """Tell whether a letter of our name may be written as a reference or percent-encoded."""
    return any(pattern.search(text) for pattern in _LETTERS)
