"""The configuration of a site, without the program that builds it: which file, and what is in it.

`zensical.toml` and `mkdocs.yml` have the same settings under the same names, so that whoever reads
them need not know which file they are from.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mkdocs_masko.errors import OptionError
from mkdocs_masko.options import take_default
from mkdocs_masko.site_config.mkdocs_yml import TaggedValue, by_name, load_yml
from mkdocs_masko.site_config.zensical_toml import flat_extensions, load_toml
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping

PluginOptions: TypeAlias = dict[str, Any]

ZENSICAL_TOML: Final = "zensical.toml"
PROPERDOCS_NAMES: Final = ("properdocs.yml", "properdocs.yaml")
MKDOCS_NAMES: Final = ("mkdocs.yml", "mkdocs.yaml")

WATCH: Final = "watch"
"""The setting with the paths beside the docs folder whose changes Zensical follows."""

ZENSICAL_NAMES: Final = (ZENSICAL_TOML, *MKDOCS_NAMES)
"""The files that Zensical finds by itself, in its order."""

CONFIG_NAMES: Final = (ZENSICAL_TOML, *PROPERDOCS_NAMES, *MKDOCS_NAMES)
"""In the order in which Zensical and ProperDocs look; all three know the last two."""


def find_config(folder: Path) -> Path | None:
    """Return the site's configuration in a folder, if there is one.

    Of several, it is the first that names masko, else the first.

    Raises:
        OptionError: There are several, and one of them cannot be read.
    """
    paths = _configs(folder)
    if len(paths) > 1:
        return next((path for path in paths if _names_masko(load_settings(path))), paths[0])
    return paths[0] if paths else None


def chosen_config(config_file: Path | None) -> Path | None:
    """Return the configuration that a command is for, if there is one.

    Args:
        config_file: What the command line names; by default that of the working folder counts.

    Raises:
        OptionError: As from `find_config`.
    """
    return config_file or find_config(Path.cwd())


def first_config(folder: Path) -> Path | None:
    """Return the configuration that comes first in a folder, whether or not it names masko."""
    return next(iter(_configs(folder)), None)


def _configs(folder: Path) -> list[Path]:
    return [folder / name for name in CONFIG_NAMES if (folder / name).is_file()]


def is_toml(path: Path) -> bool:
    """Tell whether a configuration is one that only Zensical reads."""
    return path.suffix.lower() == ".toml"


def load_settings(path: Path, content: bytes | None = None) -> dict[str, Any]:
    """Read all settings of a site, with those it inherits.

    Args:
        path: The site's configuration.
        content: What to read instead of what the file holds.

    Raises:
        OptionError: A file cannot be read.
    """
    if is_toml(path):
        return load_toml(path, content)
    settings = load_yml(path, content)
    if "INHERIT" in settings and not _names_masko(settings) and appends_inherited_lists():
        # The extension may be in the inherited list.
        appended = load_yml(path, content, appends_lists=True)
        if "masko" in extensions_of(appended):
            return appended
    return settings


def appends_inherited_lists() -> bool:
    """Tell whether the Zensical that is installed appends a list to the one that it inherits.

    From version 0.1 on, it replaces it as MkDocs does (read in 0.0.74 and 0.1.0, `config.py`).
    """
    try:
        return version("zensical").startswith("0.0.")
    except PackageNotFoundError:
        return False


def plugins_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plugins of a site by name, with their options."""
    return by_name(settings.get("plugins"))


def extensions_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Markdown extensions of a site by name, with their options.

    TOML can nest what is one name: `pymdownx.tilde = {}`.
    """
    return flat_extensions(by_name(settings.get("markdown_extensions")))


def is_watched(settings: Mapping[str, Any], path: str) -> bool:
    """Tell whether Zensical renders pages again when a file changes, or one in a folder.

    Args:
        settings: Those of the site.
        path: The file or folder, from the folder of the site's configuration.
    """
    paths = settings.get(WATCH)
    listed = paths if isinstance(paths, list) else []
    watched = {normpath(each) for each in listed if isinstance(each, str) and each}
    parts = normpath(path).split("/")
    return "." in watched or any("/".join(parts[:n]) in watched for n in range(1, len(parts) + 1))


def zensical_extension(plugin: str) -> str:
    """Return the extension of Zensical, and its module, that does the work of a plugin."""
    return f"zensical.extensions.{plugin}"


def options_of(
    plugin: str, extensions: Mapping[str, Any], plugins: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the options of a plugin that Zensical has as well, or None where it does not run.

    Args:
        plugin: The plugin: `macros`.
        extensions: The Markdown extensions of the site, with their options. One of Zensical's goes
            before the plugin (read in Zensical 0.0.73, `config.py`).
        plugins: Its plugins, with their options.
    """
    for name, entries in ((zensical_extension(plugin), extensions), (plugin, plugins)):
        if name in entries:
            options = entries[name] if isinstance(entries[name], dict) else {}
            return None if options.get("enabled") is False else options
    return None


def read_plugin_options(path: Path) -> PluginOptions:
    """Read the options of masko from a site's configuration and what it inherits.

    Raises:
        OptionError: The file cannot be read, or does not have masko.
    """
    if is_toml(path):
        require_extension(path, load_settings(path))
    options = find_plugin_options(path)
    if options is None:
        raise OptionError(f"{path.name} has no plugin 'masko'; add it to 'plugins:'")
    return options


def require_extension(path: Path, settings: Mapping[str, Any]) -> None:
    """Refuse a site that shows no pose in Zensical.

    Args:
        path: The site's configuration, for messages.
        settings: Its content.

    Raises:
        OptionError: It does not have the Markdown extension.
    """
    problem = missing_extension(settings)
    if problem:
        raise OptionError(
            f"{path.name}: {problem}. Run 'mkdocs-masko init', which adds the Markdown extension."
        )


def refuse_second_extension(path: Path, settings: Mapping[str, Any]) -> None:
    """Refuse to add the Markdown extension to a site that has it.

    Args:
        path: The site's configuration, for messages.
        settings: Its content.

    Raises:
        OptionError: It has the extension already.
    """
    if "masko" in extensions_of(settings):
        raise OptionError(
            f"{path.name} has the Markdown extension 'masko' already; change its options there"
        )


def missing_extension(settings: Mapping[str, Any]) -> str:
    """Say in one sentence why Zensical shows no pose of a site; an empty text if it does."""
    if "masko" in extensions_of(settings):
        return ""
    if "masko" in plugins_of(settings):
        return "Zensical runs no MkDocs plugins, so that the plugin 'masko' does nothing"
    return "the Markdown extension 'masko' is not enabled"


def find_plugin_options(path: Path) -> PluginOptions | None:
    """Read the options of masko, or return None if the site does not have it.

    Those of the plugin go before those of the Markdown extension of the same name, which a site
    has that Zensical builds; what only the extension has counts, too.

    Raises:
        OptionError: The file cannot be read, the options are not a map or beside masko instead of
            below it, or their `default` is none of the collections.
    """
    settings = load_settings(path)
    if not _names_masko(settings):
        return None
    _refuse_options_beside(settings)
    plugins, extensions = plugins_of(settings), extensions_of(settings)
    options, _ = take_default(_options(path, "Markdown extension", extensions))
    if is_toml(path) and "masko" in extensions:  # nothing reads the plugins of this file
        return options
    return {**options, **_options(path, "plugin", plugins)}


def tagged_options(path: Path) -> list[str]:
    """Return the options of masko that have a tag, such as `!ENV`, in a site's configuration.

    Their values are those of this machine, and may be secrets.

    Raises:
        OptionError: The file cannot be read.
    """
    if is_toml(path):  # knows no tags
        return []
    settings = load_yml(path, keeps_tags=True)
    kinds = [each for each in (plugins_of(settings), extensions_of(settings)) if "masko" in each]
    if not kinds:  # masko itself is behind a tag
        return ["plugins"]
    maps = [
        options if isinstance(options := each["masko"], dict) else {"masko": options}
        for each in kinds
    ]
    return [str(name) for options in maps for name, value in options.items() if _has_tag(value)]


def _has_tag(value: object) -> bool:
    """Tell whether a value, or one inside it, has a tag."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    return isinstance(value, TaggedValue) or (isinstance(value, list) and any(map(_has_tag, value)))


def _names_masko(settings: Mapping[str, Any]) -> bool:
    return "masko" in {**plugins_of(settings), **extensions_of(settings)}


def _refuse_options_beside(settings: Mapping[str, Any]) -> None:
    """Refuse options that are not indented below masko, which YAML reads as entries like it."""
    for entries in (settings.get("plugins"), settings.get("markdown_extensions")):
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and entry.get("masko", "") is None and len(entry) > 1:
                name = next(str(each) for each in entry if each != "masko")
                raise OptionError("must be indented further than 'masko:'", option=sanitize(name))


def _options(path: Path, kind: str, entries: Mapping[str, Any]) -> PluginOptions:
    options = entries.get("masko") or {}
    if not isinstance(options, dict):
        example = "'collection = ...'" if is_toml(path) else "'collection: ...'"
        raise OptionError(f"{path.name}: options of {kind} 'masko' must be a map such as {example}")
    return dict(options)
