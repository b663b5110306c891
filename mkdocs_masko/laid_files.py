"""A folder in the docs with all that pages load, for hosts that take no files from a plugin.

`mkdocs-masko sync` writes it. Beside the files lies a record of them, `.laid.json`, which no host
publishes. Who renders pages learns from it which variants there are, and which were left out.
"""

from __future__ import annotations

import json
import math
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote

import msgspec
from msgspec import Meta, Struct, structs

from mkdocs_masko.assets.site_files import FOLDER, OURS
from mkdocs_masko.errors import CacheError, ManifestError, OptionError
from mkdocs_masko.files import (
    copy_file,
    create_file,
    fold_name,
    have_same_bytes,
    read_file,
    relative_name,
    remove_file,
    update_file,
)
from mkdocs_masko.text import has_conflict_markers, list_some, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mkdocs_masko.options import Options

RECORD: Final = ".laid.json"
"""Name of the record in its folder."""

INDEX: Final = "files.json"
"""Name of the index: which file is which medium, by pose and key."""

Index = dict[str, dict[str, str]]
"""The names of media by pose and key."""

_TEXTS = {".css", ".js"}  # whose line ends Git may have changed
_MOST_SHOWN = 3  # files named in one message

# msgspec searches for the pattern; `$` would let a line end pass.
_Name = Annotated[str, Meta(pattern=rf"\A(?:{OURS.pattern})\Z")]
_NAMED = re.compile(rf'"{OURS.pattern}"'.encode())  # in an index with merge conflict markers
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

    def sizes(self, *, unmade: bool = True) -> dict[str, float]:
        """Return the bytes of files by their paths in a site, as `SiteFiles` takes them.

        Args:
            unmade: Whether variants are among them that could not be made; they are infinite.
        """
        left_out = {n: math.inf if size is None else size for n, size in self.left_out.items()}
        sizes = {**left_out, **self.files}
        return {f"{FOLDER}/{n}": size for n, size in sizes.items() if unmade or size < math.inf}


def read_laid_files(folder: Path) -> LaidFiles:
    """Read what lies in a folder; nothing where there is no record.

    Raises:
        ManifestError: The record cannot be read, or is damaged.
    """
    path = folder / RECORD
    name = sanitize(path.as_posix())
    try:
        content = read_file(path)
        return msgspec.json.decode(content, type=LaidFiles)
    except (FileNotFoundError, NotADirectoryError):
        return LaidFiles()
    except OSError as error:
        raise ManifestError(f"{name}: cannot be read: {error.strerror}.") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        if has_conflict_markers(content):
            problem = "contains merge conflict markers. Take either side of the conflict"
        else:
            problem = "is damaged. Remove the file"
        raise ManifestError(f"{name}: {problem}, then run 'mkdocs-masko sync'.") from None


def read_present_files(folder: Path) -> LaidFiles:
    """Read what lies in a folder, without files that have been removed or cut off since.

    Raises:
        ManifestError: The record cannot be read, or is damaged.
    """
    laid = read_laid_files(folder)
    files = {name: size for name, size in laid.files.items() if _size(folder / name) == size}
    return structs.replace(laid, files=files)


def _dump(laid: LaidFiles) -> bytes:
    """Return a record as JSON: the same content is the same bytes, with one file a line."""
    return msgspec.json.format(msgspec.json.encode(laid, order="sorted"), indent=2) + b"\n"


def parse_index(content: bytes, *, is_recorded: bool) -> Index | None:
    """Read the index of a folder, or tell that it is somebody else's.

    Args:
        content: What the file of that name holds.
        is_recorded: Whether the folder has a record, so that the index is ours, damaged or not.
            Without one it is ours only if it has names of our form: other programs write a
            `files.json`, too.

    Returns:
        The names of our form; None if it is somebody else's.
    """
    index: Index = {}
    names = _NAMED.findall(content) if has_conflict_markers(content) else []
    with suppress(msgspec.DecodeError, UnicodeError):
        listed = msgspec.json.decode(content, type=Index)
        index = {
            pose: ours
            for pose, keys in listed.items()
            if (ours := {key: name for key, name in keys.items() if OURS.fullmatch(name)})
        }
    return index if index or names or is_recorded else None


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
    docs = sanitize(relative_name(docs_dir, folder))
    refuse_docs_folder(target, folder, docs_dir, option="into")
    if is_needed and not target.is_relative_to(os.path.normpath(docs_dir)):
        problem = f"must be below the docs folder, such as {docs}/{FOLDER}"
        raise OptionError(f"{problem}; got {sanitize(repr(options.into))}", option="into")
    return target


def url_of_folder(folder: Path, docs_dir: Path) -> str:
    """Return the folder in URLs, from the root of a site that publishes it with its docs."""
    return quote(relative_name(folder, docs_dir))


def refuse_docs_folder(target: Path, folder: Path, docs_dir: Path, *, option: str) -> None:
    """Check that files do not go between the author's pages.

    Args:
        target: The folder that a sync writes files to.
        folder: The folder of the site's configuration.
        docs_dir: The site's docs folder.
        option: What names the target.

    Raises:
        OptionError: It is the docs folder itself.
    """
    if fold_name(str(target.resolve())) == fold_name(str(docs_dir.resolve())):
        docs = sanitize(relative_name(docs_dir, folder))
        problem = f"must not be the docs folder itself; name one below it, such as {docs}/{FOLDER}"
        raise OptionError(problem, option=option)


class FolderSummary(Struct, frozen=True, kw_only=True):
    """What is in a folder after files were written to it.

    Attributes:
        files: How many files of ours.
        size: Their bytes.
        written: How many of them were missing or damaged, and were written.
        removed: How many files of an earlier time were removed, because nothing needs them.
        has_changed: Whether pages may have to be rendered again.
    """

    files: int
    size: int
    written: int
    removed: int
    has_changed: bool


def write_files(
    folder: Path,
    sources: Mapping[str, Path],
    index: Mapping[str, Mapping[str, str]],
    laid: LaidFiles = LaidFiles(),  # noqa: B008 - it is frozen
) -> FolderSummary:
    """Write files to a folder, and remove those of ours that are not among them.

    Files that are in place are not written again, so that a server that watches the folder stays
    idle. The record comes last, so that what an interrupted run has left is found by the next one.

    Args:
        folder: Where; it need not exist.
        sources: What to write, by name.
        index: The names of media by pose and key.
        laid: The record, all but its `files`.

    Raises:
        ManifestError: The record of an earlier time cannot be read, or the folder has an index of
            somebody else.
        CacheError: The folder cannot be written.
    """
    before = read_laid_files(folder)
    old_names = before.files.keys() | _indexed_names(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = sum([_copy(source, folder / name) for name, source in sources.items()])
        removed = sum([_remove(folder / name) for name in sorted(old_names - sources.keys())])
        text = json.dumps(index, indent=2, sort_keys=True) + "\n"
        update_file(folder / INDEX, text.encode())
        sizes = {name: source.stat().st_size for name, source in sources.items()}
        has_new_record = update_file(folder / RECORD, _dump(structs.replace(laid, files=sizes)))
    except OSError as error:
        raise CacheError(f"{folder.as_posix()}: cannot be written: {error.strerror}.") from error
    return FolderSummary(
        files=len(sources),
        size=sum(sizes.values()),
        written=written,
        removed=removed,
        has_changed=bool(written or removed or has_new_record),
    )


def _indexed_names(folder: Path) -> set[str]:
    """Return the names in the index that is there; one of somebody else is not written over."""
    path = folder / INDEX
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return set()
    except OSError as error:
        raise CacheError(f"{path.as_posix()}: cannot be read: {error.strerror}.") from error
    index = parse_index(content, is_recorded=(folder / RECORD).is_file())
    if index is None:
        raise ManifestError(
            f"{sanitize(path.as_posix())}: is there already, and is no index of media. "
            "Move the file, or name another folder."
        )
    return {name for pose in index.values() for name in pose.values()}


def _copy(source: Path, target: Path) -> bool:
    if source.suffix in _TEXTS:
        return update_file(target, source.read_bytes())
    if not target.is_symlink() and target.is_file() and have_same_bytes(source, target):
        return False
    copy_file(source, target)
    return True


def _remove(path: Path) -> bool:
    with suppress(FileNotFoundError):
        remove_file(path)
        return True
    return False


def write_page(path: Path, text: str) -> None:
    """Write a page that is not there yet.

    Raises:
        CacheError: It is there, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        create_file(path, text.encode())
    except OSError as error:
        raise CacheError(f"{path.as_posix()}: cannot be written: {error.strerror}.") from error


def find_stale(folder: Path, name: str, needed: Iterable[str]) -> str:
    """Return what is wrong with a folder in one line, or an empty text.

    Args:
        folder: The folder.
        name: What messages call it.
        needed: The names of the files that should lie there.

    Raises:
        ManifestError: The record cannot be read, or is damaged.
    """
    laid = read_laid_files(folder)
    missing = [each for each in sorted(needed) if _size(folder / each) != laid.files.get(each, -1)]
    if not missing:
        return ""
    problem = f"lacks {list_some(missing, _MOST_SHOWN)}" if laid.files else "has not been written"
    return f"{name}: {problem}. Run 'mkdocs-masko sync'."


def _size(path: Path) -> int | None:
    with suppress(OSError):
        if path.suffix in _TEXTS:
            return len(path.read_bytes().replace(b"\r\n", b"\n"))
        return path.lstat().st_size
    return None
