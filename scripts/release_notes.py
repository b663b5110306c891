"""Print a release's section of the changelog, once tag, version and changelog agree.

    python scripts/release_notes.py v0.1.0

The release workflow runs it before anything is installed, so it uses the standard library alone.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def release_notes(tag: str, root: Path = ROOT) -> str:
    """Return the changelog's text for a tag.

    Args:
        tag: The name of the git tag, such as `v0.1.0`.
        root: The checkout.

    Raises:
        SystemExit: The tag is not the package's version, or the changelog has no dated section
            for it.
    """
    code = (root / "mkdocs_masko/_version.py").read_text(encoding="utf-8")
    version = re.search(r'^VERSION = "(.+)"$', code, re.MULTILINE)
    if version is None or tag != f"v{version[1]}":
        have = version[1] if version else "no version"
        raise SystemExit(
            f"mkdocs_masko/_version.py: has {have}, but the tag is {tag}. "
            "Set the version, commit, and tag that commit."
        )
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = rf"^## {re.escape(version[1])} - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)"
    section = re.search(heading, changelog, re.MULTILINE | re.DOTALL)
    if section is None or not section[1].strip():
        raise SystemExit(
            f"CHANGELOG.md: no dated section for {version[1]}. "
            f"Rename 'Unreleased' to '{version[1]} - YYYY-MM-DD'."
        )
    return section[1].strip() + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 - the script and one tag
        raise SystemExit("Usage: release_notes.py TAG")
    print(release_notes(sys.argv[1]), end="")
