"""`zensical.toml` without Zensical: read the settings.

Read as in Zensical 0.0.73, `config.py`, with the library that Zensical reads it with, since the
standard library does not know TOML 1.1. Newer versions of Zensical keep the file's form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import has_conflict_markers, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REMEDY: Final = "Correct the quotes, brackets or keys there."
_BOM: Final = b"\xef\xbb\xbf"
_NESTED: Final = {"pymdownx": ("blocks",), "zensical": ("extensions",)}
"""Packages of Markdown extensions that TOML nests, and what of them is nested once more."""

DEFAULT_EXTENSIONS: Final = """\
abbr = {}
admonition = {}
attr_list = {}
def_list = {}
footnotes = {}
md_in_html = {}
toc.permalink = true
pymdownx.arithmatex.generic = true
pymdownx.betterem = {}
pymdownx.caret = {}
pymdownx.details = {}
pymdownx.emoji.emoji_generator = "zensical.extensions.emoji.to_svg"
pymdownx.emoji.emoji_index = "zensical.extensions.emoji.twemoji"
pymdownx.highlight.anchor_linenums = true
pymdownx.highlight.line_spans = "__span"
pymdownx.highlight.pygments_lang_class = true
pymdownx.inlinehilite = {}
pymdownx.keys = {}
pymdownx.magiclink = {}
pymdownx.mark = {}
pymdownx.smartsymbols = {}
pymdownx.superfences.custom_fences = [{ name = "mermaid", class = "mermaid" }]
pymdownx.tabbed.alternate_style = true
pymdownx.tabbed.combine_header_slug = true
pymdownx.tasklist.custom_checkbox = true
pymdownx.tilde = {}
"""
"""The extensions that Zensical gives to a site that names none (0.0.73, `config.py`).

A site that names one has no others, so that whoever adds the first must name these, too.
"""


def load_toml(path: Path, content: bytes | None = None) -> dict[str, Any]:
    """Read all settings of a site: what is below `[project]`.

    Args:
        path: The `zensical.toml`.
        content: What to read instead of what the file holds.

    Raises:
        OptionError: The file cannot be read.
    """
    return settings_of(load_document(path, content))


def settings_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that a document has: below `[project]`, or as Zensical, without it."""
    project = document.get("project", document)
    return project if isinstance(project, dict) else {}


def load_document(path: Path, content: bytes | None = None) -> dict[str, Any]:
    """Read a whole document; the arguments and errors are those of `load_toml`."""
    import tomli  # noqa: PLC0415 - most sites have no TOML

    name = sanitize(path.as_posix())
    try:
        data = path.read_bytes() if content is None else content
    except OSError as error:
        raise OptionError(f"{name}: cannot be read: {error.strerror}") from None
    try:
        return tomli.loads(data.decode())
    except (tomli.TOMLDecodeError, ValueError, RecursionError) as error:
        place = name
        if has_conflict_markers(data):
            problem = "contains merge conflict markers. Resolve the conflict first"
        elif data.startswith(_BOM):  # an editor shows nothing of it
            problem = (
                "starts with a byte order mark, which Zensical cannot read. "
                "Save the file as UTF-8 without one"
            )
        else:
            place, problem = f"{name}{_position(error)}", f"not valid TOML. {_REMEDY}"
        raise OptionError(f"{place}: {problem}") from None


def _position(error: Exception) -> str:
    """Say where an error is without quoting the line, which may hold a key."""
    line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
    return f":{line}:{column}" if line else ""


def default_extensions() -> dict[str, Any]:
    """Return the extensions that Zensical gives to a site that names none, with their options."""
    import tomli  # noqa: PLC0415 - most sites have no TOML

    return flat_extensions(tomli.loads(DEFAULT_EXTENSIONS))


def flat_extensions(extensions: dict[str, Any]) -> dict[str, Any]:
    """Return extensions by their whole names, of which TOML nests some: `pymdownx.tilde = {}`."""
    flat: dict[str, Any] = {}
    nested: dict[str, Any] = {}
    for name, options in extensions.items():
        if name in _NESTED and isinstance(options, dict):
            nested |= _flatten(name, options, _NESTED[name])
        else:
            flat[name] = options
    return flat | nested


def _flatten(package: str, options: dict[str, Any], deeper: tuple[str, ...]) -> dict[str, Any]:
    def entries() -> Iterator[tuple[str, Any]]:
        for name, value in options.items():
            if name in deeper and isinstance(value, dict):
                yield from ((f"{package}.{name}.{inner}", value[inner]) for inner in value)
            else:
                yield f"{package}.{name}", value

    return dict(entries())
