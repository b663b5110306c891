"""`mkdocs.yml` without MkDocs: read the settings, and add the plugin to the file.

Reading follows MkDocs: `INHERIT` is merged, `!ENV` is resolved, plugins are a list or a map. Adding
inserts lines into the text instead of writing the parsed document, so that comments, order and line
ends stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml
from yaml_env_tag import construct_env_tag

from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import has_conflict_markers, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PluginOptions: TypeAlias = dict[str, Any]

_MAX_DEPTH: Final = 10  # files that inherit from one another; ends a circle of them
_BOM: Final = "\ufeff"
_INDENT: Final = 2  # spaces, where a file has no indent of its own yet


def load_yml(path: Path, content: bytes | None = None) -> dict[str, Any]:
    """Read all settings of a site, with those it inherits; values of tags but `!ENV` are None.

    Args:
        path: The `mkdocs.yml`.
        content: What to read instead of what the file holds.

    Raises:
        OptionError: A file cannot be read.
    """
    return _load_inherited(path, _MAX_DEPTH, content)


def by_name(entries: object) -> dict[str, Any]:
    """Read plugins or extensions as MkDocs does: a map, or a list of names and maps."""
    listed = entries if isinstance(entries, list) else [entries or {}]
    maps = [entry if isinstance(entry, dict) else {str(entry): None} for entry in listed]
    return {name: options for entry in maps for name, options in entry.items()}


class _Loader(yaml.SafeLoader):
    """Knows `!ENV`; the value of any other tag (`!!python/name:...`) is None."""


_Loader.add_multi_constructor("", lambda *_: None)
_Loader.add_constructor("!ENV", construct_env_tag)


def _load_inherited(path: Path, depth: int, content: bytes | None = None) -> dict[str, Any]:
    own = _load_file(path, content)
    parent = own.get("INHERIT")
    inherited = _load_inherited(path.parent / str(parent), depth - 1) if parent and depth else {}
    return {
        **inherited,
        **{name: _merge(inherited.get(name), value) for name, value in own.items()},
    }


def _load_file(path: Path, content: bytes | None) -> Mapping[str, Any]:
    text = content or b""
    name = sanitize(path.as_posix())
    try:
        text = path.read_bytes() if content is None else content
        settings = yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except OSError as error:
        raise OptionError(f"{name}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, AttributeError, RecursionError) as error:
        # PyYAML lets through what some damaged files raise inside it, such as very deep lists.
        problem = f"not valid YAML{_position(error)}"
        if has_conflict_markers(text):
            problem = "contains merge conflict markers. Resolve the conflict first"
        raise OptionError(f"{name}: {problem}") from None
    return settings if isinstance(settings, dict) else {}


def _position(error: Exception) -> str:
    """Say where an error is without quoting the line, which may hold a key."""
    mark = getattr(error, "problem_mark", None)
    return f": see line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _merge(inherited: object, own: object) -> object:
    """Merge maps at every depth and replace anything else, as MkDocs does."""
    if not isinstance(inherited, dict) or not isinstance(own, dict):
        return own
    return {
        **inherited,
        **{name: _merge(inherited.get(name), value) for name, value in own.items()},
    }


def add_plugin(path: Path, options: PluginOptions) -> bytes:
    """Return the content of a site's configuration with the plugin added.

    Args:
        path: The `mkdocs.yml`, which is only read.
        options: Options of the plugin.

    Raises:
        OptionError: The site has the plugin already, or the file has a form that is not safe to
            edit; the message then says what to add by hand.
    """
    if "masko" in by_name(load_yml(path).get("plugins")):
        raise OptionError(f"{path.name} has the plugin 'masko' already; change its options there")
    old = path.read_bytes()
    try:
        text = old.decode("utf-8-sig")
    except UnicodeError:
        raise _edit_by_hand(path, options, "it is not UTF-8") from None
    index, addition = _insertion(text, path, options)
    line_end = "\r\n" if "\r\n" in text else "\n"
    new = text[:index] + addition.replace("\n", line_end) + text[index:]
    bom = _BOM if old.startswith(_BOM.encode()) else ""
    content = (bom + new).encode()
    _verify(path, content, options)
    return content


def _insertion(text: str, path: Path, options: PluginOptions) -> tuple[int, str]:
    """Return the index at which to insert, and the text to insert there."""
    root = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise _edit_by_hand(path, options, "it is not a map of settings")
    for key, value in root.value:
        if key.value == "plugins":
            return _insert_into_plugins(text, key, value, options, path)
    inherited = load_yml(path).get("plugins")
    if root.flow_style:
        entries = [*_names_to_repeat(inherited), f"{{masko: {_in_brackets(options)}}}"]
        return _index_after_last(root), f", plugins: [{', '.join(entries)}]"
    return _append_plugins(text, inherited, options, path)


def _insert_into_plugins(
    text: str, key: yaml.Node, value: yaml.Node, options: PluginOptions, path: Path
) -> tuple[int, str]:
    """Insert the plugin below an existing key `plugins`."""
    if value.start_mark.index < key.end_mark.index:  # the node of an alias is that of its anchor
        raise _edit_by_hand(path, options, "its plugins are an alias")
    if value.tag.startswith(
        "!"
    ):  # such as `!ENV [VARIABLE, [search]]`, which is no list of plugins
        raise _edit_by_hand(path, options, f"its plugins have the tag {sanitize(value.tag)}")
    if isinstance(value, yaml.CollectionNode) and value.flow_style:
        plugin = f"masko: {_in_brackets(options)}"
        entry = plugin if isinstance(value, yaml.MappingNode) else f"{{{plugin}}}"
        return _index_after_last(value), f", {entry}" if value.value else entry
    if isinstance(value, yaml.CollectionNode):
        is_list = isinstance(value, yaml.SequenceNode)
        lines = _plugin_lines(options, value.start_mark.column, is_list=is_list)
        return _insert_after_line(text, _end_of(value), lines)
    if value.value:
        raise _edit_by_hand(path, options, "its plugins are neither a list nor a map")
    # MkDocs takes an empty key for no plugins at all, but `init` is not to switch the search off.
    indent = key.start_mark.column + _INDENT
    lines = [f"{' ' * indent}- search", *_plugin_lines(options, indent, is_list=True)]
    return _insert_after_line(text, key.end_mark.index, lines)


def _append_plugins(
    text: str, inherited: object, options: PluginOptions, path: Path
) -> tuple[int, str]:
    """Append the key `plugins` with the plugins that the site has without it."""
    if isinstance(inherited, dict):  # MkDocs merges maps
        lines = ["plugins:", *_plugin_lines(options, _INDENT, is_list=False)]
    elif not inherited or all(isinstance(name, str) for name in _as_list(inherited)):
        names = [f"{' ' * _INDENT}- {name}" for name in _names_to_repeat(inherited)]
        lines = ["plugins:", *names, *_plugin_lines(options, _INDENT, is_list=True)]
    else:  # a list replaces the inherited one, and its options may change there later
        raise _edit_by_hand(path, options, "it inherits a list of plugins with options")
    if text.rstrip().endswith(("\n...", "\n---")):
        raise _edit_by_hand(path, options, "it ends with a document marker")
    start = "" if text.endswith("\n") or not text else "\n"
    return len(text), start + "\n" + "\n".join(lines) + "\n"


def _names_to_repeat(inherited: object) -> list[str]:
    """Return the plugins that the site's own list has to repeat; MkDocs' default is the search."""
    return [str(name) for name in _as_list(inherited)] if inherited else ["search"]


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _index_after_last(node: yaml.Node) -> int:
    """Return the index after the last entry of a map or list in brackets."""
    last = node.value[-1] if node.value else None
    if last is None:
        return int(node.start_mark.index) + 1
    return _end_of(last[1] if isinstance(last, tuple) else last)


def _end_of(node: yaml.Node) -> int:
    """Return the index where the text of a node ends.

    PyYAML ends a block where the next token starts, with the comments in between.
    """
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        return int(node.end_mark.index)
    return max(_end_of(child) for child in _children(node))


def _children(node: yaml.CollectionNode) -> Iterator[yaml.Node]:
    for entry in node.value:
        yield from entry if isinstance(entry, tuple) else (entry,)


def _insert_after_line(text: str, index: int, lines: list[str]) -> tuple[int, str]:
    """Insert lines after the line of an index, so that a comment stays on its line."""
    index = len(text[:index].rstrip())
    end = text.find("\n", index)
    if end < 0:
        return len(text), "\n" + "\n".join(lines)
    return end + 1, "\n".join(lines) + "\n"


def _plugin_lines(options: PluginOptions, indent: int, *, is_list: bool) -> list[str]:
    """Write the plugin as lines of their own, in block style."""
    margin = " " * indent
    inner = margin + " " * _INDENT * (2 if is_list else 1)
    lines = [f"{margin}{'- ' if is_list else ''}masko:"]
    for name, value in options.items():
        if isinstance(value, dict):
            lines.append(f"{inner}{name}:")
            lines += [f"{inner}{' ' * _INDENT}{_scalar(n)}: {_scalar(v)}" for n, v in value.items()]
        else:
            lines.append(f"{inner}{name}: {_scalar(value)}")
    return lines


def _in_brackets(options: PluginOptions) -> str:
    """Write options in flow style."""
    parts = (
        f"{name}: {_in_brackets(value) if isinstance(value, dict) else _scalar(value)}"
        for name, value in options.items()
    )
    return "{" + ", ".join(parts) + "}"


def _scalar(text: str) -> str:
    """Write a text without quotes if YAML then reads the same text: `fox`, but `"123"`."""
    return text if yaml.safe_load(text) == text else f'"{text}"'


def _verify(path: Path, content: bytes, options: PluginOptions) -> None:
    """Read the new content as MkDocs will: the plugin must be the only difference."""
    before, after = load_yml(path), load_yml(path, content)
    plugins = before.get("plugins")
    expected = {**by_name("search" if plugins is None else plugins), "masko": options}
    same = {**before, "plugins": None} == {**after, "plugins": None}
    if not same or by_name(after.get("plugins")) != expected:
        raise _edit_by_hand(path, options, "its form is not one that can be edited safely")


def _edit_by_hand(path: Path, options: PluginOptions, reason: str) -> OptionError:
    return OptionError(
        f"{sanitize(path.name)}: {reason}; "
        f"add this to its plugins by hand: masko: {_in_brackets(options)}"
    )
