"""The plugin's options as the command line finds them: in `mkdocs.yml`, without MkDocs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from yaml_env_tag import construct_env_tag

from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
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
        raise OptionError(f"{one_line(str(path))}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, AttributeError, RecursionError) as error:
        raise OptionError(f"{one_line(str(path))}: no valid YAML{_place(error)}") from None
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
