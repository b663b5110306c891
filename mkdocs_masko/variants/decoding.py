"""From a file to pixels that are the same whatever it was: sRGB, upright, eight bits."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mkdocs_masko.errors import MaskoError, MediaError
from mkdocs_masko.probe import probe_bytes
from mkdocs_masko.text import one_line
from mkdocs_masko.variants.colour import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL.Image import Image

LONGEST_SIDE = 8192
"""Most px that a still may be wide or high."""
MOST_PIXELS = 40_000_000
"""Most px that a still may have in all."""

_FORMATS = {
    "image/avif": "AVIF",
    "image/gif": "GIF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
}


def decoded(source: Path) -> Image:
    """Read a still; of an animation, its first picture.

    Returns:
        The pixels, `RGB` or, where any may be transparent, `RGBA` with straight alpha.

    Raises:
        MediaError: The file is no still, is damaged, or is larger than 8,192 px a side or
            40 megapixels, which is told before anything is unpacked.
    """
    with told_of(source):
        data = source.read_bytes()
        format_ = _format(data)
        from PIL import Image  # noqa: PLC0415 - only who encodes pays for Pillow

        with Image.open(io.BytesIO(data), formats=[format_]) as image:
            _check_size(*image.size)  # of the frame, which may be larger than its header says
            return plain(image)


@contextmanager
def told_of(source: Path) -> Iterator[None]:
    """Turn whatever goes wrong with a file into a `MediaError` that names it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's doubts about metadata, which is dropped
            yield
    except MaskoError as error:
        raise MediaError(f"{one_line(source.name)}: {error}") from error
    except Exception as error:  # Pillow raises from five families, SyntaxError among them
        reason = one_line(str(error)) or type(error).__name__
        raise MediaError(f"{one_line(source.name)}: cannot be used as a still: {reason}") from error


def _format(data: bytes) -> str:
    facts = probe_bytes(data)
    if facts.type not in _FORMATS:
        raise MediaError(f"is {facts.type}, where a still belongs")
    _check_size(facts.width, facts.height)
    return _FORMATS[facts.type]


def _check_size(width: int, height: int) -> None:
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise MediaError(
            f"is {width} x {height} px; a still may have {LONGEST_SIDE} px a side "
            f"and {MOST_PIXELS // 1_000_000} megapixels: publish a smaller one"
        )
