"""Name a Masko pose in Markdown; get the right picture or animation on every reader's screen.

The names below are the public API. They are imported when they are used, so that a build from
the manifest alone loads no HTTP library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs_masko.api import Budget, Client
    from mkdocs_masko.errors import ApiError, ManifestError, MaskoError
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.markdown import MaskoExtension
    from mkdocs_masko.sandbox import Sandbox

__all__ = [
    "ApiError",
    "Budget",
    "Client",
    "Manifest",
    "ManifestError",
    "MaskoError",
    "MaskoExtension",
    "Sandbox",
]

_HOMES = {
    "ApiError": "errors",
    "Budget": "api",
    "Client": "api",
    "Manifest": "manifest",
    "ManifestError": "errors",
    "MaskoError": "errors",
    "MaskoExtension": "markdown",
    "Sandbox": "sandbox",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
