"""Insert the Markdown extension into a `zensical.toml`, byte for byte the same around it.

Text is inserted instead of writing the parsed document, so that comments, order, spaces and line
ends stay as they are.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from mkdocs_masko.errors import OptionError
from mkdocs_masko.site_config.settings import (
    WATCH,
    extensions_of,
    is_watched,
    refuse_second_extension,
)
from mkdocs_masko.site_config.toml_source import (
    Statement,
    find_container,
    scan_statements,
    skip_space,
)
from mkdocs_masko.site_config.zensical_toml import (
    DEFAULT_EXTENSIONS,
    default_extensions,
    load_document,
    settings_of,
)
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mkdocs_masko.site_config.settings import PluginOptions

_EXTENSIONS: Final = "markdown_extensions"
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def add_extension(path: Path, options: PluginOptions, watched: Sequence[str]) -> bytes:
    """Return the content of a `zensical.toml` with the Markdown extension, which watches paths.

    Args:
        path: The `zensical.toml`, which is only read.
        options: Options of the extension.
        watched: The files and folders that pages are to follow, from the folder of
            `zensical.toml`.

    Raises:
        OptionError: The site has the extension already, or the file has a form that is not safe to
            edit; the message then says what to add by hand.
    """
    before = load_document(path)
    refuse_second_extension(path, settings_of(before))
    if not isinstance(before.get("project", {}), dict):
        raise _edit_by_hand(path, options, watched, "its 'project' is no table")
    text = path.read_bytes().decode()
    prefix = ("project",) if "project" in before else ()  # Zensical does without it, too
    line_end = "\r\n" if "\r\n" in text else "\n"
    try:
        for each in _unwatched(settings_of(before), watched):
            text = _add_to_watch(text, prefix, each, line_end)
        text = _add_extension(text, prefix, options, line_end)
        content = text.encode()
        if _is_only_difference(before, load_document(path, content), options, watched):
            return content
    except _UnsafeError as error:
        raise _edit_by_hand(path, options, watched, str(error)) from None
    except (OptionError, ValueError):  # what came of it cannot be read, or the file could not
        pass
    reason = "its form is not one that can be edited safely"
    raise _edit_by_hand(path, options, watched, reason)


def _unwatched(settings: Mapping[str, Any], paths: Sequence[str]) -> list[str]:
    return [path for path in paths if not is_watched(settings, path)]


class _UnsafeError(Exception):
    """The file has a form that cannot be edited."""


def _add_extension(
    text: str, prefix: tuple[str, ...], options: PluginOptions, line_end: str
) -> str:
    path = (*prefix, _EXTENSIONS)
    header = _keys((*path, "masko"))
    lines = [f"[{header}]", *(f"{_keys((n,))} = {_value(v)}" for n, v in options.items())]
    statements = list(scan_statements(text))
    below = [each for each in statements if each.path[: len(path)] == path]
    if any(each.path == path and each.is_array for each in statements):
        lines.insert(0, f"[[{_keys(path)}]]")
    elif own := next((each for each in below if each.path == path and each.value >= 0), None):
        entry = f"masko = {_value(options)}"
        if text[own.value] == "[":
            return _insert_entry(text, own, f"{{ {entry} }}", line_end)
        if text[own.value] == "{":
            return _insert_entry(text, own, entry, line_end)
        raise _UnsafeError(f"its {_EXTENSIONS!r} are neither a table nor a list")
    elif not below:
        defaults = DEFAULT_EXTENSIONS.splitlines()
        comment = "# Zensical's defaults, which it drops as soon as a site names an extension."
        lines = [comment, f"[{_keys(path)}]", *defaults, "", *lines]
    start = "" if text.endswith("\n") or not text else line_end
    return text + start + line_end.join(["", *lines, ""])


def _add_to_watch(text: str, prefix: tuple[str, ...], watched: str, line_end: str) -> str:
    path, item = (*prefix, WATCH), _value(watched)
    statements = list(scan_statements(text))
    own = next((each for each in statements if each.path == path), None)
    if own is not None:
        if own.value < 0 or text[own.value] != "[":
            raise _UnsafeError(f"its {WATCH!r} is no list")
        return _insert_entry(text, own, item, line_end)
    pairs = [each for each in statements if each.value >= 0 and each.path[: len(prefix)] == prefix]
    home = [each for each in pairs if each.table == prefix]
    headers = [each for each in statements if each.value < 0 and each.path == prefix]
    dotted = [each for each in pairs if not each.table]
    if not (home or headers or dotted):
        raise _UnsafeError("it has no table 'project'")
    after = home[-1] if home else headers[0] if headers else dotted[-1]
    keys = _keys(path if after in dotted and not home else (WATCH,))
    indent = text[_line_start(text, after.start) : after.start]
    line = f"{indent}{keys} = [{item}]"
    end = text.find("\n", after.end)
    if end < 0:
        return f"{text}{line_end}{line}"
    return f"{text[: end + 1]}{line}{line_end}{text[end + 1 :]}"


def _insert_entry(text: str, statement: Statement, entry: str, line_end: str) -> str:
    """Append an entry to the array or the inline table that is a statement's value."""
    container = find_container(text, statement.value)
    last, comma = container.last, container.ends_with_comma
    if container.is_empty:
        padded = entry if text[statement.value] == "[" else f" {entry} "
        return text[: container.start] + padded + text[container.start :]
    line_start = _line_start(text, last)
    newline = text.find("\n", last, skip_space(text, last))
    if line_start <= container.start or newline < 0:
        separator = " " if comma else ", "
        return f"{text[:last]}{separator}{entry}{',' * comma}{text[last:]}"
    # On a line of its own, after the comment that the last entry may have on its line.
    indent = text[line_start : skip_space(text, line_start)]
    line = f"{indent}{entry}{',' * comma}{line_end}"
    end = newline + 1
    return f"{text[:last]}{'' if comma else ','}{text[last:end]}{line}{text[end:]}"


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _keys(names: tuple[str, ...]) -> str:
    return ".".join(name if _BARE.fullmatch(name) else _value(name) for name in names)


def _value(value: object) -> str:
    """Write a value of an option."""
    if isinstance(value, dict):
        entries = (f"{_keys((str(name),))} = {_value(each)}" for name, each in value.items())
        return f"{{ {', '.join(entries)} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # JSON writes texts, numbers and booleans as TOML does, but for one control character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_only_difference(
    before: dict[str, Any],
    after: dict[str, Any],
    options: PluginOptions,
    watched: Sequence[str],
) -> bool:
    """Tell whether a document differs from another as it should, and in nothing else."""
    old, new = settings_of(before), settings_of(after)
    expected = extensions_of(old) if _EXTENSIONS in old else default_extensions()
    watch = old.get(WATCH, [])
    return (
        extensions_of(new) == {**expected, "masko": options}
        and new.get(WATCH, []) == [*watch, *_unwatched(old, watched)]
        and _others(old) == _others(new)
        and _others(before, "project") == _others(after, "project")
    )


def _others(settings: Mapping[str, Any], *names: str) -> dict[str, Any]:
    left_out = {*names, _EXTENSIONS, WATCH}
    return {name: value for name, value in settings.items() if name not in left_out}


def _edit_by_hand(
    path: Path, options: PluginOptions, watched: Sequence[str], reason: str
) -> OptionError:
    return OptionError(
        f"{sanitize(path.name)}: {reason}; add this by hand: to the table "
        f"project.{_EXTENSIONS}, masko = {_value(options)}; to the list project.{WATCH}, "
        f"{', '.join(map(_value, watched))}"
    )
