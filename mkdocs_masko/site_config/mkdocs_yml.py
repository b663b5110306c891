"""`mkdocs.yml` without MkDocs: read the settings.

Reading follows MkDocs: `INHERIT` is merged, `!ENV` is resolved, plugins are a list or a map.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import yaml
from msgspec import Struct
from yaml_env_tag import construct_env_tag

from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import has_conflict_markers, sanitize

if TYPE_CHECKING:
    from pathlib import Path

_REMEDY: Final = "Correct the quotes, brackets or indentation there."
_MAX_DEPTH: Final = 10  # files that inherit from one another; ends a circle of them


class TaggedValue(Struct, frozen=True, kw_only=True):
    """A value that stands behind a tag in the file.

    Attributes:
        tag: The tag: `!ENV`.
        value: What the tag makes of it; None for a tag that only MkDocs knows.
    """

    tag: str
    value: Any


def load_yml(
    path: Path,
    content: bytes | None = None,
    *,
    appends_lists: bool = False,
    keeps_tags: bool = False,
) -> dict[str, Any]:
    """Read all settings of a site, with those it inherits; values of tags but `!ENV` are None.

    Args:
        path: The `mkdocs.yml`.
        content: What to read instead of what the file holds.
        appends_lists: Whether a list is appended to the one that it inherits, as in Zensical
            before version 0.1; it is replaced otherwise.
        keeps_tags: Whether a value with a tag is a `TaggedValue`.

    Raises:
        OptionError: A file cannot be read.
    """
    loader = _TagLoader if keeps_tags else _Loader
    return _load_inherited(path, _MAX_DEPTH, content, loader, appends_lists=appends_lists)


def by_name(entries: object) -> dict[str, Any]:
    """Read plugins or extensions as MkDocs does: a map, or a list of names and maps."""
    listed = entries if isinstance(entries, list) else [entries or {}]
    maps = [entry if isinstance(entry, dict) else {str(entry): None} for entry in listed]
    return {name: options for entry in maps for name, options in entry.items()}


class _Loader(yaml.SafeLoader):
    """Knows `!ENV`; the value of any other tag (`!!python/name:...`) is None."""


_Loader.add_multi_constructor("", lambda *_: None)
_Loader.add_constructor("!ENV", construct_env_tag)


class _TagLoader(yaml.SafeLoader):
    """Reads the values of the same tags, and keeps the tags with them."""


_TagLoader.add_multi_constructor("", lambda _, tag, __: TaggedValue(tag=tag, value=None))
_TagLoader.add_constructor(
    "!ENV", lambda loader, node: TaggedValue(tag=node.tag, value=construct_env_tag(loader, node))
)


def _load_inherited(
    path: Path,
    depth: int,
    content: bytes | None,
    loader: type[yaml.SafeLoader],
    *,
    appends_lists: bool,
) -> dict[str, Any]:
    own = _load_file(path, content, loader)
    parent, inherited = own.get("INHERIT"), {}
    if isinstance(parent, TaggedValue):
        parent = parent.value
    if parent and depth:
        file = path.parent / str(parent)
        inherited = _load_inherited(file, depth - 1, None, loader, appends_lists=appends_lists)
    merged = _merge(inherited, own, appends_lists=appends_lists)
    return merged if isinstance(merged, dict) else {}


def _load_file(
    path: Path, content: bytes | None, loader: type[yaml.SafeLoader]
) -> Mapping[str, Any]:
    text = content or b""
    name = sanitize(path.as_posix())
    try:
        text = path.read_bytes() if content is None else content
        settings = yaml.load(text, loader)  # noqa: S506 - a safe loader
    except OSError as error:
        raise OptionError(f"{name}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, AttributeError, RecursionError) as error:
        # PyYAML lets through what some damaged files raise inside it, such as very deep lists.
        place, problem = f"{name}{_position(error)}", f"not valid YAML. {_REMEDY}"
        if has_conflict_markers(text):
            place, problem = name, "contains merge conflict markers. Resolve the conflict first"
        raise OptionError(f"{place}: {problem}") from None
    return settings if isinstance(settings, dict) else {}


def _position(error: Exception) -> str:
    """Say where an error is without quoting the line, which may hold a key."""
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}:{mark.column + 1}" if mark else ""


def _merge(inherited: object, own: object, *, appends_lists: bool) -> object:
    """Merge maps at every depth and replace anything else but lists."""
    if appends_lists and isinstance(inherited, list) and isinstance(own, list):
        return [*inherited, *own]
    if not isinstance(inherited, dict) or not isinstance(own, Mapping):
        return own
    merged = {
        name: _merge(inherited.get(name), value, appends_lists=appends_lists)
        for name, value in own.items()
    }
    return {**inherited, **merged}
