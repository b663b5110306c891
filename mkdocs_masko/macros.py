"""The functions that theme templates, and pages run by mkdocs-macros, call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from mkdocs_masko.rendering import FUNCTIONS, make_call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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

    def __getattr__(self, short: str) -> JinjaFunction:
        name = f"{vars(self).get('_name')}_{short}"  # copying asks before there is a name
        if name not in FUNCTIONS:
            raise AttributeError(short)
        return JinjaFunction(name, self._show, self._show_url)


def functions(show: Show, show_url: Show) -> dict[str, JinjaFunction]:
    """Return the macros by the names that templates use."""
    return {name: JinjaFunction(name, show, show_url) for name in FUNCTIONS}


def call_source(name: str, positional: Sequence[object], named: Mapping[str, object]) -> str:
    """Write a macro the way an author would."""
    values = [_literal(value) for value in positional]
    values += [f"{key}={_literal(value)}" for key, value in named.items()]
    return f"{{{{ {name}({', '.join(values)}) }}}}"


def _literal(value: object) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False, default=str)
