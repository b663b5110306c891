"""What theme templates, and pages run by mkdocs-macros, are offered."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from jinja2 import ChoiceLoader, FileSystemLoader

from mkdocs_masko.rendering import templates_dir

if TYPE_CHECKING:
    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig

    from mkdocs_masko.macros import Function


def offer_macros(config: MkDocsConfig, offered: dict[str, Function]) -> None:
    """Register our functions with mkdocs-macros, where that is used."""
    macros = config.plugins.get("macros")
    if macros is not None:
        with suppress(KeyError):  # built before with the same configuration, and so registered
            macros.register_macros(offered)


def offer_imports(config: MkDocsConfig) -> None:
    """Let pages import our macros too, as soon as mkdocs-macros has its environment."""
    macros = config.plugins.get("macros")
    if macros is not None:
        add_templates(macros.env)


def add_templates(env: Environment) -> None:
    """Let templates of an environment import ours."""
    ours = FileSystemLoader(templates_dir())
    env.loader = ChoiceLoader([env.loader, ours]) if env.loader else ours
