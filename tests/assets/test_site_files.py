"""Files that the site serves itself: their names, and that only used ones are published."""

from __future__ import annotations

import hashlib
import re
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_masko.assets import (
    FOLDER,
    SiteFile,
    SiteFiles,
    StillFormat,
    file_name,
    variant_name,
)
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
        ("https://assets.masko.ai/fox/con.png", "pose-con"),
        ("https://assets.masko.ai/fox/AUX-7288dd2e.png", "pose-aux"),
        ("https://assets.masko.ai/fox/nul..png", "pose-nul"),
        ("https://assets.masko.ai/fox/com1.png", "pose-com1"),
        ("https://assets.masko.ai/fox/lpt9 .png", "pose-lpt9"),
        ("https://assets.masko.ai/fox/console.png", "console"),
        ("https://assets.masko.ai/fox/WAVE.png", "wave"),
        ("https://assets.masko.ai/", "pose-e3b0c442"),
        ("https://assets.masko.ai/狐狸.png", "pose"),
        ("https://assets.masko.ai/%F0%9F%A6%8A", "f0-9f-a6-8a"),
        ("https://assets.masko.ai/" + "long-" * 100, ("long-" * 100)[:48]),
    ],
)
def test_a_file_is_named_by_pose_and_content(url: str, name: str) -> None:
    """The hash is that of the bytes, and what the CDN put for it is dropped."""
    assert file_name(medium(url), SHA) == f"{name}.{DIGEST}.png"


def test_a_variant_has_no_reserved_name_either() -> None:
    """Windows cannot open `con.0123456789abcdef.avif`."""
    variant = Variant(format="avif", width=9, height=9)
    name = variant_name(medium("https://assets.masko.ai/fox/con-7288dd2e.png"), SHA, variant)
    assert name.startswith("pose-con.")


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
    assert len(set(names)) == len(names) == 30
    assert names == [variant_name(wave, sha256, form) for sha256 in (SHA, other) for form in forms]
    pattern = re.compile(r"wave\.[0-9a-f]{16}\.(avif|webp|png|webm|mov)")
    assert all(map(pattern.fullmatch, names))


def test_naming_is_pure_and_asks_for_each_digest_once() -> None:
    """A medium that the site serves has a path; one of the CDN has none."""
    digested = []

    def digest(medium: Medium) -> str | None:
        digested.append(medium.url)
        return SHA if medium.url.startswith("https://sandbox") else None

    files = SiteFiles(digest)
    ours = medium("https://sandbox.masko.invalid/a.png")
    theirs = medium("https://assets.masko.ai/c.png")
    named = [files.file(ours), files.file(theirs), files.file(ours), files.file(theirs)]
    path = f"{FOLDER}/a.{DIGEST}.png"
    assert named == [SiteFile(path=path, medium=ours, sha256=SHA), None] * 2
    assert digested == [ours.url, theirs.url]
    assert files.still(ours, 100, 100) == ()


def test_equal_files_have_one_path() -> None:
    """Two URLs of the same bytes and name are one file of the site."""
    files = SiteFiles(lambda _: SHA)
    named = [files.file(medium(f"https://assets.masko.ai/{n}/wave.png")) for n in range(3)]
    assert len({file.path for file in named if file}) == 1


def test_a_still_is_offered_in_three_formats_and_two_sizes() -> None:
    """The original is not published when nothing asks for it."""
    files = SiteFiles(lambda _: SHA, variants=True)
    formats = files.still(medium("https://assets.masko.ai/wave.png"), 100, None)
    assert [each.type for each in formats] == ["image/avif", "image/webp", "image/png"]
    assert [len(each.files) for each in formats] == [2, 2, 2]
    variants = [file.variant for each in formats for file in each.files]
    assert {(v.width, v.height) for v in variants if v} == {(100, 100), (200, 200)}
    assert None not in variants


def test_a_box_as_large_as_the_still_has_one_size() -> None:
    """Nothing is ever enlarged."""
    files = SiteFiles(lambda _: SHA, variants=True)
    formats = files.still(medium("https://assets.masko.ai/wave.png"), 512, 512)
    assert [len(each.files) for each in formats] == [1, 1, 1]
    assert isinstance(formats[0], StillFormat)


def test_what_the_cdn_serves_has_no_variants() -> None:
    """They would have to lie on that server."""
    files = SiteFiles(variants=True)
    assert files.still(medium("https://assets.masko.ai/wave.png"), 100, 100) == ()
    assert files.file(medium("https://assets.masko.ai/wave.png")) is None
