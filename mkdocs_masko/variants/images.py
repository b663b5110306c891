"""From pixels to the bytes of a form."""

from __future__ import annotations

import io
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from mkdocs_masko.errors import MediaError
from mkdocs_masko.variants.colour import edge_coloured
from mkdocs_masko.variants.decoding import decoded, told_of
from mkdocs_masko.variants.settings import EXACT_ALPHA, FEW_COLOURS, LOSSLESS, SAVING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from PIL.Image import Image

    from mkdocs_masko.variants.plan import Form


def encode(source: Path, form: Form) -> bytes:
    """Make one form of a still.

    No metadata is kept, and equal pixels give equal bytes. The result may be larger than
    another format's: whether it is worth publishing is for the caller to say.

    Raises:
        MediaError: The file is no still, is damaged or too large, or the form is larger
            than it.
    """
    image = decoded(source)
    with told_of(source):
        return _written(_resized(image, form.width, form.height), form, image)


def encoded(source: Path, forms: Iterable[Form]) -> list[tuple[Form, bytes | MediaError]]:
    """Make several forms of a still, which is decoded once, and resized once to each size."""
    try:
        image = decoded(source)
    except MediaError as error:
        return [(form, error) for form in forms]
    resized = cache(partial(_resized, image))
    return [(form, _attempt(source, image, resized, form)) for form in forms]


def _attempt(
    source: Path, image: Image, resized: Callable[[int, int], Image], form: Form
) -> bytes | MediaError:
    try:
        with told_of(source):
            return _written(resized(form.width, form.height), form, image)
    except MediaError as error:
        return error


def _resized(image: Image, width: int, height: int) -> Image:
    if (width, height) == image.size:
        return image
    if not (0 < width <= image.width and 0 < height <= image.height):
        raise MediaError(
            f"has {image.width} x {image.height} px, not enough for {width} x {height}"
        )
    from PIL.Image import Resampling  # noqa: PLC0415

    return image.resize((width, height), Resampling.LANCZOS)  # weighs colour by alpha by itself


def _written(image: Image, form: Form, original: Image) -> bytes:
    how, file = _settings(image, form, full_size=image is original), io.BytesIO()
    shown = edge_coloured(image) if form.format == "avif" else image  # libwebp does that itself
    shown.save(file, form.format, **how)
    return file.getvalue()


def _settings(image: Image, form: Form, *, full_size: bool) -> dict[str, Any]:
    if form.format == "avif" and full_size:
        return EXACT_ALPHA
    if form.format == "webp" and image.getcolors(FEW_COLOURS):
        return LOSSLESS
    return SAVING[form.format]
