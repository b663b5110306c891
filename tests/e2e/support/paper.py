"""Paper: a printed page as a picture."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess

from PIL import Image

_DPI = 96  # a pixel for each px


def printed(pdf: str) -> Image.Image:
    """Return the first sheet of a PDF in base64 as WebDriver answers it."""
    tool = shutil.which("pdftoppm")
    if tool is None:
        raise RuntimeError("there is no pdftoppm here; 'make browsers' installs poppler-utils")
    command = [tool, "-r", str(_DPI), "-f", "1", "-l", "1", "-png", "-"]
    done = subprocess.run(command, input=base64.b64decode(pdf), stdout=subprocess.PIPE, check=True)
    with Image.open(io.BytesIO(done.stdout)) as image:
        return image.convert("RGB")
