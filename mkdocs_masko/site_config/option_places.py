"""Where a site's configuration has an option of masko: the line that a message about it names."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import yaml

from mkdocs_masko.errors import OptionError
from mkdocs_masko.site_config.settings import is_toml
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EXTENSIONS: Final = "markdown_extensions"
_KINDS: Final = ("plugins", _EXTENSIONS)
"""The settings that can have masko; an option of the plugin goes before one of the extension."""


@contextmanager
def option_places(path: Path | None) -> Iterator[None]:
    """Put the file and the line in front of what is wrong with an option.

    Args:
        path: The site's configuration; None where the options are from nowhere else than the
            command line.

    Raises:
        OptionError: The same error, with the place.
    """
    try:
        yield
    except OptionError as error:
        if path is None:
            raise
        raise error.at(lambda option: _place(path, option)) from None


def _place(path: Path, option: str) -> str:
    line = find_line(path, option)
    return f"{sanitize(path.name)}:{line}" if line else sanitize(path.name)


def find_line(path: Path, option: str) -> int:
    """Return the line of an option, or where masko begins if it has no such option.

    Args:
        path: The site's configuration.
        option: The option.

    Returns:
        The line, from 1; 0 if it is not known, as of what is in an inherited file.
    """
    with suppress(OSError, ValueError, yaml.YAMLError, RecursionError):
        text = path.read_bytes().decode("utf-8-sig")
        places = list((_in_toml if is_toml(path) else _in_yml)(text))
        offset = next((at for name in (option, "") for found, at in places if found == name), -1)
        return text.count("\n", 0, offset) + 1 if offset >= 0 else 0
    return 0


def _in_toml(text: str) -> Iterator[tuple[str, int]]:
    """Yield the offsets of masko, under an empty name, and of its options."""
    from mkdocs_masko.site_config.toml_source import scan_statements  # noqa: PLC0415 - few need it

    for statement in scan_statements(text):
        if _EXTENSIONS not in statement.path:
            continue
        names = statement.path[statement.path.index(_EXTENSIONS) + 1 :]
        value = text[statement.value : statement.end] if statement.value >= 0 else ""
        if names[:1] == ("masko",) or (not names and "masko" in value):
            yield "", statement.start
            yield from ((name, statement.start) for name in names[1:2])


def _in_yml(text: str) -> Iterator[tuple[str, int]]:
    """Yield the same for a `mkdocs.yml`."""
    root = yaml.compose(text, yaml.SafeLoader)
    settings = {key.value: value for key, value in _pairs(root)}
    for kind in _KINDS:
        node = settings.get(kind)
        entries = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for pairs in map(_pairs, entries):
            for key, value in pairs:
                if key.value == "masko":
                    # Those beside masko are options whose indentation is wrong.
                    beside = pairs if isinstance(node, yaml.SequenceNode) else []
                    yield "", key.start_mark.index
                    for name, _ in [*_pairs(value), *beside]:
                        yield str(name.value), name.start_mark.index


def _pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else []
