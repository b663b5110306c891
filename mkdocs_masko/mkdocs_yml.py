"""The plugin's options as the command line finds them: in `mkdocs.yml`, without MkDocs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml_env_tag import construct_env_tag

from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CONFIG_NAMES = ("properdocs.yml", "properdocs.yaml", "mkdocs.yml", "mkdocs.yaml")
"""In the order in which ProperDocs looks; MkDocs knows the last two."""

_DEEPEST = 10  # files that inherit from one another


class _Loader(yaml.SafeLoader):
    """Knows `!ENV`; any other tag (`!!python/name:...`) is a value that does not matter here."""


_Loader.add_multi_constructor("", lambda *_: None)
_Loader.add_constructor("!ENV", construct_env_tag)


def find_config(folder: Path) -> Path | None:
    """Return the site's configuration in a folder, if there is one."""
    return next((folder / name for name in CONFIG_NAMES if (folder / name).is_file()), None)


def plugin_options(path: Path) -> dict[str, Any]:
    """Read the options of the plugin from a site's configuration, and what that inherits from.

    Raises:
        OptionError: The file cannot be read, or does not have the plugin.
    """
    options = given_options(path)
    if options is None:
        raise OptionError(f"{path.name} has no plugin 'masko'; add it to 'plugins:'")
    return options


def given_options(path: Path) -> dict[str, Any] | None:
    """Read the options of the plugin, or None where a site does not have it.

    Raises:
        OptionError: The file cannot be read, or the plugin's options are no map.
    """
    plugins = plugins_of(settings(path))
    if "masko" not in plugins:
        return None
    options = plugins["masko"] or {}
    if not isinstance(options, dict):
        raise OptionError(f"{path.name}: plugin 'masko' takes options by name: 'collection: ...'")
    return dict(options)


def settings(path: Path, content: bytes | None = None) -> dict[str, Any]:
    """Read all that a site says, and what it inherits; tags but `!ENV` are None.

    Args:
        path: The site's configuration.
        content: What the file is to hold, where that is not what it holds.

    Raises:
        OptionError: A file cannot be read.
    """
    return _inherited(path, _DEEPEST, content)


def plugins_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plugins of a site by name, with their options."""
    return by_name(said.get("plugins"))


def _inherited(path: Path, depth: int, given: bytes | None = None) -> dict[str, Any]:
    content = _content(path, given)
    parent = content.get("INHERIT")
    inherited = _inherited(path.parent / str(parent), depth - 1) if parent and depth else {}
    return {**inherited, **{n: _merged(inherited.get(n), v) for n, v in content.items()}}


def _content(path: Path, given: bytes | None) -> Mapping[str, Any]:
    try:
        content = yaml.load(path.read_bytes() if given is None else given, _Loader)  # noqa: S506 - a safe loader
    except OSError as error:
        raise OptionError(f"{sanitize(str(path))}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, AttributeError, RecursionError) as error:
        raise OptionError(f"{sanitize(str(path))}: no valid YAML{_place(error)}") from None
    return content if isinstance(content, dict) else {}


def _place(error: Exception) -> str:
    """Say where, and quote nothing: the line may hold a key."""
    mark = getattr(error, "problem_mark", None)
    return f": see line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def by_name(listed: object) -> dict[str, Any]:
    """Read what MkDocs lists: it takes names, maps, and a mix of them."""
    entries = listed if isinstance(listed, list) else [listed or {}]
    maps = [entry if isinstance(entry, dict) else {str(entry): None} for entry in entries]
    return {name: options for entry in maps for name, options in entry.items()}


def _merged(inherited: object, own: object) -> object:
    """MkDocs merges maps, however deep, and replaces the rest."""
    if not isinstance(inherited, dict) or not isinstance(own, dict):
        return own
    return {**inherited, **{n: _merged(inherited.get(n), value) for n, value in own.items()}}


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
        f"{sanitize(path.name)}: {reason}; add this to its plugins by hand: masko: {_flow(options)}"
    )
