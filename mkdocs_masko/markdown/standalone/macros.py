"""Our macros for Zensical's own macros plugin, which runs a page through Jinja before Markdown.

It takes functions from the modules that its option `modules` names (read in Zensical 0.0.73,
`extensions/macros.py`). This module is added to them, so that nothing needs to be configured. Like
with mkdocs-macros, a macro leaves a placeholder, and the extension shows the pose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from markdown.preprocessors import Preprocessor

from mkdocs_masko.macros import functions
from mkdocs_masko.markdown.standalone.zensical import context_of
from mkdocs_masko.markdown.syntax import unreadable_macros
from mkdocs_masko.rendering import Placeholders
from mkdocs_masko.site_config.settings import zensical_extension
from mkdocs_masko.sources.macros_plugin import PLUGIN, page_reader, runs_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown import Markdown
    from mkdocs_masko.errors import ReferenceProblem

_EXTENSION: Final = zensical_extension(PLUGIN)

PLACEHOLDERS: Final = Placeholders()
"""Those of the page that is rendered: macros cannot tell which that is."""


class MacroEnvironment(Protocol):
    """What a module gets to define macros in, of Zensical as of mkdocs-macros."""

    def macro(self, function: Callable[..., Any], name: str) -> Any:  # noqa: ANN401 - theirs
        """Define a macro."""
        ...


def define_env(env: MacroEnvironment) -> None:
    """Define our macros."""
    for name, function in functions(PLACEHOLDERS.put, PLACEHOLDERS.put_url).items():
        env.macro(function, name)


class MacrosBridge(Preprocessor):
    """Names this module to the macros plugin, where there is one, before it runs the page.

    Args:
        md: The parser.
        report: Gets a problem and the text that caused it.
    """

    def __init__(self, md: Markdown, report: Callable[[ReferenceProblem, str], None]) -> None:
        super().__init__(md)
        self._report = report

    def run(self, lines: list[str]) -> list[str]:
        """Do so, and report the macros that Jinja cannot read."""
        plugin: Any = next(
            (p for p in self.md.preprocessors if type(p).__module__ == _EXTENSION), None
        )
        if plugin is not None and any("masko" in line for line in lines):
            config = plugin.config
            config.modules = [*config.modules, __name__]
            page, options = context_of(self.md).page, vars(config)
            if runs_page(options, page.meta, page.path):
                for problem, source in unreadable_macros("\n".join(lines), page_reader(options)):
                    self._report(problem, source)
        return lines
