"""What the plugin brings to a theme: style sheets, scripts, macros and templates to import."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jinja2 import ChoiceLoader
from mkdocs.structure.files import File

from mkdocs_masko.macros import MacrosLoader
from mkdocs_masko.page_assets import POSE_ASSETS, shipped_file, site_path
from mkdocs_masko.plugin.publish import replace_file
from mkdocs_masko.rendering import templates_dir
from mkdocs_masko.sources.macros_plugin import runs_page

if TYPE_CHECKING:
    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

    from mkdocs_masko.macros import JinjaFunction


def add_pose_assets(files: Files, config: MkDocsConfig) -> None:
    """Publish the style sheet and the script of poses with the site."""
    for name in POSE_ASSETS:
        source = str(shipped_file(name))
        replace_file(files, File.generated(config, site_path(name), abs_src_path=source))


_EXTRA_DATA = "markdownextradata"


def register_macros(config: MkDocsConfig, macros: dict[str, JinjaFunction]) -> None:
    """Register our functions with mkdocs-macros, where that is used."""
    plugin = config.plugins.get("macros")
    if plugin is not None:
        with suppress(KeyError):  # built before with the same configuration, and so registered
            plugin.register_macros(macros)


def register_late(config: MkDocsConfig, macros: dict[str, JinjaFunction]) -> None:
    """Let pages import our macros too, as soon as plugins that run pages have an environment.

    mkdocs-markdownextradata-plugin takes macros in no other way (read in 0.2.6).
    """
    plugin: Any  # theirs
    for name, plugin in config.plugins.items():
        if name in {"macros", _EXTRA_DATA}:
            add_templates(plugin.env)
        if name == _EXTRA_DATA:
            plugin.env.globals.update(macros)


def page_environment(config: MkDocsConfig, page: Page) -> Environment | None:
    """Return the environment in which mkdocs-macros runs a page, or None where it does not."""
    macros = config.plugins.get("macros")
    if macros is None:
        return None
    is_template = runs_page(macros.config, page.meta, page.file.src_uri)
    return cast("Environment", macros.env) if is_template else None


def watched_folders(config: MkDocsConfig) -> list[Path]:
    """Return the folders where the author may change a template while the site is served.

    MkDocs watches none of the theme's. A `custom_dir` that holds the whole project is left out but
    for its templates of poses: a server would look at every file of the project again and again.
    """
    if not config.theme.custom_dir:
        return []
    custom_dir = Path(os.path.abspath(config.theme.custom_dir))  # noqa: PTH100 - without `..`
    settings = Path(os.path.abspath(config.config_file_path or "."))  # noqa: PTH100
    folder = custom_dir / "masko" if custom_dir in settings.parents else custom_dir
    return [folder] if folder.is_dir() else []


def add_templates(env: Environment) -> None:
    """Let templates of an environment import ours."""
    ours = MacrosLoader(templates_dir())
    env.loader = ChoiceLoader([env.loader, ours]) if env.loader else ours
