"""A manifest that cannot be read, or not be written, stays as it is."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
import pytest

from mkdocs_masko.errors import (
    DriftError,
    ManifestError,
)
from mkdocs_masko.manifest import Collection, dumps, make
from mkdocs_masko.sync import compare, prepare, update
from synced_sites import NAME, now, poses, site, stamp, warnings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mkdocs_masko.sandbox import Sandbox
    from mkdocs_masko.sync import PollPolicy, Site, SyncResult

    Act = Callable[[Site, PollPolicy], SyncResult]

ASKING: list[Act] = [prepare, update]


def manifest(folder: Path) -> Path:
    """Return the path of the manifest in a folder."""
    return folder / NAME


def test_an_error_shows_no_control_characters_of_a_manifest(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Names in a manifest that a stranger edited do not act on a terminal or a CI log."""
    docs = site(tmp_path, sandbox)
    fox = update(docs, now()).manifest.collections["default"]
    odd = {**fox.poses, "\x1b[31m\n::error::\u202e": fox.poses["wave"]}
    edited = make({"default": Collection(id=fox.id, name=fox.name, poses=odd)})
    docs.manifest.write_text(dumps(edited), encoding="utf-8")
    with pytest.raises(DriftError) as caught:
        compare(docs, now())
    assert str(caught.value).isprintable()
    assert "::" not in str(caught.value)


LATER = json.dumps({"version": 2, "revision": "later", "collections": []})
UNSOUND = {
    LATER: "version 2 of the format is newer than this mkdocs-masko reads",
    "<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n": "it contains merge conflict markers",
    "": "Restore it from version control",
    "{": "Restore it from version control",
    "[]": "Restore it from version control",
    '{"version": 1}': "Restore it from version control",
    '{"version": 1, "revision": "0123456789abcdef", "collections": {}}': "it was edited",
}


@pytest.mark.parametrize("mode", ["auto", "locked", "frozen"])
@pytest.mark.parametrize("text", UNSOUND)
def test_a_manifest_that_cannot_be_read_is_never_overwritten(
    sandbox: Sandbox, tmp_path: Path, mode: str, text: str
) -> None:
    """What a person, or a later version, has to look at is left as it is, without a request."""
    manifest(tmp_path).write_text(text)
    before = stamp(manifest(tmp_path))
    for act in (prepare, update):
        with pytest.raises(ManifestError, match=f"^{NAME}: ") as caught:
            act(site(tmp_path, sandbox, mode=mode), now())
        assert UNSOUND[text] in str(caught.value)
    assert stamp(manifest(tmp_path)) == before
    assert manifest(tmp_path).read_text() == text
    assert sandbox.requests == []


def test_a_manifest_with_a_url_on_another_host_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    """A pull request cannot put another host on the pages, even with a matching revision."""
    docs = site(tmp_path, None, api_url="sandbox", key="")
    text = dumps(update(docs, now()).manifest)
    moved = json.loads(text.replace("https://sandbox.masko.invalid", "https://evil.example"))
    collections = msgspec.convert(moved["collections"], dict[str, Collection])
    docs.manifest.write_text(dumps(make(collections)))
    with pytest.raises(ManifestError, match=r"evil\.example.* is not on a host"):
        prepare(site(tmp_path, sandbox, mode="frozen"), now())


UNWRITABLE = {
    "no folder": ("nowhere/masko.json", "masko.json: cannot be written: "),
    "a file for a folder": ("mkdocs.yml/masko.json", "masko.json: cannot be read: "),
    "a name that is too long": ("m" * 251 + ".json", ".json: cannot be read: "),
    "a folder": ("folder.json", "folder.json: cannot be "),
}


@pytest.mark.parametrize("act", ASKING)
@pytest.mark.parametrize("case", UNWRITABLE)
def test_a_place_that_cannot_be_written_is_one_clear_error(
    sandbox: Sandbox, tmp_path: Path, case: str, act: Act
) -> None:
    """The file is named, the system's reason is given, and nothing is left behind."""
    (tmp_path / "mkdocs.yml").touch()
    (tmp_path / "folder.json").mkdir()
    path, words = UNWRITABLE[case]
    with pytest.raises(ManifestError) as caught:
        act(site(tmp_path, sandbox, manifest=path), now())
    assert words in str(caught.value)
    assert {each.name for each in tmp_path.rglob("*")} == {"mkdocs.yml", "folder.json"}


def test_a_build_goes_on_where_the_manifest_cannot_be_written(
    sandbox: Sandbox, small_disk: Path
) -> None:
    """A full disk or a read-only checkout costs the update, not the build."""
    docs = site(small_disk, sandbox)
    expected = update(docs, now()).manifest
    with suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(1024))
    assert not prepare(docs, now()).messages
    sandbox.world.remove("fox", "idle")
    result = prepare(docs, now())
    assert result.manifest == expected
    (warning,) = warnings(result)
    assert "cannot be written" in warning
    assert "idle" in poses(result)


def test_a_symbolic_link_is_not_written_through(sandbox: Sandbox, tmp_path: Path) -> None:
    """A link in a checkout cannot make a build write elsewhere."""
    target = tmp_path / "elsewhere.json"
    manifest(tmp_path).symlink_to(target)
    for act in ASKING:
        with pytest.raises(ManifestError, match="is a symbolic link"):
            act(site(tmp_path, sandbox), now())
    assert not target.exists()
