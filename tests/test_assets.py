"""Files that the site serves itself: their names, and that only used ones are published."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_masko.assets import FOLDER, Shelf, file_name
from mkdocs_masko.manifest import Medium

if TYPE_CHECKING:
    from pathlib import Path

TYPES = get_args(get_type_hints(Medium)["type"])
DIGEST = hashlib.sha256(b"fox").hexdigest()[:16]


def medium(url: str, type_: str = "image/png") -> Medium:
    """Make a medium at an address."""
    return Medium(url=url, type=type_, width=1, height=1)  # type: ignore[arg-type] # one of TYPES


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://assets.masko.ai/fox/wave-7288dd2e.png", "wave"),
        ("https://assets.masko.ai/fox/wave.png", "wave"),
        ("https://assets.masko.ai/fox/Plush%20Swagger.webm", "plush-20swagger"),
        ("https://assets.masko.ai/fox/card-sit-deadbeef.mov.exe", "card-sit-deadbeef-mov"),
        ("https://assets.masko.ai/fox/wave-2.png", "wave-2"),
        ("https://assets.masko.ai/fox/cafe-creme-2-12345678abcd.png", "cafe-creme-2"),
        ("https://assets.masko.ai/fox/12345678", "12345678"),
        ("https://assets.masko.ai/", "pose-e3b0c442"),
        ("https://assets.masko.ai/狐狸.png", "pose"),
        ("https://assets.masko.ai/%F0%9F%A6%8A", "f0-9f-a6-8a"),
        ("https://assets.masko.ai/" + "long-" * 100, ("long-" * 100)[:48]),
    ],
)
def test_a_file_is_named_by_pose_and_content(url: str, name: str) -> None:
    """The hash is that of the bytes, and what the CDN put for it is dropped."""
    assert file_name(medium(url), b"fox") == f"{name}.{DIGEST}.png"


@pytest.mark.parametrize("type_", TYPES)
def test_each_type_has_an_extension_of_ours(type_: str) -> None:
    """Servers tell a type by the extension, so it has to be that of the bytes."""
    name = file_name(medium("https://assets.masko.ai/wave.php", type_), b"fox")
    extension = name.rpartition(".")[2]
    shown = {"jpeg": "jpg", "quicktime": "mov"}
    assert extension == shown.get(type_.rpartition("/")[2], type_.rpartition("/")[2])


@given(st.text(max_size=80), st.binary(max_size=9))
def test_a_file_name_is_plain(path: str, content: bytes) -> None:
    """Whatever an address holds, the name is one that every system and server takes."""
    name = file_name(medium(f"https://assets.masko.ai/{path}"), content)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,47}\.[0-9a-f]{16}\.png", name)


def test_only_what_is_used_is_published(tmp_path: Path) -> None:
    """A medium that is served here gets a path; each file is there once, however often used."""
    (tmp_path / "a.png").write_bytes(b"fox")
    (tmp_path / "b.png").write_bytes(b"owl")
    asked = []

    def find(url: str) -> Path | None:
        asked.append(url)
        path = tmp_path / url.rpartition("/")[2]
        return path if path.is_file() else None

    shelf = Shelf(find)
    ours = medium("https://sandbox.masko.invalid/a.png")
    theirs = medium("https://assets.masko.ai/c.png")
    paths = [shelf.take(ours), shelf.take(theirs), shelf.take(ours), shelf.take(theirs)]
    assert paths == [f"{FOLDER}/a.{DIGEST}.png", None] * 2
    assert shelf.used == {f"{FOLDER}/a.{DIGEST}.png": tmp_path / "a.png"}
    assert asked == [ours.url, theirs.url]


def test_equal_files_are_published_once(tmp_path: Path) -> None:
    """Two addresses of the same bytes and name are one file of the site."""
    (tmp_path / "wave").write_bytes(b"fox")
    shelf = Shelf(lambda _: tmp_path / "wave")
    taken = {shelf.take(medium(f"https://assets.masko.ai/{n}/wave.png")) for n in range(3)}
    assert taken == {*shelf.used}
    assert len(taken) == 1
