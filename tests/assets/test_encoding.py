"""Variants in the making, which may be given up and begun again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.cache import digest_of
from mkdocs_masko.assets.encoding import Encoder
from mkdocs_masko.assets.ledger import Ledger
from mkdocs_masko.variants import Variant

if TYPE_CHECKING:
    from pathlib import Path

SIZES = [Variant(format="png", width=side, height=side) for side in (8, 16, 24)]


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "original.png"
    Image.linear_gradient("L").convert("RGB").save(path)
    return path


@pytest.fixture
def encoder(tmp_path: Path) -> Encoder:
    return Encoder(Cache(tmp_path / "cache"), Ledger(tmp_path / "state"))


def test_what_was_given_up_can_be_begun_again(encoder: Encoder, original: Path) -> None:
    """A template's media may be downloaded only at the second attempt."""
    keys = [(digest_of(original), variant) for variant in SIZES]
    for key in keys:
        encoder.begin(key, original)
    encoder.close()
    for key in keys:
        encoder.begin(key, original)
    results = encoder.finish()
    assert {*results} == {*keys}
    assert {*encoder.paths} == {*keys}
    for (_, variant), path in encoder.paths.items():
        with Image.open(path) as image:
            assert image.size == (variant.width, variant.height)


def test_what_is_done_is_not_done_again(encoder: Encoder, original: Path) -> None:
    key = (digest_of(original), SIZES[0])
    encoder.begin(key, original)
    (path,) = encoder.finish().values()
    encoder.close()
    encoder.begin(key, original)
    assert encoder.finish() == {key: path}
