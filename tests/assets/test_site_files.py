"""Files that the site serves itself: their names, and that only used ones are published."""

from __future__ import annotations

import hashlib
import re
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_masko.assets import FOLDER, Choice, UsedFile, UsedFiles, file_name, variant_name
from mkdocs_masko.manifest import Medium
from mkdocs_masko.variants import Variant

TYPES = get_args(get_type_hints(Medium)["type"])
SHA = hashlib.sha256(b"fox").hexdigest()
DIGEST = SHA[:16]


def medium(url: str, type_: str = "image/png", size: int = 512) -> Medium:
    """Make a medium at an address."""
    return Medium(url=url, type=type_, width=size, height=size)  # type: ignore[arg-type] # one of TYPES


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
    assert file_name(medium(url), SHA) == f"{name}.{DIGEST}.png"


@pytest.mark.parametrize("type_", TYPES)
def test_each_type_has_an_extension_of_ours(type_: str) -> None:
    """Servers tell a type by the extension, so it has to be that of the bytes."""
    name = file_name(medium("https://assets.masko.ai/wave.php", type_), SHA)
    extension = name.rpartition(".")[2]
    shown = {"jpeg": "jpg", "quicktime": "mov"}
    assert extension == shown.get(type_.rpartition("/")[2], type_.rpartition("/")[2])


@given(st.text(max_size=80), st.binary(max_size=9))
def test_a_file_name_is_plain(path: str, content: bytes) -> None:
    """Whatever an address holds, the name is one that every system and server takes."""
    sha256 = hashlib.sha256(content).hexdigest()
    name = file_name(medium(f"https://assets.masko.ai/{path}"), sha256)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,47}\.[0-9a-f]{16}\.png", name)


def test_each_form_has_a_name_of_its_own_and_the_same_one_every_time() -> None:
    """Medium, format and size all count, so that a name may be cached for ever."""
    wave = medium("https://assets.masko.ai/fox/wave-7288dd2e.png")
    forms = [
        Variant(format=format_, width=w, height=h)
        for format_ in get_args(get_type_hints(Variant)["format"])
        for w, h in [(240, 240), (480, 480), (240, 480)]
    ]
    other = hashlib.sha256(b"owl").hexdigest()
    names = [variant_name(wave, sha256, form) for sha256 in (SHA, other) for form in forms]
    assert len(set(names)) == len(names) == 18
    assert names == [variant_name(wave, sha256, form) for sha256 in (SHA, other) for form in forms]
    assert all(re.fullmatch(r"wave\.[0-9a-f]{16}\.(avif|webp|png)", name) for name in names)


def test_only_what_is_used_is_published() -> None:
    """A medium that is served here gets a path; each file is there once, however often used."""
    asked = []

    def digest(found: Medium) -> str | None:
        asked.append(found.url)
        return SHA if found.url.startswith("https://sandbox") else None

    shelf = UsedFiles(digest)
    ours = medium("https://sandbox.masko.invalid/a.png")
    theirs = medium("https://assets.masko.ai/c.png")
    paths = [shelf.take(ours), shelf.take(theirs), shelf.take(ours), shelf.take(theirs)]
    assert paths == [f"{FOLDER}/a.{DIGEST}.png", None] * 2
    assert shelf.wants == {f"{FOLDER}/a.{DIGEST}.png": UsedFile(medium=ours, sha256=SHA)}
    assert asked == [ours.url, theirs.url]
    assert shelf.still(ours, 100, 100) == ()


def test_equal_files_are_published_once() -> None:
    """Two addresses of the same bytes and name are one file of the site."""
    shelf = UsedFiles(lambda _: SHA)
    taken = {shelf.take(medium(f"https://assets.masko.ai/{n}/wave.png")) for n in range(3)}
    assert taken == {*shelf.wants}
    assert len(taken) == 1


def test_a_still_is_offered_in_three_formats_and_two_sizes() -> None:
    """The original is not published when nothing asks for it."""
    shelf = UsedFiles(lambda _: SHA, small=True)
    choices = shelf.still(medium("https://assets.masko.ai/wave.png"), 100, None)
    assert [choice.type for choice in choices] == ["image/avif", "image/webp", "image/png"]
    assert [len(choice.paths) for choice in choices] == [2, 2, 2]
    forms = {want.form for want in shelf.wants.values()}
    assert {(form.width, form.height) for form in forms if form} == {(100, 100), (200, 200)}
    assert None not in forms


def test_a_box_as_large_as_the_still_has_one_size() -> None:
    """Nothing is ever made larger."""
    shelf = UsedFiles(lambda _: SHA, small=True)
    choices = shelf.still(medium("https://assets.masko.ai/wave.png"), 512, 512)
    assert [len(choice.paths) for choice in choices] == [1, 1, 1]
    assert isinstance(choices[0], Choice)


def test_what_is_served_elsewhere_has_no_small_forms() -> None:
    """They would have to lie on that server."""
    shelf = UsedFiles(lambda _: None, small=True)
    assert shelf.still(medium("https://assets.masko.ai/wave.png"), 100, 100) == ()
    assert shelf.wants == {}
