"""JSON Schemas for editors, generated from the types."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mkdocs_masko.manifest import schema as manifest_schema
from mkdocs_masko.options import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FOLDER: Final = Path(__file__).parent
"""Where they lie: `options.schema.json` and `manifest.schema.json`."""


def options_schema() -> dict[str, Any]:
    """Return the schema of a `mkdocs.yml`, as far as the plugin is concerned.

    It says nothing of other keys and other plugins, so that it goes together with theirs.
    """
    made = msgspec.json.schema(Options)
    options = made["$defs"]["Options"]
    for name, text in _explained():
        options["properties"][name]["description"] = text
    options["additionalProperties"] = False
    options["oneOf"] = [{"required": ["collection"]}, {"required": ["collections"]}]
    plugin = {"properties": {"masko": {"$ref": "#/$defs/Options"}}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "The plugin 'masko' in mkdocs.yml",
        "type": "object",
        "properties": {
            "plugins": {
                "if": {"type": "array"},
                "then": {"items": {"if": {"type": "object"}, "then": plugin}},
                "else": plugin,
            },
        },
        "$defs": made["$defs"],
    }


def _explained() -> Iterator[tuple[str, str]]:
    """Yield each option with its docstring, which Python itself does not keep."""
    body = ast.parse(inspect.getsource(Options)).body[0]
    fields = body.body if isinstance(body, ast.ClassDef) else []
    for field, after in pairwise(fields):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            yield field.target.id, _text(after).replace("`", "'")


def _text(node: ast.stmt) -> str:
    value = node.value if isinstance(node, ast.Expr) else None
    return str(value.value) if isinstance(value, ast.Constant) else ""


SCHEMAS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "manifest": manifest_schema,
    "options": options_schema,
}
"""What makes each schema, by its name."""


def shipped(name: str) -> Path:
    """Return the file of a schema."""
    return FOLDER / f"{name}.schema.json"
