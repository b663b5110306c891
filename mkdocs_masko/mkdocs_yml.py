"""`mkdocs.yml` without MkDocs: read the settings.

Reading follows MkDocs: `INHERIT` is merged, `!ENV` is resolved, plugins are a list or a map.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml_env_tag import construct_env_tag

from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import has_conflict_markers, sanitize

if TYPE_CHECKING:
    from pathlib import Path

_MAX_DEPTH: Final = 10  # files that inherit from one another; ends a circle of them


def load_yml(
    path: Path, content: bytes | None = None, *, appends_lists: bool = False
) -> dict[str, Any]:
    """Read all settings of a site, with those it inherits; values of tags but `!ENV` are None.

    Args:
        path: The `mkdocs.yml`.
        content: What to read instead of what the file holds.
        appends_lists: Whether a list is appended to the one that it inherits, as in Zensical;
            MkDocs replaces it.

    Raises:
        OptionError: A file cannot be read.
    """
    return _load_inherited(path, _MAX_DEPTH, content, appends_lists=appends_lists)


def by_name(entries: object) -> dict[str, Any]:
    """Read plugins or extensions as MkDocs does: a map, or a list of names and maps."""
    listed = entries if isinstance(entries, list) else [entries or {}]
    maps = [entry if isinstance(entry, dict) else {str(entry): None} for entry in listed]
    return {name: options for entry in maps for name, options in entry.items()}


class _Loader(yaml.SafeLoader):
    """Knows `!ENV`; the value of any other tag (`!!python/name:...`) is None."""


_Loader.add_multi_constructor("", lambda *_: None)
_Loader.add_constructor("!ENV", construct_env_tag)


def _load_inherited(
    path: Path, depth: int, content: bytes | None, *, appends_lists: bool
) -> dict[str, Any]:
    own = _load_file(path, content)
    parent, inherited = own.get("INHERIT"), {}
    if parent and depth:
        file = path.parent / str(parent)
        inherited = _load_inherited(file, depth - 1, None, appends_lists=appends_lists)
    merged = _merge(inherited, own, appends_lists=appends_lists)
    return merged if isinstance(merged, dict) else {}


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
