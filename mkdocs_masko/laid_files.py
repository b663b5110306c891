"""A folder in the docs with all that pages load, for hosts that take no files from a plugin.

`mkdocs-masko sync` writes it. Beside the files lies a record of them, `.laid.json`, which no host
publishes. Who renders pages learns from it which variants there are, and which were left out.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta, Struct

from mkdocs_masko.assets.site_files import FOLDER, OURS
from mkdocs_masko.errors import ManifestError, OptionError
from mkdocs_masko.files import fold_name, relative_name
from mkdocs_masko.text import has_conflict_markers, sanitize

if TYPE_CHECKING:
    from mkdocs_masko.options import Options

RECORD: Final = ".laid.json"
"""Name of the record in its folder."""

# msgspec searches for the pattern; `$` would let a line end pass.
_Name = Annotated[str, Meta(pattern=rf"\A(?:{OURS.pattern})\Z")]
_Bytes = Annotated[int, Meta(ge=0)]


class LaidFiles(Struct, frozen=True, kw_only=True):
    """What lies in a folder, and what was left out on purpose.

    Attributes:
        files: Bytes of each file in the folder, by name.
        left_out: Bytes of variants that are not worth publishing, by name; None of those that
            could not be made.
        videos: Whether variants of animations were planned.
        used: Whether only those files lie there that pages show.
    """

    files: dict[_Name, _Bytes] = {}
    left_out: dict[_Name, _Bytes | None] = {}
    videos: bool = False
    used: bool = False


def read_laid_files(folder: Path) -> LaidFiles:
    """Read what lies in a folder; nothing where there is no record.

    Raises:
        ManifestError: The record cannot be read, or is damaged.
    """
    path = folder / RECORD
    name = sanitize(path.as_posix())
    try:
        content = path.read_bytes()
        return msgspec.json.decode(content, type=LaidFiles)
    except FileNotFoundError:
        return LaidFiles()
    except OSError as error:
        raise ManifestError(f"{name}: cannot be read: {error.strerror}.") from error
    except (msgspec.DecodeError, UnicodeError):
        if has_conflict_markers(content):
            problem = "contains merge conflict markers. Take either side of the conflict"
        else:
            problem = "is damaged. Remove the file"
        raise ManifestError(f"{name}: {problem}, then run 'mkdocs-masko sync'.") from None


def dump_laid_files(laid: LaidFiles) -> bytes:
    """Return a record as JSON: the same content is the same bytes, with one file a line."""
    return msgspec.json.format(msgspec.json.encode(laid, order="sorted"), indent=2) + b"\n"


def laid_folder(options: Options, folder: Path, docs_dir: Path, *, is_needed: bool) -> Path | None:
    """Return the folder that a sync writes files to, or None where the site has none.

    Args:
        options: The plugin's options.
        folder: The folder of the site's configuration.
        docs_dir: The site's docs folder.
        is_needed: Whether the host takes files from the docs folder alone, so that there must be
            one below it.

    Raises:
        OptionError: The option `into` names the docs folder, or one where the host finds nothing.
    """
    if options.into is None:
        return docs_dir / FOLDER if is_needed else None
    target = Path(os.path.normpath(folder / options.into))
    inside = fold_name(relative_name(target, docs_dir))
    docs = sanitize(relative_name(docs_dir, folder))
    if inside == ".":
        problem = f"must not be the docs folder itself; name one below it, such as {docs}/{FOLDER}"
        raise OptionError(problem, option="into")
    if is_needed and re.match(r"\.\.(?:/|\Z)|/|\w:", inside):
        problem = f"must be below the docs folder, such as {docs}/{FOLDER}"
        raise OptionError(f"{problem}; got {sanitize(repr(options.into))}", option="into")
    return target
