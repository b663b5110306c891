"""The client of Masko's REST API.

`client` has every call, `models` the resources that they return, `retry` the rule for another
attempt, and `auth` keeps the key out of sight.

The names are imported on first use: whoever needs only `api.models` does not load requests.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs_masko.api.client import Client, RawClient
    from mkdocs_masko.http import Budget
    from mkdocs_masko.urls import API_URL

__all__ = ["API_URL", "Budget", "Client", "RawClient"]

_HOMES = {
    "API_URL": "urls",
    "Budget": "http",
    "Client": "api.client",
    "RawClient": "api.client",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type depends on the name
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"mkdocs_masko.{_HOMES[name]}"), name)
