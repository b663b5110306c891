"""The plugin added to a `mkdocs.yml`: some lines put in, and no other byte changed.

The parser only says where things stand. What it read is never written again, so comments, order,
quotes, tags and line ends stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from mkdocs_masko.errors import OptionError
from mkdocs_masko.mkdocs_yml import by_name, given_options, settings
from mkdocs_masko.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Options = dict[str, Any]

_BOM: Final = "\ufeff"
_STEP: Final = 2  # spaces of an indent, where a file has none yet


def with_plugin(path: Path, options: Options) -> bytes:
    """Return the text of a site's configuration with the plugin in it.

    Args:
        path: The `mkdocs.yml`.
        options: Of the plugin.

    Raises:
        OptionError: The plugin is there, or nobody but a person can say where it belongs.
    """
    if given_options(path) is not None:
        raise OptionError(f"{path.name} has the plugin 'masko' already; change its options there")
    old = path.read_bytes()
    try:
        text = old.decode("utf-8-sig")
    except UnicodeError:
        raise _by_hand(path, options, "it is not UTF-8") from None
    place, new = _insertion(text, path, options)
    ends = "\r\n" if "\r\n" in text else "\n"
    made = text[:place] + new.replace("\n", ends) + text[place:]
    content = (_BOM if old.startswith(_BOM.encode()) else "").encode() + made.encode()
    _check(path, content, options)
    return content


def _insertion(text: str, path: Path, options: Options) -> tuple[int, str]:
    """Return where something is put in, and what."""
    root = yaml.compose(text, yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise _by_hand(path, options, "it is no map of settings")
    for key, value in root.value:
        if key.value == "plugins":
            return _into(text, key, value, options, path)
    inherited = settings(path).get("plugins")
    if root.flow_style:
        entries = [*_names(inherited), f"{{masko: {_flow(options)}}}"]
        return _after(root), f", plugins: [{', '.join(entries)}]"
    return _appended(text, inherited, options, path)


def _into(
    text: str, key: yaml.Node, value: yaml.Node, options: Options, path: Path
) -> tuple[int, str]:
    """Add to the plugins that are there."""
    if value.start_mark.index < key.end_mark.index:
        raise _by_hand(path, options, "its plugins are an alias")
    if isinstance(value, yaml.CollectionNode) and value.flow_style:
        is_map = isinstance(value, yaml.MappingNode)
        entry = f"masko: {_flow(options)}" if is_map else f"{{masko: {_flow(options)}}}"
        return _after(value), f", {entry}" if value.value else entry
    if isinstance(value, yaml.CollectionNode):
        lines = _block(
            options, value.start_mark.column, listed=isinstance(value, yaml.SequenceNode)
        )
        return _line_after(text, _end(value), lines)
    if value.value:
        raise _by_hand(path, options, "its plugins are neither a list nor a map")
    indent = key.start_mark.column + _STEP
    lines = [f"{' ' * indent}- search", *_block(options, indent, listed=True)]
    return _line_after(text, key.end_mark.index, lines)


def _appended(text: str, inherited: object, options: Options, path: Path) -> tuple[int, str]:
    """Add the key at the end: with the plugins that the site has without it."""
    if isinstance(inherited, dict):  # MkDocs merges maps
        lines = ["plugins:", *_block(options, _STEP, listed=False)]
    elif not inherited or all(isinstance(name, str) for name in _entries(inherited)):
        names = [f"{' ' * _STEP}- {name}" for name in _names(inherited)]
        lines = ["plugins:", *names, *_block(options, _STEP, listed=True)]
    else:  # a list replaces what is inherited, whose options are not ours to copy
        raise _by_hand(path, options, "it inherits a list of plugins with options")
    if text.rstrip().endswith(("\n...", "\n---")):
        raise _by_hand(path, options, "it ends with a mark of a document's end")
    start = "" if text.endswith("\n") or not text else "\n"
    return len(text), start + "\n" + "\n".join(lines) + "\n"


def _names(inherited: object) -> list[str]:
    """Return the plugins that a list of one's own has to repeat; MkDocs' default is the search."""
    return [str(name) for name in _entries(inherited)] if inherited else ["search"]


def _entries(inherited: object) -> list[Any]:
    return inherited if isinstance(inherited, list) else [inherited]


def _after(node: yaml.Node) -> int:
    """Return the place behind the last entry of a map or list with brackets."""
    last = node.value[-1] if node.value else None
    if last is None:
        return int(node.start_mark.index) + 1
    return _end(last[1] if isinstance(last, tuple) else last)


def _end(node: yaml.Node) -> int:
    """Return where a node's text ends: a block's own end is where the next thing starts."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        return int(node.end_mark.index)
    return max(_end(each) for each in _children(node))


def _children(node: yaml.CollectionNode) -> Iterator[yaml.Node]:
    for entry in node.value:
        yield from entry if isinstance(entry, tuple) else (entry,)


def _line_after(text: str, index: int, lines: list[str]) -> tuple[int, str]:
    """Put lines after the one that an index is on, whose comment stays with it."""
    index = len(text[:index].rstrip())
    end = text.find("\n", index)
    if end < 0:
        return len(text), "\n" + "\n".join(lines)
    return end + 1, "\n".join(lines) + "\n"


def _block(options: Options, indent: int, *, listed: bool) -> list[str]:
    """Write the plugin in lines of its own."""
    margin = " " * indent
    inner = margin + " " * _STEP * (2 if listed else 1)
    lines = [f"{margin}{'- ' if listed else ''}masko:"]
    for name, value in options.items():
        if isinstance(value, dict):
            lines.append(f"{inner}{name}:")
            lines += [f"{inner}{' ' * _STEP}{_plain(n)}: {_plain(v)}" for n, v in value.items()]
        else:
            lines.append(f"{inner}{name}: {_plain(value)}")
    return lines


def _flow(options: Options) -> str:
    """Write the plugin's options in brackets."""
    parts = (
        f"{name}: {_flow(value) if isinstance(value, dict) else _plain(value)}"
        for name, value in options.items()
    )
    return "{" + ", ".join(parts) + "}"


def _plain(text: str) -> str:
    """Write a text without quotes, where YAML then takes it for just that."""
    return text if yaml.safe_load(text) == text else f'"{text}"'


def _check(path: Path, content: bytes, options: Options) -> None:
    """Read the result as MkDocs will, and compare it with what was there."""
    before, after = settings(path), settings(path, content)
    given = before.get("plugins")
    wanted = {**by_name("search" if given is None else given), "masko": options}
    same = {**before, "plugins": None} == {**after, "plugins": None}
    if not same or by_name(after.get("plugins")) != wanted:
        raise _by_hand(path, options, "its form is one that is not known here")


def _by_hand(path: Path, options: Options, reason: str) -> OptionError:
    return OptionError(
        f"{one_line(path.name)}: {reason}; add this to its plugins by hand: masko: {_flow(options)}"
    )
