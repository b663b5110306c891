"""The options as MkDocs holds them: `config.plugins["masko"].config.hosting` in a hook.

Names, types and defaults are those of `mkdocs_masko.options.Options`, which other hosts use without
MkDocs; here they become MkDocs' own kind of configuration. Validation is left to `read_options`,
because some rules concern two options, and because MkDocs stops at the first one that is wrong.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from mkdocs.config.base import BaseConfigOption, Config, ValidationError
from msgspec import NODEFAULT
from msgspec.structs import FieldInfo, asdict, fields

from mkdocs_masko.errors import OptionError
from mkdocs_masko.options import Options, read_options

if TYPE_CHECKING:
    from mkdocs.config.base import ConfigErrors, ConfigWarnings


class _CheckedConfig(Config):  # type: ignore[no-untyped-call] # theirs
    """Checks all options at once and holds the result, with overrides from the environment."""

    options: Options
    """The same options as immutable data; set once they are valid."""

    def validate(self) -> tuple[ConfigErrors, ConfigWarnings]:
        """Return one error for each option that cannot be used; MkDocs reports them as a list."""
        try:
            self.options = read_options(self.data, os.environ)
        except OptionError as error:
            return [(each.option, ValidationError(each.problem)) for each in error.errors], []
        self.data.update(asdict(self.options))
        return [], []


class _Option(BaseConfigOption[Any]):
    """An option whose default is that of a field of `Options`."""

    def __init__(self, field: FieldInfo) -> None:
        super().__init__()
        shared = field.default is not NODEFAULT
        self.default = field.default if shared else field.default_factory()


if TYPE_CHECKING:

    class MaskoConfig(_CheckedConfig, Options):  # type: ignore[misc] # only here is it frozen
        """The plugin's options, whose attributes type checkers take from `Options`."""
else:
    _computed = {n: value for n, value in vars(Options).items() if isinstance(value, property)}
    _options = {field.name: _Option(field) for field in fields(Options)}
    MaskoConfig = type(
        "MaskoConfig", (_CheckedConfig,), {"__module__": __name__, **_computed, **_options}
    )
