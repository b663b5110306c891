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
"""Folder of `options.schema.json` and `manifest.schema.json`."""


def options_schema() -> dict[str, Any]:
    """Return the schema of the plugin's part of `mkdocs.yml`.

    It allows any other key and plugin, so that an editor can combine it with other schemas.
    """
    schema = msgspec.json.schema(Options)
    options = schema["$defs"]["Options"]
    for name, text in _field_docstrings():
        options["properties"][name]["description"] = text
    options["additionalProperties"] = False
    options["oneOf"] = [{"required": ["collection"]}, {"required": ["collections"]}]
    plugin = {"properties": {"masko": {"$ref": "#/$defs/Options"}}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "The plugin 'masko' in mkdocs.yml",
        "type": "object",
        "properties": {
            # With if and else, an editor tells what is wrong in the form that was written;
            # with anyOf, it would complain about the other one, too.
            "plugins": {
                "if": {"type": "array"},
                "then": {"items": {"if": {"type": "object"}, "then": plugin}},
                "else": plugin,
            },
        },
        "$defs": schema["$defs"],
    }


def _field_docstrings() -> Iterator[tuple[str, str]]:
    """Yield each option with its docstring, which Python does not keep at run time."""
    body = ast.parse(inspect.getsource(Options)).body[0]
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field, following in pairwise(statements):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            yield field.target.id, _string(following).replace("`", "'")


def _string(node: ast.stmt) -> str:
    value = node.value if isinstance(node, ast.Expr) else None
    return str(value.value) if isinstance(value, ast.Constant) else ""


SCHEMAS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "manifest": manifest_schema,
    "options": options_schema,
}
"""What generates each schema, by name."""


def schema_path(name: str) -> Path:
    """Return the path of a schema in the package."""
    return FOLDER / f"{name}.schema.json"
