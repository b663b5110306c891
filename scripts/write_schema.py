"""Write the manifest's JSON Schema, as it ships."""

import json
from pathlib import Path

from mkdocs_masko.manifest import schema

target = Path(__file__).parents[1] / "mkdocs_masko" / "manifest.schema.json"
target.write_text(json.dumps(schema(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
