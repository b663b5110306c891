"""The Masko API and its CDN on loopback: for tests, for trying things out, for demos.

It implements the contract a second time and shares nothing with the client but the tree of
errors, so that each tests the other. The names below are imported when they are used: a build that
publishes the sandbox's media needs no server.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs_masko.sandbox.cdn import MEDIA_DIR, media_file
    from mkdocs_masko.sandbox.faults import Effect, Fault, Hangup, Moment
    from mkdocs_masko.sandbox.limits import Limits
    from mkdocs_masko.sandbox.models import Collection, Item, Project
    from mkdocs_masko.sandbox.responses import Answer, Refusal, Request
    from mkdocs_masko.sandbox.sandbox import Sandbox
    from mkdocs_masko.sandbox.world import World

__all__ = [
    "MEDIA_DIR",
    "Answer",
    "Collection",
    "Effect",
    "Fault",
    "Hangup",
    "Item",
    "Limits",
    "Moment",
    "Project",
    "Refusal",
    "Request",
    "Sandbox",
    "World",
    "media_file",
]

_HOMES = {
    "MEDIA_DIR": "cdn",
    "Answer": "responses",
    "Collection": "models",
    "Effect": "faults",
    "Fault": "faults",
    "Hangup": "faults",
    "Item": "models",
    "Limits": "limits",
    "Moment": "faults",
    "Project": "models",
    "Refusal": "responses",
    "Request": "responses",
    "Sandbox": "sandbox",
    "World": "world",
    "media_file": "cdn",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
