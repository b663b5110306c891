"""Draw and encode the sandbox's sample media: `python scripts/draw_cast.py [--only fox/wave]`."""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from cast.board import BOARD, Scene, cut_out, opaque
from cast.encode import SUFFIX, write_png, write_video
from cast.placeholder import draw_placeholder
from cast.roster import CAST

if TYPE_CHECKING:
    from cast.roster import Pose

PLACEHOLDER = Scene(draw_placeholder, "#3b2f63", "#ece6fb")
MEDIA = Path(__file__).resolve().parents[1] / "mkdocs_masko" / "sandbox" / "media"


def main() -> None:
    """Write all poses, or those asked for, and tell what they weigh."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="MASCOT/POSE", action="append", help="repeatable")
    parser.add_argument("--out", type=Path, default=MEDIA, help="folder to write into")
    options = parser.parse_args()
    poses = {f"{pose.mascot}/{pose.name}": pose for pose in CAST}
    unknown = set(options.only or ()) - set(poses)
    if unknown:
        parser.error(f"no pose {', '.join(sorted(unknown))}; there are {', '.join(poses)}")
    for name in options.only or poses:
        write_pose(poses[name], options.out / name)
        print(f"{weight(options.out / name):9,} bytes  {name}")
    if not options.only:
        write_png(opaque(PLACEHOLDER, 256), options.out / "placeholder.png")
    print(f"{weight(options.out):9,} bytes  {options.out}")


def write_pose(pose: Pose, folder: Path) -> None:
    """Write the stills and the animations of one pose."""
    scenes = [Scene(act, pose.ink, pose.backdrop) for act in pose.acts]
    write_png(opaque(scenes[0], BOARD), folder / "image.png")
    if pose.cut_out:
        write_png(cut_out(scenes[0], BOARD), folder / "transparent_image.png")
    media = product(enumerate(scenes), pose.keys, pose.sizes)
    for (number, scene), key, size in media:
        variant = "" if size == pose.sizes[0] else f"_{size}"
        path = folder / str(number) / f"{key}{variant}{SUFFIX[key]}"
        write_video(scene, path, key=key, size=size)


def weight(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
