"""Write the JSON Schemas that the package ships."""

import json

from mkdocs_masko.schemas import SCHEMAS, schema_path


def main() -> None:
    """Write each schema to the package's folder."""
    for name, make in SCHEMAS.items():
        text = json.dumps(make(), indent=2, sort_keys=True) + "\n"
        schema_path(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
