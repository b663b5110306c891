"""The functions that theme templates, and pages run by mkdocs-macros, call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from jinja2 import FileSystemLoader, Template
from jinja2.environment import TemplateModule

from mkdocs_masko.rendering import FUNCTIONS, make_call, missing_parentheses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping, Sequence

    from jinja2 import Environment
    from jinja2.runtime import Context

    from mkdocs_masko.rendering import Call


Show: TypeAlias = "Callable[[str, Callable[[], Call]], str]"
"""Gets a call as text, and what reads it; returns what the template writes."""


class JinjaFunction:
    """A macro, as a function for Jinja.

    `masko` has the others as attributes too: `masko.image("wave")`.

    Args:
        name: One of `FUNCTIONS`.
        show: Returns what the template writes for a pose.
        show_url: Returns what it writes for a URL.
    """

    def __init__(self, name: str, show: Show, show_url: Show) -> None:
        self._name, self._show, self._show_url = name, show, show_url

    def __call__(self, *positional: Any, **named: Any) -> str:  # noqa: ANN401 - from a template
        """Return what the template writes."""
        name = self._name
        source = call_source(name, positional, named)
        show = self._show_url if name == "masko_url" else self._show
        return show(source, lambda: make_call(name, positional, named, source))

    def __str__(self) -> str:
        """Return what stands there instead, for a template that forgot the parentheses."""

        def read() -> Call:
            raise missing_parentheses(self._name)

        return self._show(f"{{{{ {self._name} }}}}", read)

    def __getattr__(self, short: str) -> JinjaFunction:
        name = f"{vars(self).get('_name')}_{short}"  # copying asks before there is a name
        if name not in FUNCTIONS:
            raise AttributeError(short)
        return JinjaFunction(name, self._show, self._show_url)


def functions(show: Show, show_url: Show) -> dict[str, JinjaFunction]:
    """Return the macros by the names that templates use."""
    return {name: JinjaFunction(name, show, show_url) for name in FUNCTIONS}


class MacrosLoader(FileSystemLoader):
    """Loads `masko/macros.html`, so that what a template imports as `masko` is the macro too."""

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's own
    ) -> Template:
        """Load a template of ours; nothing caches it but the environment."""
        source, filename, is_current = self.get_source(environment, name)
        code = environment.compile(source, name, filename)
        return _MacrosTemplate.from_code(environment, code, globals or {}, is_current)


class _MacrosTemplate(Template):
    def make_module(self, *values: Any, **named: Any) -> TemplateModule:  # noqa: ANN401 - Jinja's own
        context = self.new_context(*values, **named)
        return _CallableModule(self, context)


class _CallableModule(TemplateModule):
    """What `{% import "masko/macros.html" as masko %}` gives."""

    def __init__(self, template: Template, context: Context) -> None:
        super().__init__(template, context)
        self._function = context.resolve("masko")

    def __call__(self, *positional: Any, **named: Any) -> object:  # noqa: ANN401 - from a template
        """Show a pose, as the macro that the import hides."""
        return self._function(*positional, **named)


def call_source(name: str, positional: Sequence[object], named: Mapping[str, object]) -> str:
    """Write a macro the way an author would."""
    values = [_literal(value) for value in positional]
    values += [f"{key}={_literal(value)}" for key, value in named.items()]
    return f"{{{{ {name}({', '.join(values)}) }}}}"


def _literal(value: object) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False, default=str)
