"""Variants of animations: any source to any target, proved frame by frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from media_samples import FRAMES, SECONDS, sample
from mkdocs_masko.errors import MediaError
from mkdocs_masko.probe import probe_bytes
from mkdocs_masko.variants import Variant
from mkdocs_masko.variants.compare import NotTheVariant
from mkdocs_masko.variants.videos import (
    compare_video,
    encode_video,
    is_available,
    video_settings,
)

if TYPE_CHECKING:
    from pathlib import Path

WIDTH, HEIGHT = 32, 24  # px


def variant(format_: Any, width: int = WIDTH, height: int = HEIGHT) -> Variant:  # noqa: ANN401
    return Variant(format=format_, width=width, height=height)


def written(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(sample(name))
    return path


@pytest.mark.parametrize("format_", ["webm", "mov"])
@pytest.mark.parametrize(
    "name", ["alpha.webm", "alpha-vp8.webm", "alpha.mov", "alpha-hev1.mp4", "prores.mov"]
)
def test_any_source_becomes_any_target(tmp_path: Path, name: str, format_: str) -> None:
    """Transparent, of the size that was asked for, as long, and the same to a later look."""
    source, target = written(tmp_path, name), tmp_path / f"made.{format_}"
    target.write_bytes(encode_video(source, variant(format_)))
    facts = probe_bytes(target.read_bytes())
    assert (facts.width, facts.height, facts.alpha) == (WIDTH, HEIGHT, True)
    assert facts.codec == {"webm": "vp9", "mov": "hvc1"}[format_]
    assert facts.duration == pytest.approx(SECONDS, abs=0.002)
    assert isinstance(compare_video(source, variant(format_), target), str)


@pytest.mark.parametrize("name", ["opaque.webm", "opaque-hevc.mov", "h264.mp4", "rgba.png"])
def test_what_is_not_transparent_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(MediaError, match=name):
        encode_video(written(tmp_path, name), variant("webm"))


def test_another_animation_is_not_the_variant(tmp_path: Path) -> None:
    path = written(tmp_path, "alpha.webm")
    error = compare_video(path, variant("webm"), path)
    assert isinstance(error, NotTheVariant)


def test_settings_are_known_without_running_anything() -> None:
    assert is_available()
    assert len(video_settings()) == 16
    assert FRAMES > 1
