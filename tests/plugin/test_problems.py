"""Bad references: all of a build together, with place and remedy, and never a traceback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import sites

if TYPE_CHECKING:
    from pathlib import Path

SYNC = "Run 'mkdocs-masko sync' if it is new."
PAGES = {
    "index.md": """\
---
title: Problems
---

# Home

![A fox](masko:wavee) and {{ masko("wave", widht=3) }}

- item {{ masko("owl/blnk", alt="<An owl>") }}

| A | B |
|---|---|
| x | {{ masko("wave", width="big") }} |

{{ masko(wave) }} and {{ masko("wave" }}

<p><img src="masko:none" alt="Nobody"></p>

{{ masko("dog/wave") }} ![Again](masko:wavee) `{{ masko("code") }}`
""",
    "a/b.md": """\
![x](masko:wave "title") ![x][r] {{ masko("idle", "idle") }}

> {{ masko_url("wave", "webm") }}
> {{ masko("wave", animation=3) }}

!!! note
    {{ masko("") }} {{ masko_image("wave", kind="x") }}

[r]: masko:nope
""",
    "theme.md": "---\ntemplate: home.html\n---\n\nx\n",
}
TEMPLATE = '<body>{{ page.content }}{{ masko("nope") }}{{ masko_image("idle", foo=1) }}'
_ALL = (
    "alt, width, height, kind, play, replay, class, id, align, caption, href, loading, background"
)
_VIDEOS = ("transparent_video_android", "transparent_video_mov", "transparent_video_webm", "video")
_SIZED = ", ".join(f"{key}, {key}_256" for key in _VIDEOS)
_KEYS = f"image, transparent_image, {_SIZED}"
_FOX = "There are: card-sit, cheer, idle, wave."
_UNTERMINATED = (
    "unterminated masko(...): a quote, the parenthesis or }} is missing. "
    "In a table, write \\| for |."
)
EXPECTED = [
    f"docs/index.md:7:10: no pose 'wavee' in 'fox' (did you mean 'wave'?). {SYNC}",
    "docs/index.md:7:27: unknown argument 'widht' (did you mean 'width'?)",
    f"docs/index.md:9:8: no pose 'blnk' in 'owl' (did you mean 'blink'?). {SYNC}",
    "docs/index.md:13:7: argument 'width' must be whole pixels from 1 to 8192; got 'big'",
    'docs/index.md:15:1: masko() takes literal values only: masko("wave", width=240)',
    f"docs/index.md:15:23: {_UNTERMINATED}",
    f"docs/index.md:17:4: no pose 'none' in 'fox'. {_FOX} {SYNC}",
    "docs/index.md:19:1: no collection 'dog'. There are: fox, owl.",
    f"docs/index.md:19:34: no pose 'wavee' in 'fox' (did you mean 'wave'?). {SYNC}",
    "docs/a/b.md:1:6: an image of a pose takes no title; write { caption='...' }",
    f"docs/a/b.md:1:26: no pose 'nope' in 'fox'. {_FOX} {SYNC}",
    "docs/a/b.md:1:34: masko() takes pose, and all other arguments by name: width=240",
    f"docs/a/b.md:3:3: pose 'wave' has no 'webm'. There are: {_KEYS}",
    "docs/a/b.md:4:3: pose 'wave' has 1 animation(s), counted from 0",
    'docs/a/b.md:7:5: masko() needs the name of a pose first: masko("wave")',
    "docs/a/b.md:7:21: masko_image() takes no 'kind'; write masko() with it",
    f"theme/home.html:1:25: no pose 'nope' in 'fox'. {_FOX} {SYNC}",
    f"theme/home.html:1:44: unknown argument 'foo'. There are: {_ALL}, dark, animation",
]


def _site(folder: Path, plugins: tuple[str, ...] = ("masko",)) -> Path:
    extensions = ["admonition"]
    files = {"theme/home.html": TEMPLATE}
    return sites.make(folder, PAGES, plugins=plugins, files=files, markdown_extensions=extensions)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _site(tmp_path_factory.mktemp("problems"))


@pytest.fixture(scope="module")
def warned(folder: Path) -> sites.Built:
    return sites.build(folder, into="warned").good()


def test_a_build_warns_of_every_bad_reference_with_its_place(warned: sites.Built) -> None:
    assert sorted(warned.lines("WARNING")) == sorted(f"masko: {line}" for line in EXPECTED)
    assert not warned.lines("ERROR")


def test_the_page_shows_the_alt_text_instead(warned: sites.Built) -> None:
    words = " ".join("".join(sites.parse(warned.page()).itertext()).split())
    assert "A fox and wave" in words
    assert "item <An owl>" in words
    assert "Nobody" in words
    assert "dog/wave Again" in words
    assert sites.embeds(warned.page()) == []


@pytest.mark.parametrize("arguments", [["--strict"], ["--quiet", "--strict"]])
def test_a_strict_build_fails_once_with_the_whole_list(folder: Path, arguments: list[str]) -> None:
    """The one failure holds all of them, also where warnings are hidden."""
    built = sites.build(folder, *arguments, into="strict")
    assert built.code == 1
    assert "Traceback" not in built.output
    head, *rest = built.output[built.output.index("ERROR") :].splitlines()
    assert head == f"ERROR   -  masko: {len(EXPECTED)} bad references:"
    assert sorted(rest[: len(EXPECTED)]) == sorted(EXPECTED)
    assert rest[len(EXPECTED) :] == ["", "Aborted with a BuildError!"]


def test_the_place_is_that_of_the_bad_one_of_several(tmp_path: Path) -> None:
    page = (
        '<img src="masko:wave">\n<img src="masko:wave" widht="3">\n\n'
        '{{ masko("wave") }} {{ masko("wave" }} {{ masko("wave", width=3) }}\n\n'
        "![x](masko:wave) ![x](masko:wave){ widht=3 }\n"
    )
    built = sites.build(sites.make(tmp_path, {"index.md": page})).good()
    places = [line.split()[1] for line in built.lines("WARNING")]
    assert sorted(places) == ["docs/index.md:2:1:", "docs/index.md:4:21:", "docs/index.md:6:23:"]


def test_a_strict_setting_in_the_file_is_the_same(tmp_path: Path) -> None:
    sites.make(tmp_path, {"index.md": "![x](masko:wavee)"}, strict=True)
    built = sites.build(tmp_path, "--quiet")
    assert built.code == 1
    assert "ERROR   -  masko: 1 bad reference:\ndocs/index.md:1:6: no pose" in built.output


def test_a_bad_reference_of_a_template_is_told_once_for_all_pages(tmp_path: Path) -> None:
    files = {"theme/main.html": '<body>{{ page.content }}{{ masko("nope") }}'}
    sites.make(tmp_path, {f"{n}.md": "x" for n in range(5)}, files=files)
    assert len(sites.build(tmp_path).good().lines("WARNING")) == 1


@pytest.mark.parametrize("order", [("macros", "masko"), ("masko", "macros")])
def test_the_same_are_told_on_pages_of_mkdocs_macros(
    order: tuple[str, ...], tmp_path: Path
) -> None:
    """Whatever a macro was given, it becomes a problem with a place and never a traceback."""
    page = (
        '# Macros\n\n{{ masko("wavee") }} and {{ masko("wave", widht=3) }}\n\n'
        '{{ masko() }} {{ masko(1) }} {{ masko("wave", "idle") }}\n\n'
        '{% import "masko/macros.html" as m %}\n{{ m.image("idel") }}\n\n'
        '[x]({{ masko_url("wave", "webm") }}) ![A fox](masko:nope)\n'
    )
    sites.make(tmp_path, {"index.md": page}, plugins=order)
    built = sites.build(tmp_path).good()
    places = [re.sub(r"^masko: (\S+) .*", r"\1", line) for line in built.lines("WARNING")]
    assert places == [
        *("docs/index.md:3:1:", "docs/index.md:3:26:"),
        *("docs/index.md:5:1:", "docs/index.md:5:15:", "docs/index.md:5:30:"),
        *("docs/index.md:8:13:", "docs/index.md:10:5:", "docs/index.md:10:47:"),
    ]
    assert "Traceback" not in built.output + built.page()
    assert "Macro" not in built.page().replace("Macros", "")
