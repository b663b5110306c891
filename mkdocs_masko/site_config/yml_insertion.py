"""Insert the plugin, or the Markdown extension, into a `mkdocs.yml`.

Lines are inserted into the text instead of writing the parsed document, so that comments, order and
line ends stay as they are.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import yaml
from msgspec import Struct

from mkdocs_masko.errors import OptionError
from mkdocs_masko.site_config.mkdocs_yml import by_name, load_yml
from mkdocs_masko.site_config.settings import WATCH, is_watched, plugins_of, refuse_second_extension
from mkdocs_masko.site_config.zensical_toml import default_extensions
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mkdocs_masko.site_config.settings import PluginOptions

_BOM: Final = "\ufeff"
_INDENT: Final = 2  # spaces, where a file has no indent of its own yet
_UNPRINTABLE: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff]")  # as YAML has it, not JSON
_NOT_PLAIN: Final = frozenset(",[]{}#\n")  # what ends a text without quotes, somewhere


class _Addition(Struct, frozen=True, kw_only=True):
    """An entry for a list or a map of settings.

    Attributes:
        key: The setting.
        label: What messages call its entries.
        entry: The entry: a text, or a map with one name.
        without: The entries that the site has as long as the key is missing.
        when_empty: Those to write where the key has no value.
        appends_lists: Whether a list is appended to the one that it inherits.
        stays_last: The name of an entry that has to stay the last one, where it is.
    """

    key: str
    label: str
    entry: dict[str, Any] | str
    without: list[Any] = []
    when_empty: list[Any] = []
    appends_lists: bool = False
    stays_last: str = ""


class _UnsafeError(Exception):
    """The file has a form that cannot be edited."""


def add_plugin(path: Path, options: PluginOptions) -> bytes:
    """Return the content of a site's configuration with the plugin added.

    Args:
        path: The `mkdocs.yml`, which is only read.
        options: Options of the plugin.

    Raises:
        OptionError: The site has the plugin already, or the file has a form that is not safe to
            edit; the message then says what to add by hand.
    """
    if "masko" in plugins_of(load_yml(path)):
        raise OptionError(f"{path.name} has the plugin 'masko' already; change its options there")
    # MkDocs takes an empty key for no plugins at all, but `init` is not to switch the search off.
    plugin = _Addition(
        key="plugins",
        label="plugins",
        entry={"masko": options},
        without=["search"],
        when_empty=["search"],
        stays_last="print-site",  # which warns otherwise, and so fails a strict build
    )
    by_hand = f"add this to its plugins by hand: masko: {_in_flow(options)}"
    return _edit(path, [plugin], by_hand)


def add_extension(
    path: Path, options: PluginOptions, watched: Sequence[str], *, appends_lists: bool
) -> bytes:
    """Return the content of a `mkdocs.yml` with the Markdown extension, for Zensical.

    Args:
        path: The `mkdocs.yml`, which is only read.
        options: Options of the extension.
        watched: The files and folders that pages are to follow, from the folder of `mkdocs.yml`.
        appends_lists: Whether Zensical appends a list to the one that it inherits.

    Raises:
        OptionError: The site has the extension already, or the file has a form that is not safe to
            edit; the message then says what to add by hand.
    """
    settings = load_yml(path, appends_lists=appends_lists)
    refuse_second_extension(path, settings)
    defaults = default_extensions().items()
    extension = _Addition(
        key="markdown_extensions",
        label="Markdown extensions",
        entry={"masko": options},
        without=[{name: value} if value else name for name, value in defaults],
        appends_lists=appends_lists,
    )
    watch = [
        _Addition(key=WATCH, label="watched paths", entry=each, appends_lists=appends_lists)
        for each in watched
        if not is_watched(settings, each)
    ]
    by_hand = (
        f"add this by hand: to 'markdown_extensions', masko: {_in_flow(options)}; "
        f"to 'watch', {', '.join(map(_in_flow, watched))}"
    )
    return _edit(path, [extension, *watch], by_hand)


def _edit(path: Path, additions: list[_Addition], by_hand: str) -> bytes:
    """Return the content of a file with entries added; say what to add if it cannot be done."""
    old = path.read_bytes()
    try:
        try:
            text = old.decode("utf-8-sig")
        except UnicodeError:
            raise _UnsafeError("it is not UTF-8") from None
        bom = _BOM if old.startswith(_BOM.encode()) else ""
        line_end = "\r\n" if "\r\n" in text else "\n"
        for addition in additions:
            before = load_yml(path, text.encode(), appends_lists=addition.appends_lists)
            index, inserted = _insertion(text, addition, before.get(addition.key))
            text = text[:index] + inserted.replace("\n", line_end) + text[index:]
            _verify(path, text.encode(), addition, before)
    except _UnsafeError as error:
        raise OptionError(f"{sanitize(path.name)}: {error}; {by_hand}") from None
    return (bom + text).encode()


def _insertion(text: str, addition: _Addition, inherited: object) -> tuple[int, str]:
    """Return the index at which to insert, and the text to insert there."""
    root = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise _UnsafeError("it is not a map of settings")
    for key, value in root.value:
        if key.value == addition.key:
            return _insert_below(text, key, value, addition)
    if root.flow_style:
        repeated = _to_repeat(inherited, addition)
        written = _in_flow(_added(repeated, addition))
        return _index_after_last(root), f", {addition.key}: {written}"
    return _append(text, inherited, addition)


def _insert_below(
    text: str, key: yaml.Node, value: yaml.Node, addition: _Addition
) -> tuple[int, str]:
    """Insert the entry below a key that is there."""
    label, entry = addition.label, addition.entry
    if value.start_mark.index < key.end_mark.index:  # the node of an alias is that of its anchor
        raise _UnsafeError(f"its {label} are an alias")
    if value.tag.startswith(
        "!"
    ):  # such as `!ENV [VARIABLE, [search]]`, which is no list of plugins
        raise _UnsafeError(f"its {label} have the tag {sanitize(value.tag)}")
    is_map = isinstance(value, yaml.MappingNode)
    if is_map and isinstance(entry, str):
        raise _UnsafeError(f"its {label} are no list")
    if isinstance(value, yaml.CollectionNode) and value.flow_style:
        written = _in_flow(entry)
        written = written[1:-1] if is_map else written  # without its brackets
        entries = _entries_before(value, addition)
        if value.value and not entries:
            return value.start_mark.index + 1, f"{written}, "
        return _index_after(entries, value), f", {written}" if value.value else written
    if isinstance(value, yaml.CollectionNode):
        lines = _block([entry], value.start_mark.column, is_list=not is_map)
        entries = _entries_before(value, addition)
        if not entries:
            return _insert_before_line(text, value.start_mark.index, lines)
        return _insert_after_line(text, _end_of_entry(entries[-1]), lines)
    if value.value:
        raise _UnsafeError(f"its {label} are neither a list nor a map")
    indent = key.start_mark.column + _INDENT
    lines = _block([*addition.when_empty, entry], indent, is_list=True)
    return _insert_after_line(text, key.end_mark.index, lines)


def _append(text: str, inherited: object, addition: _Addition) -> tuple[int, str]:
    """Append the key, with the entries that the site has without it."""
    is_list = not isinstance(inherited, dict)  # maps are merged
    entries = _added(_to_repeat(inherited, addition) if is_list else [], addition)
    lines = [f"{addition.key}:", *_block(entries, _INDENT, is_list=is_list)]
    if text.rstrip().endswith(("\n...", "\n---")):
        raise _UnsafeError("it ends with a document marker")
    start = "" if text.endswith("\n") or not text else "\n"
    return len(text), start + "\n" + "\n".join(lines) + "\n"


def _to_repeat(inherited: object, addition: _Addition) -> list[Any]:
    """Return the entries that the site's own list has to repeat."""
    if not inherited:
        return addition.without
    if addition.appends_lists:
        return []
    entries = inherited if isinstance(inherited, list) else [inherited]
    if not all(isinstance(entry, str) for entry in entries):
        # A list replaces the inherited one, and its options may change there later.
        raise _UnsafeError(f"it inherits a list of {addition.label} with options")
    return entries


def _added(entries: list[Any], addition: _Addition) -> list[Any]:
    """Return a list with the entry, before one that has to stay last."""
    has_last = addition.stays_last in by_name(entries[-1:])
    at = len(entries) - has_last
    return [*entries[:at], addition.entry, *entries[at:]]


def _entries_before(node: yaml.CollectionNode, addition: _Addition) -> list[Any]:
    """Return the nodes of a list or map which the entry comes after."""
    has_last = bool(node.value) and _name_of(node.value[-1]) == addition.stays_last
    return list(node.value[:-1] if has_last else node.value)


def _name_of(entry: Any) -> object:  # noqa: ANN401 - a node, or a pair of them
    """Return the name of a plugin: of an entry of a map, of a map of one, or of a name alone."""
    if isinstance(entry, tuple):
        return entry[0].value
    is_map = isinstance(entry, yaml.MappingNode) and bool(entry.value)
    return _name_of(entry.value[0]) if is_map else entry.value


def _index_after_last(node: yaml.CollectionNode) -> int:
    """Return the index after the last entry of a map or list in brackets."""
    return _index_after(node.value, node)


def _index_after(entries: list[Any], node: yaml.CollectionNode) -> int:
    """Return the index after entries of a map or list in brackets; without any, at its start."""
    return _end_of_entry(entries[-1]) if entries else int(node.start_mark.index) + 1


def _end_of_entry(entry: Any) -> int:  # noqa: ANN401 - a node, or a pair of them
    return max(map(_end_of, entry)) if isinstance(entry, tuple) else _end_of(entry)


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


def _insert_before_line(text: str, index: int, lines: list[str]) -> tuple[int, str]:
    """Insert lines before the line of an index."""
    return text.rfind("\n", 0, index) + 1, "\n".join(lines) + "\n"


def _block(entries: list[Any], indent: int, *, is_list: bool) -> list[str]:
    """Write entries as lines of their own, in block style."""
    margin, dash = " " * indent, "- " if is_list else ""
    lines = []
    for entry in entries:
        if isinstance(entry, dict):
            ((name, options),) = entry.items()
            lines.append(f"{margin}{dash}{name}:{'' if options else ' {}'}")
            lines += _block_map(options, indent + _INDENT * (2 if is_list else 1))
        else:
            lines.append(f"{margin}{dash}{_in_flow(entry)}")
    return lines


def _block_map(options: dict[str, Any], indent: int) -> list[str]:
    lines = []
    for name, value in options.items():
        if isinstance(value, dict) and value:
            lines += [f"{' ' * indent}{_in_flow(name)}:", *_block_map(value, indent + _INDENT)]
        else:
            lines.append(f"{' ' * indent}{_in_flow(name)}: {_in_flow(value)}")
    return lines


def _in_flow(value: object) -> str:
    """Write a value on one line; a text without quotes if YAML then reads the same: `fox`."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_in_flow(n)}: {_in_flow(each)}' for n, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_in_flow, value))}]"
    if isinstance(value, str) and _NOT_PLAIN.isdisjoint(value) and _is_plain(value):
        return value
    return _UNPRINTABLE.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(value, ensure_ascii=False))


def _is_plain(text: str) -> bool:
    try:
        return bool(yaml.safe_load(text) == text)
    except yaml.YAMLError:
        return False


def _verify(path: Path, content: bytes, addition: _Addition, before: dict[str, Any]) -> None:
    """Read the new content as the program will: the entry must be the only difference."""
    key, entry = addition.key, addition.entry
    old = before.get(key, addition.without)
    old = addition.when_empty if old is None else old
    try:
        after = load_yml(path, content, appends_lists=addition.appends_lists)
    except OptionError:
        after = {}
    if isinstance(entry, str):
        is_added = after.get(key) == [*(old if isinstance(old, list) else []), entry]
    else:
        is_added = by_name(after.get(key)) == {**by_name(old), **entry}
    if not is_added or {**before, key: None} != {**after, key: None}:
        raise _UnsafeError("its form is not one that can be edited safely")
