"""What `init` leaves to the author of a repository: lines of `.gitattributes` and of CI files.

The files are only read: what else a line does, and whether it is the right file, its author knows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mkdocs_masko.files import relative_name
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.generator import Generator

_PACKAGE: Final = "mkdocs-masko"
_CI_FILES: Final = (".github/workflows/*.yml", ".github/workflows/*.yaml", ".gitlab-ci.yml")
_DEPENDENCIES: Final = ("*requirements*.txt", "requirements/*.txt", "pyproject.toml", "Pipfile")
# A command of pip's that can get one more package at its end: no other follows, no quote ends it,
# and it asks for no hash. Other installers take a plugin in another form, or not at all.
_INSTALL: Final = re.compile(
    r"\s*(?:- +)?(?:(?:run|script): +)?(?:[\w./-]+ +)*?pip[\d.]* +install\b"
    r"(?!.*--require-hashes)[^#&|;'\"\\]*"
)


def attribute_steps(folder: Path, manifest: str, laid_folder: str | None) -> Iterator[str]:
    """Yield the lines that `.gitattributes` lacks.

    With them, bytes are the same on every system, and a review folds what is generated.

    Args:
        folder: The folder of the site's configuration.
        manifest: The manifest, from there.
        laid_folder: The folder of `sync --into`, from there.
    """
    path = folder / ".gitattributes"
    listed, place = _read(path), relative_name(path, Path.cwd())
    if manifest not in listed:
        yield f"Add to {place}: {_pattern(manifest)} eol=lf linguist-generated"
    if laid_folder and laid_folder not in listed:
        yield f"Add to {place}: {_pattern(f'{laid_folder}/**')} -text linguist-generated"


def _pattern(text: str) -> str:
    """Write a pattern as Git reads it: https://git-scm.com/docs/gitattributes."""
    return f'"{text}"' if " " in text else text


def workflow_steps(root: Path, folder: Path, generator: Generator) -> Iterator[str]:
    """Yield what to change in the CI files of a repository, so that they can show poses.

    Args:
        root: The folder of the repository.
        folder: The folder of the site's configuration.
        generator: The program that builds the site.
    """
    sources = {
        path for each in (root, folder) for name in _DEPENDENCIES for path in each.glob(name)
    }
    if any(_PACKAGE in _read(path) for path in sources):
        return
    for path in sorted(path for pattern in _CI_FILES for path in root.glob(pattern)):
        text, name = _read(path), sanitize(relative_name(path, root))
        build = re.search(rf"\b{generator} (?:build|gh-deploy)\b", text)
        if build is None or _PACKAGE in text:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if _INSTALL.fullmatch(line) and re.search(rf"[ =]{generator}(?![\w-])", line):
                yield f"Change {name}:{number} to: {sanitize(line.strip())} {_PACKAGE}"
                break
        else:
            yield f"Have {name} install {_PACKAGE} before it runs '{build[0]}'"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
