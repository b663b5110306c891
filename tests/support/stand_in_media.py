"""Small files in the place of the cast's media, for tests that look at addresses only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_POSES = (
    *("fox/wave", "fox/idle", "fox/card-sit", "fox/cheer", "hedgehog/idle"),
    *("owl/swagger", "owl/blink", "owl/orb", "owl/card-sit", "owl/cafe"),
)
_FILES = (
    *("image.png", "transparent_image.png", "0/video.mp4", "0/transparent_video_webm.webm"),
    *("0/transparent_video_webm_256.webm", "0/transparent_video_mov.mov"),
    "0/transparent_video_android.mp4",
)


def stand_in_media(folder: Path) -> Path:
    """Fill a folder as the sandbox wants it; each file holds its own name, 100 times."""
    (folder / "placeholder.png").write_bytes(b"placeholder")
    for name in (f"{pose}/{file}" for pose in _POSES for file in _FILES):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode() * 100)
    return folder
