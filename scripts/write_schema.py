"""Write the JSON Schemas, as they ship."""

import json

from mkdocs_masko.schemas import SCHEMAS, shipped

for name, make in SCHEMAS.items():
    text = json.dumps(make(), indent=2, sort_keys=True) + "\n"
    shipped(name).write_text(text, encoding="utf-8")
