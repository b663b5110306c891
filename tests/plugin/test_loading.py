"""What pages and themes fetch early, in whole builds: their first pose, and what shows of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import sites
from manifest_samples import FOX, manifest
from mkdocs_masko.manifest import dumps
from mkdocs_masko.palette import opening_palette

if TYPE_CHECKING:
    from pathlib import Path

SELF = {**sites.SANDBOX, "hosting": "self"}
FIRST, LATER, EAGER = "eager high", "lazy", "eager"
"""How an image is fetched: its `loading` and its `fetchpriority`."""
WAVE = "![A fox](masko:wave){ width=64 }"
DARK = '{{ masko("wave", width=64, dark="idle") }}'


def fetched(page: str) -> list[str]:
    """Return how each image of a page is fetched."""
    return [
        " ".join(filter(None, (image.get("loading"), image.get("fetchpriority"))))
        for image in sites.parse(page).iter("img")
    ]


def preloads(page: str) -> list[dict[str, str]]:
    """Return the preloads of a page."""
    links = sites.parse(page).iter("link")
    return [link.attrib for link in links if link.get("rel") == "preload"]


def offered(page: str) -> list[str]:
    """Return what each picture of a page offers first."""
    return [each[0].get("srcset", "") for each in sites.parse(page).iter("picture")]


THEME = (
    "<!DOCTYPE html><html lang=en><head><title>T</title>{{ masko_preload('wave', width=64) }}"
    "</head><body>{{ masko('wave', width=64) }}{{ page.content }}"
    "{{ masko_image('idle', width=64) }}{{ masko_image('idle', width=64, loading='lazy') }}"
)


@pytest.mark.parametrize("options", [sites.FROZEN, SELF], ids=["cdn", "self"])
def test_poses_of_the_theme_are_fetched_early_and_one_of_the_page(
    options: dict[str, Any], tmp_path: Path
) -> None:
    pages = {"index.md": f"{WAVE}\n\n{WAVE}", "sub/other.md": f"## A\n\n{WAVE}"}
    files = {"theme/main.html": THEME, "theme/404.html": "{{ masko('wave') }}"}
    built = sites.build(sites.make(tmp_path, pages, options=options, files=files)).good()
    assert fetched(built.page()) == [FIRST, FIRST, LATER, FIRST, LATER]
    assert fetched(built.page("sub/other/index.html")) == [FIRST, LATER, FIRST, LATER]
    assert fetched(built.page("404.html")) == [FIRST]
    assert sites.missing(built) == []


@pytest.mark.parametrize("options", [sites.FROZEN, SELF], ids=["cdn", "self"])
def test_a_preload_names_what_the_page_loads(options: dict[str, Any], tmp_path: Path) -> None:
    files = {"theme/main.html": THEME}
    pages = {"sub/index.md": "x"}
    built = sites.build(sites.make(tmp_path, pages, options=options, files=files)).good()
    page = built.page("sub/index.html")
    (link,) = preloads(page)
    assert link["as"] == "image"
    assert link["fetchpriority"] == "high"
    image = next(sites.parse(page).iter("img"))
    if options is SELF:
        assert link["imagesrcset"] == offered(page)[0]
        assert link["type"] == "image/avif"
    else:
        assert link["href"] == image.get("src")
    assert sites.missing(built) == []


def test_an_override_that_knows_nothing_of_priorities_stays_right(tmp_path: Path) -> None:
    files = {
        "theme/masko/still.html": '<img class="masko" src="{{ picture.src }}" alt="" '
        'loading="{{ pose.loading }}">',
        "theme/masko/pair.html": '<span class="masko-pair">{{ parts[0] }}{{ parts[1] }}</span>',
    }
    pages = {"index.md": f"{WAVE}\n\n{WAVE}", "dark.md": DARK}
    built = sites.build(sites.make(tmp_path, pages, files=files), "--strict").good()
    assert fetched(built.page()) == [EAGER, LATER]
    assert fetched(built.page("dark/index.html")) == [LATER, LATER]


def test_a_gallery_is_fetched_lazily(tmp_path: Path) -> None:
    options = {**sites.FROZEN, "gallery": True}
    files = {"theme/main.html": "{{ page.content }}{{ masko_gallery('owl') }}"}
    made = sites.make(tmp_path, {"index.md": "{{ masko_gallery() }}"}, options=options, files=files)
    built = sites.build(made, "--strict").good()
    for page in ("index.html", "mascots/index.html"):
        assert set(fetched(built.page(page))) == {LATER}


def test_pages_of_mkdocs_macros_have_a_first_pose(tmp_path: Path) -> None:
    text = "{% for pose in ['wave', 'idle'] %}{{ masko_image(pose) }}{% endfor %}"
    made = sites.make(tmp_path, {"index.md": text}, plugins=["macros", "masko"])
    assert fetched(sites.build(made, "--strict").good().page()) == [FIRST, LATER]


def test_a_post_has_a_first_pose_and_a_list_of_posts_none(tmp_path: Path) -> None:
    """There each post starts with an h2 of its own."""
    post = "---\ndate: 2025-01-0{0}\n---\n\n# Post {0}\n\n" + WAVE + "\n\n<!-- more -->\n\nMore.\n"
    pages = {f"blog/posts/{n}.md": post.replace("{0}", str(n)) for n in (1, 2)}
    pages |= {"index.md": "x", "blog/index.md": "# Blog\n"}
    theme = {"name": "material", "font": False}
    plugins = ["masko", "material/blog"]
    built = sites.build(sites.make(tmp_path, pages, theme=theme, plugins=plugins)).good()
    ours = [
        [image.get("loading") for image in sites.parse(built.page(page)).iter("img")][-2:]
        for page in ("blog/2025/01/01/post-1/index.html", "blog/index.html")
    ]
    assert ours[0][-1] == "eager"
    assert ours[1] == ["lazy", "lazy"]


LIGHT_MEDIA, DARK_MEDIA = "(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"
_TOGGLES = [{"scheme": "default"}, {"scheme": "slate"}]
_MEDIA = [
    {"scheme": "default", "media": LIGHT_MEDIA},
    {"scheme": "slate", "media": DARK_MEDIA},
]
PALETTES: list[tuple[dict[str, Any], str]] = [
    ({}, "system"),
    ({"palette": {"scheme": "slate"}}, "dark"),
    ({"palette": {"scheme": "default"}}, "light"),
    ({"palette": {"primary": "teal"}}, "light"),
    ({"palette": {"scheme": "mine"}}, "light"),
    ({"palette": _TOGGLES}, "light"),
    ({"palette": _TOGGLES[::-1]}, "dark"),
    ({"palette": _MEDIA}, "system"),
    ({"palette": _MEDIA[::-1]}, "system"),
    ({"palette": [{"media": "(prefers-color-scheme)"}, *_MEDIA]}, "system"),
    ({"palette": [{"scheme": "slate", "media": "(prefers-color-scheme)"}]}, "dark"),
    ({"palette": [{"scheme": "slate", "media": DARK_MEDIA}]}, "dark"),
    (
        {
            "palette": [
                {"scheme": "slate", "media": LIGHT_MEDIA},
                {"scheme": "default", "media": DARK_MEDIA},
            ]
        },
        "",
    ),
    ({"palette": "gruvbox_dark"}, "system"),  # Terminal names one
    ({"palette": ["dark", None]}, "system"),
    ({"palette": True}, "system"),
    ({"color_mode": "light"}, "light"),
    ({"color_mode": "dark"}, "dark"),
    ({"color_mode": "auto"}, "system"),
]


@pytest.mark.parametrize(("theme", "palette"), PALETTES)
def test_the_palette_that_a_site_opens_in_is_that_of_its_theme(
    theme: dict[str, Any], palette: str
) -> None:
    assert opening_palette(theme) == palette


@pytest.mark.parametrize("loading", ["auto", "eager"])
@pytest.mark.parametrize(
    ("palette", "expected"),
    [
        (_TOGGLES, ["eager", "lazy"]),
        (_TOGGLES[::-1], ["lazy", "eager"]),
        (_MEDIA, ["lazy", "lazy"]),
    ],
)
def test_of_two_palettes_only_what_shows_is_fetched_early(
    palette: list[dict[str, str]], expected: list[str], loading: str, tmp_path: Path
) -> None:
    text = DARK.replace(") }}", f', loading="{loading}") }}}}')
    theme = {"name": "material", "font": False, "palette": palette}
    made = sites.make(tmp_path, {"index.md": f"# T\n\n{text}"}, theme=theme, options=SELF)
    page = sites.build(made, "--strict").good().page()
    images = [i for i in sites.parse(page).iter("img") if "off-glb" in i.get("class", "")]
    assert [image.get("loading") for image in images] == expected
    links = preloads(page)
    assert [link["media"] for link in links] == (
        [LIGHT_MEDIA, DARK_MEDIA] if palette is _MEDIA else []
    )
    assert all(
        link["imagesrcset"] == srcset for link, srcset in zip(links, offered(page), strict=False)
    )


def test_explicit_eagerness_has_no_priority_below_the_first_heading(tmp_path: Path) -> None:
    """Whatever else a page loads first is more urgent."""
    text = f"## A\n\n{WAVE.replace('64', '64 loading=eager')}\n\n" + DARK.replace(
        ") }}", ', loading="eager") }}'
    )
    page = sites.build(sites.make(tmp_path, {"index.md": text}), "--strict").good().page()
    assert fetched(page) == [EAGER, LATER, LATER]
    assert [link.get("fetchpriority") for link in preloads(page)] == [None, None]


def test_of_the_other_palette_nothing_is_preloaded_where_the_theme_has_decided(
    tmp_path: Path,
) -> None:
    files = {"theme/main.html": "<head>{{ masko_preload('wave', width=64, dark='idle') }}</head>x"}
    theme = {**sites.BARE, "color_mode": "dark"}
    page = sites.build(sites.make(tmp_path, {"index.md": ""}, files=files, theme=theme)).good()
    (link,) = preloads(page.page())
    assert "/idle." in link["href"]
    assert "media" not in link


def test_a_pose_without_a_still_image_cannot_be_preloaded(tmp_path: Path) -> None:
    files = {
        "theme/main.html": "{{ masko_preload('faceless') }}",
        "masko.manifest.json": dumps(manifest(fox={"faceless": FOX["faceless"]})),
    }
    options = {"collections": {"fox": "fox"}, "mode": "frozen"}
    made = sites.make(tmp_path, {"index.md": ""}, options=options, files=files)
    (warning,) = sites.build(made).lines("WARNING")
    assert warning == "masko: theme/main.html:1:4: pose 'faceless' has no still image to preload"


PRELOAD = '{{ masko_preload("wave", width=64) }}'


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        (PRELOAD, 0),
        (f"{PRELOAD}\n{PRELOAD}", 0),
        (f"- {PRELOAD}\n\n- x", 1),
        (f"Text {PRELOAD}", 1),
        (f"{PRELOAD} {WAVE}", 1),
        (WAVE, 1),
    ],
)
def test_a_preload_on_a_page_leaves_no_empty_paragraph(
    tmp_path: Path, text: str, paragraphs: int
) -> None:
    files = {"theme/main.html": "<body>{{ page.content }}"}
    built = sites.build(sites.make(tmp_path, {"index.md": text}, files=files), "--strict").good()
    assert len([*sites.parse(built.page()).iter("p")]) == paragraphs
    assert len(preloads(built.page())) == text.count("masko_preload")
