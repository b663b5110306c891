"""The program that builds a site: MkDocs, ProperDocs or Zensical, and the themes that it finds."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution, distributions, entry_points
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from mkdocs_masko.site_config.settings import (
    MKDOCS_NAMES,
    PROPERDOCS_NAMES,
    ZENSICAL_NAMES,
    extensions_of,
    is_toml,
    plugins_of,
)
from mkdocs_masko.site_config.zensical_toml import default_extensions
from mkdocs_masko.sources.docs_files import MKDOCS_SUFFIXES
from mkdocs_masko.text import shell_word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

Generator: TypeAlias = Literal["mkdocs", "properdocs", "zensical"]
"""The command, which is also the package's name."""

NAMES: Final[dict[Generator, str]] = {
    "mkdocs": "MkDocs",
    "properdocs": "ProperDocs",
    "zensical": "Zensical",
}

TESTED_ZENSICAL: Final = "0.0.73"
"""The version of Zensical that the tests build with; it has no stable version yet."""

GENERATORS: Final[tuple[Generator, ...]] = ("mkdocs", "properdocs", "zensical")

_FENCES: Final = "pymdownx.superfences"  # Zensical has them in place of `fenced_code`
_DEFAULT_THEMES: Final[dict[Generator, str]] = {
    "mkdocs": "mkdocs",
    "properdocs": "mkdocs",
    "zensical": "zensical",
}
_BUILT_IN_THEMES: Final[dict[Generator, set[str]]] = {
    "mkdocs": set(),  # those of MkDocs are entry points
    "properdocs": set(),
    "zensical": {"zensical", "material"},  # two names of one theme
}
_CONFIG_NAMES: Final[dict[Generator, tuple[str, ...]]] = {
    "mkdocs": MKDOCS_NAMES,
    "properdocs": (*PROPERDOCS_NAMES, *MKDOCS_NAMES),
    "zensical": ZENSICAL_NAMES,
}
"""The files that a program finds by itself."""


def installed_versions() -> dict[str, str]:
    """Return the versions of all installed packages by name."""
    versions: dict[str, str] = {}
    for each in distributions():
        versions.setdefault(each.name, each.version)  # the first on the path is imported
    return versions


def generator_for(
    path: Path, settings: Mapping[str, Any], packages: Collection[str] | None = None
) -> Generator:
    """Tell which program builds a site.

    Args:
        path: The site's configuration, whose name says what it was written for.
        settings: Its content, which says how it shows poses: only Zensical needs the Markdown
            extension where the plugin is not enabled.
        packages: Names of the installed packages, which decide where only one can build it; None
            for those of this process.
    """
    if is_toml(path):
        return "zensical"
    if "masko" in extensions_of(settings) and "masko" not in plugins_of(settings):
        return "zensical"
    written_for: Generator = "properdocs" if path.name.startswith("properdocs.") else "mkdocs"
    installed = [each for each in GENERATORS if _is_installed(each, packages)]
    return written_for if written_for in installed or not installed else installed[0]


def _is_installed(generator: Generator, packages: Collection[str] | None) -> bool:
    if packages is not None:
        return generator in packages
    try:
        distribution(generator)  # faster than a list of all packages
    except PackageNotFoundError:
        return False
    return True


def runs_plugins(generator: Generator) -> bool:
    """Tell whether a program runs MkDocs plugins; if not, it needs the Markdown extension."""
    return generator != "zensical"


def shows_poses(settings: Mapping[str, Any], generator: Generator) -> bool:
    """Tell whether a site has what shows poses in the program that builds it."""
    return "masko" in (plugins_of if runs_plugins(generator) else extensions_of)(settings)


def page_suffixes(generator: Generator) -> tuple[str, ...]:
    """Return the suffixes of the files that become pages."""
    return MKDOCS_SUFFIXES if runs_plugins(generator) else (".md",)


def used_extensions(settings: Mapping[str, Any], generator: Generator) -> dict[str, Any]:
    """Return the Markdown extensions that pages go through, with their options.

    Those that MkDocs adds to every site are not among them.
    """
    if runs_plugins(generator):
        return extensions_of(settings)
    is_default = "markdown_extensions" not in settings
    extensions = default_extensions() if is_default else extensions_of(settings)
    return {**extensions, _FENCES: extensions.get(_FENCES)}


def command_line(generator: Generator, verb: str, config: str) -> str:
    """Return a command for a site.

    Args:
        generator: The program.
        verb: `serve` or `build`.
        config: The site's configuration, from the current folder.
    """
    return f"{generator} {verb}" + (
        "" if config in _CONFIG_NAMES[generator] else f" -f {shell_word(config)}"
    )


def theme_of(settings: Mapping[str, Any], generator: Generator) -> str | None:
    """Return the name of a site's theme, or None for one that is a folder of the site."""
    theme = settings.get("theme")
    if isinstance(theme, dict):
        # Without a name, MkDocs takes a folder for the whole theme, and Zensical for overrides.
        theme = theme.get("name", None if runs_plugins(generator) else _DEFAULT_THEMES[generator])
        return theme if theme is None else str(theme)
    return str(theme or _DEFAULT_THEMES[generator])


def installed_themes(generator: Generator) -> set[str]:
    """Return the names of all themes that a program finds."""
    return _entry_points("themes", generator) | _BUILT_IN_THEMES[generator]


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
