"""Poses named where none can be shown: `masko:wave` as a link, in CSS, in `<video src>`.

A browser would only show that something is missing there, so every page that is finished is
searched for them, whichever syntax, plugin or template wrote it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import Struct

from mkdocs_masko.errors import MisplacedPose
from mkdocs_masko.sources.html_reader import VERBATIM, VERBATIM_CLASSES, HtmlReader
from mkdocs_masko.text import sanitize
from mkdocs_masko.urls import SCHEME, find_schemes, may_name_pose, plain_text, pose_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _FindTexts: TypeAlias = Callable[[tuple[str, ...]], Iterator[tuple[str, int, int]]]

# Attributes that hold a URL (HTML standard, "Attributes"; SVG 2), and what scripts load later.
_URL_ATTRIBUTES: Final = {
    *("action", "background", "cite", "content", "data", "formaction", "href", "icon"),
    *("longdesc", "manifest", "poster", "src", "xlink:href"),
    *("data-background", "data-bg", "data-href", "data-image", "data-original", "data-poster"),
    *("data-src", "data-url"),
}
# Attributes that hold CSS (SVG 2, "Presentation attributes", and the style attribute).
_CSS_ATTRIBUTES: Final = {
    *("clip-path", "cursor", "fill", "filter", "marker", "marker-end", "marker-mid"),
    *("marker-start", "mask", "stroke", "style"),
}
# https://html.spec.whatwg.org/#attr-meta-http-equiv-refresh
_REFRESH: Final = re.compile(r"""\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?["']?([^"']+)""", re.IGNORECASE)
_URL_LISTS: Final = frozenset({"data-srcset", "imagesrcset", "ping", "srcset"})
_CSS_URL: Final = re.compile(
    r"""(?:\burl\(|\b(?:image-set|image|src)\()\s*["']?\s*(masko(?::|%3a)[^"')\s]*)|"""
    r"""@import\s+["'](masko(?::|%3a)[^"']*)""",
    re.IGNORECASE,
)
_CSS_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
# The values of a tag's attributes, as html.parser reads them.
_VALUES: Final = re.compile(
    r"""[^\s/>][^\s/=>]*(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>"'][^\s>]*)))?"""
)
_LINKS: Final = {"a", "area"}
# Data of a page for search engines: https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents
_DATA: Final = "application/ld+json"
_DATA_URL: Final = re.compile(r'"\s*(masko(?::|%3a)[^"\s]*)\s*"', re.IGNORECASE)
# An image or a macro in words that are no Markdown.
_IN_WORDS: Final = re.compile(
    r"!?\[[^\[\]]*\]\(\s*<?masko(?:\\?:|%3a)[^)\s]*\)?|\{[{%][-+]?\s*masko\w*\b[^{}]*(?:[}%]\})?",
    re.IGNORECASE,
)
_MACRO: Final = re.compile(r"\{[{%][-+]?\s*(masko\w*)\b[^{}]*", re.IGNORECASE)


class Slip(Struct, frozen=True, kw_only=True):
    """One place where a pose is named and cannot be shown.

    Attributes:
        source: What names it: `masko:wave`, or a macro.
        message: What is wrong, and how to fix it.
        host: What holds it, as `MisplacedPose` has it; empty for a macro.
    """

    source: str
    message: str
    host: str = ""

    @property
    def problem(self) -> MisplacedPose:
        """What a build reports."""
        return MisplacedPose(self.message, host=self.host)


def find_slips(html: str, *, has_macros: bool = True) -> list[Slip]:
    """Find the poses that HTML or CSS names where none can be shown.

    Args:
        html: A page that is finished, or a part of one; embeds hold no `masko:` any more.
        has_macros: Whether macros run where the text was written. They do on Markdown pages and in
            theme templates, and not in HTML files that are copied as they are.

    Returns:
        The slips, in the order of the text.
    """
    return [slip for slip, _ in _search(html, has_macros=has_macros)]


def named_in_words(text: str) -> list[str]:
    """Return the images and macros of poses in a text that is published as it is."""
    return _IN_WORDS.findall(text) if may_name_pose(text) else []


def find_slips_in_file(text: str, *, is_css: bool) -> list[tuple[Slip, int]]:
    """Find the poses that a file names which is copied as it is, each with its offset.

    Args:
        text: The HTML, SVG or CSS.
        is_css: Whether it is a style sheet.
    """
    return _search_css(text) if is_css else _search(text, has_macros=False)


# A pose, or a macro, in a setting; as a key, the plugin's own name is followed by white space.
_IN_SETTINGS: Final = re.compile(r"masko(?:\\?:|%3a)(?=[^\s])|\{[{%][-+]?\s*masko", re.IGNORECASE)
_SETTINGS: Final = {
    ("nav",): '<a href="{}">',
    ("extra_css",): '<link href="{}">',
    ("extra_javascript",): '<script src="{}">',
    ("theme", "favicon"): '<link href="{}">',
    ("theme", "logo"): '<img src="{}">',
    ("copyright",): "{}",
    ("site_name",): "{}",
    ("site_description",): "{}",
}
"""What themes make of settings, by their keys: a link, or they write them out."""


def find_slips_in_settings(source: str, *, is_toml: bool = False) -> list[tuple[Slip, int]]:
    """Find the poses and macros that a site's settings name, which themes write as they are.

    Args:
        source: `mkdocs.yml`, which YAML can read, or `zensical.toml`, which TOML can.
        is_toml: Whether it is TOML.

    Returns:
        Each slip with its offset, in the order of the text.
    """
    if not _IN_SETTINGS.search(source):
        return []
    find_texts = _texts_of_toml(source) if is_toml else _texts_of_yaml(source)
    slips = {}
    for keys, html in _SETTINGS.items():
        for value, start, end in find_texts(keys):
            urls, macros = find_schemes(source, start, end), _MACRO.finditer(source, start, end)
            text = value if html == "{}" else escape(value)
            for slip, _ in _search(html.format(text), has_macros=False, place="the settings"):
                match = None if slip.host else next(macros, None)
                at = next(urls, start) if slip.host else match.start() if match else start
                slips[at] = slip
    return [(slip, at) for at, slip in sorted(slips.items())]


def _texts_of_yaml(source: str) -> _FindTexts:
    import yaml  # noqa: PLC0415 - few settings name a pose

    root = yaml.compose(source, yaml.SafeLoader)
    return lambda keys: _scalars(root, keys)


def _texts_of_toml(source: str) -> _FindTexts:
    from mkdocs_masko.site_config.toml_source import (  # noqa: PLC0415 - few settings name a pose
        find_texts,
        scan_statements,
    )

    statements = [each for each in scan_statements(source) if each.value >= 0]

    def find(keys: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
        for each in statements:
            path = each.path[each.path[:1] == ("project",) :]
            if path[: len(keys)] == keys:
                yield from find_texts(source, each.value, each.end)

    return find


def _scalars(node: Any, keys: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:  # noqa: ANN401 - untyped library
    """Yield the texts below a key of a YAML document, with the offsets that they are between."""
    if isinstance(node.value, str):
        if not keys:
            yield node.value, node.start_mark.index, node.end_mark.index
        return
    for child in node.value:
        if not isinstance(child, tuple):
            yield from _scalars(child, keys)
        elif not keys or child[0].value == keys[0]:
            yield from _scalars(child[1], keys[1:])


def _search(
    html: str, *, has_macros: bool, place: str = "a file of HTML"
) -> list[tuple[Slip, int]]:
    if not may_name_pose(html):
        return []
    plain = plain_text(html)
    if SCHEME not in plain and (has_macros or not _MACRO.search(plain)):
        return []
    finder = _SlipFinder(html, has_macros=has_macros, place=place)
    finder.feed(html)
    finder.close()
    return finder.slips


def _search_css(css: str) -> list[tuple[Slip, int]]:
    if SCHEME not in plain_text(css):
        return []
    problem = "a style sheet cannot load"
    return [(_slip(problem, url, host="css", has_macros=False), at) for url, at in _css_urls(css)]


class _SlipFinder(HtmlReader):
    """Collects slips; a `<picture>` and what is shown as it is written are remembered."""

    def __init__(self, html: str, *, has_macros: bool, place: str) -> None:
        super().__init__(html)
        self.slips: list[tuple[Slip, int]] = []
        self._has_macros, self._place = has_macros, place
        self._verbatim, self._depth = "", 0  # the element that holds it, and how deep in its like
        self._pictures = 0
        self._is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._verbatim:
            self._depth += tag == self._verbatim
            return
        self._pictures += tag == "picture"
        source = self.get_starttag_text() or ""
        places = _UrlPlaces(source)
        if pose_of(tag) is not None:  # `<masko:wave>` is meant as a link, and is parsed as a tag
            url = source[1:].rstrip("/>").split()[0]
            self._add("a link cannot lead to", url, host="a href", at=1)
        for index, (name, value) in enumerate(attrs):
            for number, url in enumerate(_pose_urls(tag, name, value or "")):
                self._add_attribute(tag, name, url, places.find(index, number))
            if (tag, name) == ("iframe", "srcdoc"):
                for number, slip in enumerate(find_slips(value or "", has_macros=self._has_macros)):
                    self._append(slip, places.find(index, number))
            if not self._has_macros:
                self._search_macros(value or "", places.find(index, 0))
        classes = (dict(attrs).get("class") or "").split()
        self._is_data = tag == "script" and dict(attrs).get("type") == _DATA
        if tag in VERBATIM or not VERBATIM_CLASSES.isdisjoint(classes):
            self._verbatim, self._depth = tag, 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._verbatim:
            self._depth -= 1
            if not self._depth:
                self._verbatim = ""
        elif not self._verbatim:
            self._pictures = max(0, self._pictures - (tag == "picture"))

    def handle_data(self, data: str, /) -> None:
        if self._verbatim == "style":
            for url, at in _css_urls(data):
                self._add("a style sheet cannot load", url, host="css", at=at)
        elif self._is_data:
            for match in _DATA_URL.finditer(data):
                self._add("JSON-LD cannot show", match[1], host="script", at=match.start(1))
        elif not self._verbatim and not self._has_macros:
            self._search_macros(data, 0)

    def _search_macros(self, text: str, at: int) -> None:
        for match in _MACRO.finditer(text):
            remedy = "Show the pose on a Markdown page."
            message = f"{sanitize(match[1])}: no macro runs in {self._place}. {remedy}"
            self._append(Slip(source=match[0].rstrip(), message=message), at + match.start())

    def _add_attribute(self, tag: str, name: str, url: str, at: int) -> None:
        host = f"{tag} {name}"
        if self._pictures:
            image = f'<img src="{sanitize(url)}">'
            remedy = f'Write {image} alone; with dark="...", it has a pose for each palette.'
            message = f"a pose cannot stand in <picture>. {remedy}"
            self._append(Slip(source=url, message=message, host="picture"), at)
        elif tag in _LINKS:
            self._add("a link cannot lead to", url, host=host, at=at)
        elif name in _CSS_ATTRIBUTES:
            self._add("a style sheet cannot load", url, host="css", at=at)
        elif tag == "img" and name == "src":
            self._add("only a Markdown page can show", url, host=host, at=at)
        else:
            is_video = tag in {"source", "video"} and name == "src"
            problem = f"<{sanitize(tag)} {sanitize(name)}> cannot show"
            self._add(problem, url, ', "video"' if is_video else "", host=host, at=at)

    def _add(self, problem: str, url: str, key: str = "", *, host: str, at: int) -> None:
        self._append(_slip(problem, url, key, host=host, has_macros=self._has_macros), at)

    def _append(self, slip: Slip, at: int) -> None:
        """Add a slip that stands at an offset in the tag or text that is being read."""
        self.slips.append((slip, self.position() + at))


def _slip(problem: str, url: str, key: str = "", *, host: str, has_macros: bool) -> Slip:
    pose = sanitize(pose_of(url) or "wave")
    if has_macros:
        macro, url_macro = f'{{{{ masko("{pose}") }}}}', f'{{{{ masko_url("{pose}"{key}) }}}}'
        remedy = f"Write {macro} to show the pose, or {url_macro} for the URL of its file."
    else:
        remedy = "Show the pose on a Markdown page, or use a URL that 'mkdocs-masko show' prints."
    return Slip(source=url, message=f"{problem} {sanitize(url)!r}. {remedy}", host=host)


class _UrlPlaces:
    """Where in a tag the URLs of poses stand; it is read once, and only if that is asked for.

    Args:
        tag: The tag as it is written.
    """

    def __init__(self, tag: str) -> None:
        self._tag = tag

    def find(self, attribute: int, number: int) -> int:
        """Return where an attribute has the URL of a pose.

        Args:
            attribute: Which attribute, from 0.
            number: Which of its URLs of poses, from 0.

        Returns:
            The offset of the URL, or that of the attribute's value if it is not to be found.
        """
        if attribute >= len(self._values):
            return 0
        start, end = self._values[attribute]
        index = bisect_left(self._urls, start) + number
        return self._urls[index] if index < len(self._urls) and self._urls[index] < end else start

    @cached_property
    def _values(self) -> list[tuple[int, int]]:
        name = re.match(r"<[^\s/>]*", self._tag)
        matches = _VALUES.finditer(self._tag, name.end() if name else 0)
        return [(match.start(match.lastgroup or 0), match.end()) for match in matches]

    @cached_property
    def _urls(self) -> list[int]:
        return [*find_schemes(self._tag)]


def _pose_urls(tag: str, name: str, value: str) -> Iterator[str]:
    """Yield the URLs of an attribute that name a pose."""
    refresh = _REFRESH.match(value) if (tag, name) == ("meta", "content") else None
    is_url = name in _URL_ATTRIBUTES or (tag, name) == ("param", "value")
    if name in _CSS_ATTRIBUTES:
        yield from (url for url, _ in _css_urls(value))
    elif refresh and pose_of(refresh[1]) is not None:
        yield refresh[1].strip()
    elif is_url and pose_of(value) is not None:
        if name != "content" or not re.search(r"\s", value.strip()):  # a description is prose
            yield value.strip()
    elif name in _URL_LISTS:
        for candidate in re.split(r"[,\s]+", value):
            if pose_of(candidate) is not None:
                yield candidate


def _css_urls(css: str) -> Iterator[tuple[str, int]]:
    """Yield the URLs of a style sheet that name a pose, with their offsets."""
    bare = _CSS_COMMENT.sub(lambda match: " " * len(match[0]), css)
    for match in _CSS_URL.finditer(bare):
        group = 1 if match[1] else 2
        yield match[group], match.start(group)
