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
    """One function for Jinja. Whatever its result is put into leaves it as it is.

    `masko` has the others as attributes too: `masko.image("wave")`.

    Args:
        name: One of `FUNCTIONS`.
        embed: What the template writes for a pose.
        address: What it writes for an address.
    """

    def __init__(self, name: str, embed: Show, address: Show) -> None:
        self._name, self._embed, self._address = name, embed, address

    def __call__(self, *positional: Any, **named: Any) -> str:  # noqa: ANN401 - from a template
        """Write what stands for a pose."""
        name = self._name
        source = call_source(name, positional, named)
        write = self._address if name == "masko_url" else self._embed
        return write(source, lambda: make_call(name, positional, named, source))

    def __getattr__(self, short: str) -> JinjaFunction:
        name = f"{vars(self).get('_name')}_{short}"  # copying asks before there is a name
        if name not in FUNCTIONS:
            raise AttributeError(short)
        return JinjaFunction(name, self._embed, self._address)


def functions(embed: Show, address: Show) -> dict[str, JinjaFunction]:
    """Return the functions by the names that templates use."""
    return {name: JinjaFunction(name, embed, address) for name in FUNCTIONS}


def call_source(name: str, positional: Sequence[object], named: Mapping[str, object]) -> str:
    """Write a call the way an author would."""
    values = [_literal(value) for value in positional]
    values += [f"{key}={_literal(value)}" for key, value in named.items()]
    return f"{{{{ {name}({', '.join(values)}) }}}}"


def _literal(value: object) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False, default=str)
