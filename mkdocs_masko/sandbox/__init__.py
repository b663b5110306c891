"""The Masko API and its CDN on loopback: for tests, for trying things out, for demos.

It implements the contract a second time and shares nothing with the client but the tree of
errors, so that each tests the other.
"""

from __future__ import annotations

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
