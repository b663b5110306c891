"""Stills of every mode and kind, small enough to be made for each test."""

from __future__ import annotations

import io
import multiprocessing
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageCms, PngImagePlugin

from image_similarity import gradient
from mkdocs_masko.variants import Variant, encode_all

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.variants import Format

SIDE = 48  # px
DRAWN = gradient(SIDE, SIDE)
PRIVATE = "Taken at home, for nobody's eyes"


def saved(path: Path, image: Image.Image, **how: Any) -> Path:  # noqa: ANN401 - as `save` takes
    """Write a picture in the format of the path's suffix."""
    image.save(path, **how)
    return path


def drawn(folder: Path, name: str = "fox.png", **how: Any) -> Path:  # noqa: ANN401
    """Write the gradient of 48 px."""
    return saved(folder / name, DRAWN, **how)


def variant(format_: Format = "png", width: int = SIDE, height: int | None = None) -> Variant:
    return Variant(format=format_, width=width, height=height or width)


def opened(data: bytes) -> Image.Image:
    """Open an image; a palette becomes colours."""
    image = Image.open(io.BytesIO(data))
    image.load()
    if image.mode != "P":
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def other_profile() -> bytes:
    """Return a profile in which red and green have changed places."""
    swapped = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    places = {bytes(swapped[at : at + 4]): at + 4 for at in range(132, 132 + 12 * swapped[131], 12)}
    red, green = places[b"rXYZ"], places[b"gXYZ"]
    swapped[red : red + 8], swapped[green : green + 8] = (
        swapped[green : green + 8],
        swapped[red : red + 8],
    )
    return bytes(swapped)


def talkative() -> dict[str, Any]:
    """Return what `save` of a PNG takes for metadata of every kind."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", PRIVATE)
    text.add_itxt("Author", PRIVATE, zip=True)
    exif = Image.Exif()
    exif[0x010E] = PRIVATE
    return {"pnginfo": text, "exif": exif, "dpi": (300, 300)}


def made_here(todo: list[tuple[Path, tuple[Variant, ...]]]) -> tuple[int, int]:
    """Encode in this process, which may be a pool's; return how many, and processes started.

    It stands here because a new process finds no test module by its name.
    """
    made = sum(isinstance(result, bytes) for *_, result in encode_all(todo, workers=2))
    return made, len(multiprocessing.active_children())
