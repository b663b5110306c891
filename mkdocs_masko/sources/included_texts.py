"""The texts of other files that a page is made of: snippets, includes, docstrings, macros.

Whoever includes them hands on text that does not say where it is from. So the statements that
include something are read once more, the way their owners read them: pymdownx.snippets 13.1,
mkdocs-include-markdown-plugin 7.3, Jinja, mkdocstrings 1.0, mkautodoc 0.2 and mkdocs-click 0.9.
Only what is wrong and not in the text of its page is looked for there.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from contextlib import suppress
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from mkdocs_masko.text import blank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

SNIPPETS: Final = "pymdownx.snippets"
"""The extension that brings the text of other files onto a page."""

_MACROS_MODULE: Final = "main"  # what mkdocs-macros calls it
_MOST_TEXTS: Final = 200  # of one page
_MOST_MODULES: Final = 500  # of a package that are searched for what it imports
_SNIPPET: Final = re.compile(r"""^[ \t]*-+8<-+[ \t]+(["'])(.+?)\1[ \t]*\r?$""", re.MULTILINE)
_SNIPPETS: Final = re.compile(
    r"^[ \t]*-+8<-+[ \t]*\r?\n((?:.*\n)*?)[ \t]*-+8<-+[ \t]*\r?$", re.MULTILINE
)
_LINES: Final = re.compile(r":([\d:,-]*\d[\d:,-]*)$")
_SECTION: Final = re.compile(r":([A-Za-z][\w-]*)$")
_STATEMENT: Final = re.compile(
    r"""\{%[-+]?\s*(?:include(?:-markdown)?|import|from|extends)\s+(["'])(.+?)\1(.*?)%\}""",
    re.DOTALL,
)
_MARKER: Final = re.compile(r"""\b(start|end)\s*=\s*(["'])(.+?)\2""")
_OBJECT: Final = re.compile(r"^[ \t]*(?::::|:module:)[ \t]+([A-Za-z_][\w.]*)", re.MULTILINE)
_BLANK: Final = " "  # what is left out becomes
_CALL: Final = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
_GLOB: Final = re.compile(r"[*?\[]")
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class IncludedText(Struct, frozen=True, kw_only=True):
    """A part of a file that a page is made of.

    Attributes:
        path: The file.
        text: Its whole text; what is not included is blanked out, so that places stay.
    """

    path: Path
    text: str


class IncludeFolders(Struct, frozen=True, kw_only=True):
    """Where a site has what its pages may include.

    Attributes:
        snippets: Folders with snippets.
        texts: Folders with what others include, beside that of the page.
        modules: Folders with Python modules and packages.
        macros: Files of Python whose functions pages may call.
    """

    snippets: Sequence[Path] = ()
    texts: Sequence[Path] = ()
    modules: Sequence[Path] = ()
    macros: Sequence[Path] = ()


def include_folders(
    folder: Path,
    docs: Path,
    *,
    snippets: Mapping[str, Any],
    macros: Mapping[str, Any] | None,
    handlers: Mapping[str, Any],
) -> IncludeFolders:
    """Return where a site has what its pages may include.

    Args:
        folder: The folder of the site's configuration.
        docs: The docs folder.
        snippets: The options of pymdownx.snippets.
        macros: Those of mkdocs-macros, or None where it is not used.
        handlers: The handlers of mkdocstrings.
    """
    options = macros or {}
    module = folder / str(options.get("module_name") or _MACROS_MODULE)
    functions = [module.with_name(f"{module.name}.py"), *sorted(module.glob("*.py"))]
    roots = _paths((handlers.get("python") or {}).get("paths"))
    return IncludeFolders(
        snippets=[*(folder / path for path in _paths(snippets.get("base_path")) or ["."]), docs],
        texts=[docs, folder, *(folder / path for path in _paths(options.get("include_dir")))],
        modules=[folder / path for path in (*roots, ".", "src", *filter(None, sys.path))],
        macros=[path for path in functions if path.is_file() and macros is not None],
    )


def _paths(value: object) -> list[str]:
    """Return the paths of an option; what is no text, only whoever builds a page can tell."""
    values = value if isinstance(value, list) else [value]
    return [path for path in values if isinstance(path, str) and path]


def find_included(
    text: str, folder: Path, folders: IncludeFolders, name: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Return the texts that a page is made of, beside its own; each of them once.

    Args:
        text: The page's source.
        folder: The folder that the page is in.
        folders: Where what it includes may be.
        name: Returns the name of a file, for messages.

    Returns:
        The names of the files, with their texts.
    """
    included = _find_included(text, folder, folders)
    return [(name(os.path.normpath(each.path)), each.text) for each in included]


def _find_included(text: str, folder: Path, folders: IncludeFolders) -> list[IncludedText]:
    found: dict[IncludedText, None] = {}
    pending = [(text, folder)]
    while pending and len(found) < _MOST_TEXTS:
        source, place = pending.pop(0)
        texts = (*_snippets(source, place, folders), *_statements(source, place, folders))
        for included in (*texts, *_documented(source, folders.modules)):
            if included not in found:
                found[included] = None
                pending.append((included.text, included.path.parent))
    calling = [text, *(each.text for each in found)]
    return [*found, *_called_macros(calling, folders.macros)]


def _snippets(text: str, folder: Path, folders: IncludeFolders) -> Iterator[IncludedText]:
    """Yield the snippets of a text, of which it may name a section or some lines."""
    names = [name for _, name in _SNIPPET.findall(text)]
    names += [name for block in _SNIPPETS.findall(text) for name in block.split("\n")]
    for name in filter(None, map(str.strip, names)):
        lines, section = _LINES.search(name), _SECTION.search(name)
        part = lines or section
        target = name[: part.start()] if part else name
        for path in _matching_files(target, [*folders.snippets, folder]):
            source = _read(path)
            if lines:
                source = _cut_lines(source, lines[1])
            elif section:
                source = _cut_section(source, section[1])
            yield IncludedText(path=path, text=source)


def _statements(text: str, folder: Path, folders: IncludeFolders) -> Iterator[IncludedText]:
    """Yield what the statements of a text include, of which they may name the ends."""
    for _, name, options in _STATEMENT.findall(text):
        marks = {key: mark for key, _, mark in _MARKER.findall(options)}
        bases = [folder, *folders.texts] if name.startswith(".") else [*folders.texts, folder]
        for path in _matching_files(name, bases):
            yield IncludedText(path=path, text=_cut_marked(_read(path), **marks))


def _matching_files(name: str, bases: Iterable[Path]) -> list[Path]:
    """Return the files that a name means: those in the first folder that has any."""
    for base in bases:
        with suppress(OSError, ValueError, NotImplementedError):  # a name that no file can have
            paths = sorted(base.glob(name)) if _GLOB.search(name) else [base / name]
            files = [path for path in paths if path.is_file()]
            if files:
                return files
    return []


def _read(path: Path) -> str:
    with suppress(OSError):
        return path.read_text(encoding="utf-8-sig", errors="replace")
    return ""


def _keep(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Blank out all of a text but some parts, which are in order; one may be inside another."""
    ends = accumulate((end for _, end in spans), max, initial=0)
    starts = [*(start for start, _ in spans), len(text)]
    between = ((end, start) for end, start in zip(ends, starts, strict=True) if end < start)
    return blank(text, between, _BLANK)


def _cut_lines(text: str, spec: str) -> str:
    """Keep ranges of lines of a snippet: `4:6,10:`; a negative number counts from the end."""
    lines = text.split("\n")
    count, kept = len(lines), set[int]()
    for part in spec.split(","):
        first, _, last = part.partition(":")
        start, end = (int(n) if n.strip("-") else 0 for n in (first, last))
        begin = max(0, start - 1 if start >= 0 else count + start)
        kept |= {*range(begin, min(count, end or count) if end >= 0 else count + 1 + end)}
    return "\n".join(
        line if number in kept else blank(line, [(0, len(line))], _BLANK)
        for number, line in enumerate(lines)
    )


def _cut_section(text: str, name: str) -> str:
    """Keep the section of a snippet that stands between two comments."""
    mark = r"8<-+[ \t]+\[[ \t]*{}[ \t]*:[ \t]*" + re.escape(name) + r"[ \t]*\]"
    start = re.search(mark.format("start"), text, re.IGNORECASE)
    if start is None:
        return text
    end = re.compile(mark.format("end"), re.IGNORECASE).search(text, start.end())
    return _keep(text, [(start.end(), end.start() if end else len(text))])


def _cut_marked(text: str, start: str = "", end: str = "") -> str:
    """Keep what stands between two texts, each time that they are there."""
    spans = []
    position = 0
    while start and (at := text.find(start, position)) >= 0:
        stop = text.find(end, at + len(start)) if end else -1
        spans.append((at + len(start), stop if stop >= 0 else len(text)))
        position = spans[-1][1]
    if not start and end and end in text:
        spans.append((0, text.find(end)))
    return _keep(text, spans) if spans else text


def _documented(text: str, folders: Sequence[Path]) -> Iterator[IncludedText]:
    """Yield the objects of Python whose docstrings a text shows."""
    for name in _OBJECT.findall(text):
        parts = name.split(".")
        for folder in folders:
            found = _find_object(folder, parts)
            if found is not None:
                yield found
                break


def _find_object(folder: Path, names: Sequence[str]) -> IncludedText | None:
    for count in range(len(names), 0, -1):
        base = folder.joinpath(*names[:count])
        for path in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
            if path.is_file():
                return _object_in(path, names[count:])
    return None


def _object_in(path: Path, names: Sequence[str]) -> IncludedText | None:
    """Return an object of a module; what a package imports, from the one module that defines it."""
    included = _definition(path, names)
    if included is None and path.name == "__init__.py":
        modules = sorted(islice(path.parent.rglob("*.py"), _MOST_MODULES))
        definitions = [found for module in modules if (found := _definition(module, names))]
        return definitions[0] if len(definitions) == 1 else None
    return included


def _definition(path: Path, names: Sequence[str]) -> IncludedText | None:
    text = _read(path)
    if not names:
        return IncludedText(path=path, text=text)
    with suppress(SyntaxError, ValueError):
        node: ast.AST | None = ast.parse(text)
        for name in names:
            node = node and next((n for n in ast.walk(node) if _defines(n, name)), None)
        if isinstance(node, _DEFINITIONS):
            return IncludedText(path=path, text=_keep(text, [_span(text, node)]))
    return None


def _defines(node: ast.AST, name: str) -> bool:
    return isinstance(node, _DEFINITIONS) and node.name == name


def _span(text: str, node: ast.AST) -> tuple[int, int]:
    """Return where the lines of a definition start and end."""
    starts = [0, *(match.end() for match in re.finditer("\n", text)), len(text)]
    return starts[node.lineno - 1], starts[node.end_lineno]  # type: ignore[attr-defined]


def _called_macros(texts: Iterable[str], paths: Iterable[Path]) -> Iterator[IncludedText]:
    """Yield the functions of macros that texts call."""
    names = {name for text in texts if "{" in text for name in _CALL.findall(text)}
    for path in paths if names else ():
        text = _read(path)
        with suppress(SyntaxError, ValueError):
            spans = [
                _span(text, node)
                for node in ast.walk(ast.parse(text))
                if isinstance(node, _DEFINITIONS) and node.name in names
            ]
            yield IncludedText(path=path, text=_keep(text, sorted(spans)))
