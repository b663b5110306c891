"""Still images of which an export has several sizes: the smallest one that is sharp is shown."""

from __future__ import annotations

from typing import Any

import pytest

from manifest_samples import HOST, manifest, medium
from mkdocs_masko.assets import SiteFiles
from mkdocs_masko.manifest import Medium, Pose
from mkdocs_masko.rendering import Embed, Renderer, StandalonePage, make_call

SIZED = Pose(
    name="wave",
    image=medium("wave.jpg", "image/jpeg", 1024),
    transparent_image=medium("wave.png", size=1024),
    image_sizes={
        "image_240": medium("wave-240.jpg", "image/jpeg", 240),
        "transparent_image_240": medium("wave-240.png", size=240),
        "transparent_image_480": medium("wave-480.png", size=480),
        "transparent_image_2048": medium("wave-2048.png", size=2048),
        # Not the same picture: it would be stretched.
        "transparent_image_250": Medium(
            url=f"{HOST}/masko/wave-250.png", type="image/png", width=250, height=400
        ),
    },
)


def shown(function: str, arguments: dict[str, Any], files: SiteFiles | None = None) -> Embed:
    call = make_call(function, ["wave"], arguments, "")
    return Renderer(manifest(fox={"wave": SIZED}), files).embed(call, StandalonePage())


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        ({"width": 64}, "wave-240.png"),
        ({"width": 120}, "wave-240.png"),
        ({"width": 121}, "wave-480.png"),
        ({"height": 240}, "wave-480.png"),
        ({"width": 241}, "wave.png"),
        ({"width": 2000}, "wave.png"),
        ({}, "wave.png"),
        ({"width": 64, "background": True}, "wave-240.jpg"),
        ({"width": 121, "background": True}, "wave.jpg"),
    ],
)
def test_the_smallest_size_that_is_sharp_is_shown(arguments: dict[str, Any], file: str) -> None:
    embed = shown("masko_image", arguments)
    assert f'src="{HOST}/masko/{file}"' in embed.html
    assert {load.url for load in embed.loads} == {f"{HOST}/masko/{file}"}


def test_the_box_is_that_of_the_whole_image() -> None:
    assert 'width="1024" height="1024"' in shown("masko_image", {}).html


def test_a_preload_names_the_same_size() -> None:
    assert f'href="{HOST}/masko/wave-240.png"' in shown("masko_preload", {"width": 64}).html


def test_a_size_has_a_url() -> None:
    url = shown("masko_url", {"key": "transparent_image_480"}).html
    assert url == f"{HOST}/masko/wave-480.png"


def test_variants_of_the_site_are_made_of_the_whole_image() -> None:
    files = SiteFiles(lambda _: "0" * 64, variants=True)
    loads = shown("masko_image", {"width": 64}, files).loads
    assert {load.url for load in loads} == {f"{HOST}/masko/wave.png"}
