"""The program that builds a site, MkDocs or ProperDocs: which one it is, and its themes."""

from __future__ import annotations

from importlib.metadata import distributions, entry_points
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from mkdocs_masko.mkdocs_yml import CONFIG_NAMES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

Generator: TypeAlias = Literal["mkdocs", "properdocs"]
"""The command, which is also the package's name."""

GENERATORS: Final[tuple[Generator, ...]] = ("mkdocs", "properdocs")

_DEFAULT_THEME: Final = "mkdocs"


def installed_versions() -> dict[str, str]:
    """Return the versions of all installed packages by name."""
    return {distribution.name: distribution.version for distribution in distributions()}


def generator_for(config_name: str, packages: Collection[str]) -> Generator:
    """Tell which program builds a site.

    Args:
        config_name: Name of the site's configuration, which says what it was written for.
        packages: Names of the installed packages, which decide where only one can build it.
    """
    written_for: Generator = "properdocs" if config_name.startswith("properdocs.") else "mkdocs"
    installed = [generator for generator in GENERATORS if generator in packages]
    return written_for if written_for in installed or not installed else installed[0]


def command_line(generator: Generator, verb: str, config: str) -> str:
    """Return a command for a site.

    Args:
        generator: The program.
        verb: `serve` or `build`.
        config: The site's configuration, from the current folder.
    """
    known = CONFIG_NAMES if generator == "properdocs" else CONFIG_NAMES[2:]
    return f"{generator} {verb}" + ("" if config in known else f" -f {config}")


def theme_of(settings: Mapping[str, Any]) -> str | None:
    """Return the name of a site's theme, or None for one that is a folder of the site."""
    theme = settings.get("theme")
    if isinstance(theme, dict):
        theme = theme.get("name")
        return theme if theme is None else str(theme)
    return str(theme or _DEFAULT_THEME)


def installed_themes(generator: Generator) -> set[str]:
    """Return the names of all themes that a program finds."""
    return _entry_points("themes", generator)


def missing_plugins(names: Iterable[str], theme: str | None, generator: Generator) -> Iterator[str]:
    """Yield the plugins of a site that a program does not find.

    Args:
        names: As in `plugins:`.
        theme: The site's theme, whose plugins can be named without it: `material/search`.
        generator: The program.
    """
    installed = _entry_points("plugins", generator)
    yield from (name for name in names if not {name, f"{theme}/{name}"} & installed)


def _entry_points(kind: Literal["themes", "plugins"], generator: Generator) -> set[str]:
    groups = {f"mkdocs.{kind}", f"{generator}.{kind}"}  # ProperDocs reads both
    return {entry_point.name for group in groups for entry_point in entry_points(group=group)}


def theme_remedy(theme: str, generator: Generator) -> str:
    """Say how to get a theme that is not installed."""
    if theme == "material":
        return "pip install mkdocs-material"
    # ProperDocs has no theme of its own: https://properdocs.org/user-guide/choosing-your-theme/
    if generator == "properdocs" and theme in {"mkdocs", "readthedocs"}:
        return f"pip install properdocs-theme-{theme}"
    return "install the package that has it, or name another in 'theme'"
