"""What stands on a page: a golden file for each form of an embed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import html5lib
import pytest

from hostile_texts import TEXTS
from manifest_samples import FOX, HOST, check_golden, manifest, renderer
from mkdocs_masko.assets import SiteFiles
from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.manifest import Pose, find_pose
from mkdocs_masko.rendering import Renderer, StandalonePage, make_call, select_pose, templates_dir
from mkdocs_masko.rendering.call import check_arguments
from mkdocs_masko.text import replace_controls

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET


GOLDEN = Path(__file__).parents[1] / "golden" / "embeds"

CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "image": ("masko_image", "wave", {"alt": "A fox"}),
    "image-named-by-the-pose": ("masko_image", "plush-swagger", {}),
    "image-sized": ("masko_image", "wide", {"width": 300}),
    "image-of-a-height": ("masko_image", "wide", {"height": 100}),
    "image-in-a-box": ("masko_image", "wide", {"width": 50, "height": 50}),
    "image-eager": ("masko_image", "wave", {"loading": "eager"}),
    "image-background": ("masko_image", "wave", {"background": True}),
    "image-background-without-one": ("masko_image", "wide", {"background": True}),
    "image-opaque-only": ("masko_image", "opaque", {}),
    "image-of-a-pose-without-animation": ("masko", "still", {}),
    "image-dark": ("masko_image", "wave", {"dark": "night"}),
    "image-decoration": ("masko_image", "wave", {"alt": ""}),
    "image-link": ("masko_image", "wave", {"href": "page.html?a=1&b=2"}),
    "image-figure": ("masko_image", "wave", {"caption": "Our fox & co"}),
    "image-id-and-class": ("masko_image", "wave", {"id": "fox", "class": "big  round"}),
    "image-left": ("masko_image", "wave", {"align": "left"}),
    "image-right": ("masko_image", "wave", {"align": "right"}),
    "image-center": ("masko_image", "wave", {"align": "center"}),
    "animation": ("masko", "wave", {"alt": "A fox"}),
    "animation-asked-for": ("masko_animation", "wave", {}),
    "animation-once": ("masko", "wave", {"play": "once"}),
    "animation-hover": ("masko", "wave", {"play": "hover"}),
    "animation-click": ("masko", "wave", {"play": "click"}),
    "animation-background": ("masko", "wave", {"background": True}),
    "animation-background-of-a-known-codec": ("masko", "known", {"background": True}),
    "animation-once-again": ("masko", "wave", {"play": "once", "replay": True}),
    "animation-once-for-long": ("masko", "long", {"play": "once"}),
    "animation-dark-figure": ("masko", "wave", {"dark": "still", "id": "fox", "caption": "Hi"}),
    "animation-dark-with-an-id": ("masko", "wave", {"dark": "still", "id": "fox"}),
    "image-dark-link": ("masko_image", "wave", {"dark": "night", "href": "page.html"}),
    "animation-dark": ("masko", "wave", {"dark": "night"}),
    "animation-decoration": ("masko", "wave", {"alt": ""}),
    "animation-eager": ("masko", "wave", {"loading": "eager"}),
    "animation-link": ("masko", "wave", {"href": "page.html"}),
    "animation-figure": ("masko", "wave", {"caption": "Our fox", "id": "fox", "class": "big"}),
    "animation-left": ("masko", "wave", {"align": "left"}),
    "animation-right": ("masko", "wave", {"align": "right"}),
    "animation-center": ("masko", "wave", {"align": "center"}),
    "animation-only-webm": ("masko", "only-webm", {}),
    "animation-only-mov": ("masko", "only-mov", {}),
    "animation-without-transparent-image": ("masko", "opaque", {}),
    "animation-without-pictures": ("masko", "faceless", {}),
    "animation-first": ("masko", "two", {}),
    "animation-second": ("masko", "two", {"animation": 1}),
    "animation-not-transparent": ("masko", "opaque-webm", {}),
    "animation-only-mp4-background": ("masko", "only-mp4", {"background": True}),
    "sized-small": ("masko", "sized", {"width": 64}),
    "sized-just-sharp": ("masko", "sized", {"width": 128}),
    "sized-a-little-more": ("masko", "sized", {"width": 129}),
    "sized-large": ("masko", "sized", {"width": 2000}),
    "sized-by-height": ("masko", "sized", {"height": 100}),
    "sized-not-at-all": ("masko", "sized", {}),
    "everything": (
        "masko",
        "sized",
        {
            "alt": "A <fox> & \"co\" 'so'",
            "width": "100",
            "height": "80",
            "kind": "animation",
            "play": "hover",
            "class": "big",
            "id": "fox",
            "align": "right",
            "caption": "<b>",
            "href": "x.html?a&b",
            "loading": "eager",
            "background": True,
            "dark": "night",
            "animation": 0,
        },
    ),
}


_RENDERER = renderer()  # one, whose templates are compiled once


def render(function: str, reference: str, arguments: dict[str, Any]) -> str:
    return _RENDERER.embed(make_call(function, [reference], arguments, ""), StandalonePage()).html


@pytest.mark.parametrize("name", CASES)
def test_an_embed_is_that_of_its_golden_file(name: str) -> None:
    check_golden(GOLDEN / f"{name}.html", render(*CASES[name]))


def test_every_golden_file_has_its_case() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == {*CASES}


def parsed(html: str, *, strict: bool = True) -> ET.Element:
    """Parse; strictly, a fault of the markup is an error."""
    parser = html5lib.HTMLParser(strict=strict, namespaceHTMLElements=False)
    fragment: ET.Element = parser.parseFragment(html)
    return fragment


@pytest.mark.parametrize("name", CASES)
def test_an_embed_is_sound_html(name: str) -> None:
    assert len(parsed(render(*CASES[name]))) >= 1


@pytest.mark.parametrize("name", CASES)
def test_an_embed_knows_its_box_and_its_name(name: str) -> None:
    root = parsed(render(*CASES[name]))
    boxes = [*root.iter("img"), *root.iter("video")]
    assert boxes
    for box in boxes:
        assert int(box.get("width", "")) > 0
        assert int(box.get("height", "")) > 0
    assert sum("id" in element.attrib for element in root.iter()) == ("id" in CASES[name][2])


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("animation")])
def test_the_sources_stand_in_the_order_that_browsers_need(name: str) -> None:
    order = ['video/mp4; codecs="hvc1"', 'video/webm; codecs="vp9"']
    opaque = ["video/mp4", 'video/mp4; codecs="avc1.42E01E"']
    for video in parsed(render(*CASES[name])).iter("video"):
        types = [source.get("type") for source in video]
        assert types in [order, order[:1], order[1:], opaque[:1], opaque[1:]]


_ONLY_MP4 = "pose 'only-mp4' has no image that could be shown"
PROBLEMS = [
    ("masko", "bare", {}, "pose 'bare' has no image that could be shown"),
    ("masko_image", "faceless", {}, "pose 'faceless' has no image that could be shown"),
    ("masko", "only-mp4", {}, "pose 'only-mp4' has no image that could be shown"),
    ("masko", "only-mp4", {}, f"{_ONLY_MP4}; its video has a background: write background=true"),
    (
        "masko_image",
        "only-mp4",
        {},
        f"{_ONLY_MP4}; its video has a background: masko_animation() with",
    ),
    (
        "masko_animation",
        "only-mp4",
        {},
        "pose 'only-mp4' has no transparent animation; write background=true",
    ),
    (
        "masko_animation",
        "opaque-webm",
        {"background": True},
        "pose 'opaque-webm' has no animation; write kind=image, or masko_image()",
    ),
    ("masko_animation", "bare", {}, "pose 'bare' has no animation and no still image"),
    (
        "masko_animation",
        "only-webm",
        {"background": True},
        "pose 'only-webm' has no animation with a background; leave out 'background'",
    ),
    (
        "masko_image",
        "faceless",
        {},
        "pose 'faceless' has no image that could be shown; leave out kind=image",
    ),
    ("masko_animation", "still", {}, "pose 'still' has no animation; write kind=image"),
    ("masko", "still", {"kind": "animation"}, "pose 'still' has no animation; write kind=image"),
    (
        "masko_animation",
        "opaque-webm",
        {},
        "pose 'opaque-webm' has no animation; write kind=image",
    ),
    ("masko", "two", {"animation": 2}, "pose 'two' has 2 animation(s), counted from 0"),
    ("masko", "still", {"animation": 1}, "pose 'still' has no animation(s), counted from 0"),
    ("masko", "wave", {"dark": "nigth"}, "no pose 'nigth' in 'Fox Mascot'"),
    ("masko", "wavee", {}, "no pose 'wavee' in 'Fox Mascot' (did you mean 'wave'?)"),
    ("masko", "wave", {"widht": 1}, "unknown argument 'widht' (did you mean 'width'?)"),
    (
        "masko_image",
        "wave",
        {"kind": "image"},
        "masko_image() takes no 'kind'; write masko() with it",
    ),
    ("masko_url", "wave", {"key": "imag"}, "pose 'wave' has no 'imag' (did you mean 'image'?)"),
    ("masko_url", "bare", {}, "pose 'bare' has no ''. There are: none"),
    (
        "masko_url",
        "wave",
        {"alt": "x"},
        "unknown argument 'alt'. There are: key, animation, absolute",
    ),
    (
        "masko_url",
        "wave",
        {"key": "video", "animation": 1},
        "pose 'wave' has 1 animation(s), counted from 0",
    ),
    ("masko_url", "wave", {"animation": "x"}, "argument 'animation' must be a whole number from 0"),
]


@pytest.mark.parametrize(("function", "reference", "arguments", "message"), PROBLEMS)
def test_what_is_not_there_is_a_problem_and_no_markup(
    function: str, reference: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ReferenceProblem) as caught:
        render(function, reference, arguments)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("reference", "arguments", "address"),
    [
        ("wave", {}, "wave.png"),
        ("opaque", {}, "opaque.jpg"),
        ("wave", {"key": "image"}, "wave.jpg"),
        ("wave", {"key": "transparent_image"}, "wave.png"),
        ("wave", {"key": "video"}, "wave.mp4"),
        ("wave", {"key": "transparent_video_webm"}, "wave.webm"),
        ("wave", {"key": "transparent_video_mov"}, "wave.mov"),
        ("wave", {"key": "transparent_video_android"}, "wave-stacked.mp4"),
        ("sized", {"key": "video_256"}, "sized-256.mp4"),
        ("two", {"key": "video", "animation": "1"}, "second.mp4"),
        ("two", {"key": "image", "animation": 1}, "two.jpg"),
        ("wave", {"key": None}, "wave.png"),
    ],
)
def test_an_address_is_that_of_the_file(
    reference: str, arguments: dict[str, Any], address: str
) -> None:
    assert render("masko_url", reference, arguments) == f"{HOST}/masko/{address}"


class OddPage(StandalonePage):
    """A page whose URLs hold everything that must be quoted."""

    root = "../a?b&c'\"<"

    def link(self, href: str) -> str:
        """Return a link with the same."""
        return f"../{href}&'\"<"


def test_the_page_decides_what_urls_look_like() -> None:
    odd = Renderer(manifest(), SiteFiles(lambda _: "0" * 64))
    call = make_call("masko", ["wave"], {"href": "x", "dark": "night"}, "")
    root = parsed(odd.embed(call, OddPage()).html)
    assert [link.get("href") for link in root.iter("a")] == ["../x&'\"<"] * 2
    folder = f"{OddPage.root}assets/masko"
    urls = {source.get("src") for source in root.iter("source")}
    assert urls == {
        f"{folder}/{pose}.0000000000000000.{suffix}"
        for pose in ("wave", "night")
        for suffix in ("mov", "webm")
    }
    picture = make_call("masko_image", ["wave"], {"dark": "night"}, "")
    root = parsed(odd.embed(picture, OddPage()).html)
    assert [image.get("src") for image in root.iter("img")] == [
        f"{folder}/{pose}.0000000000000000.png" for pose in ("wave", "night")
    ]
    url = odd.embed(make_call("masko_url", ["wave"], {}, ""), OddPage()).html
    assert url == f"{folder}/wave.0000000000000000.png"


def test_an_embed_says_what_it_loads_and_what_it_lacks() -> None:
    """A build reads from it what to publish, what a page weighs and what to warn of."""
    page, files = StandalonePage(), SiteFiles(lambda _: "0" * 64, variants=True)
    embed = Renderer(manifest(), files).embed(
        make_call("masko", ["only-webm"], {"width": 100}, ""), page
    )
    roles = [load.role for load in embed.loads]
    assert roles == ["first", "dense", "other", "other", "other", "other", "video"]
    assert {load.pose for load in embed.loads} == {"fox/only-webm"}
    assert len({load.name for load in embed.loads}) == 7
    assert all(
        load.file and load.file.path in {load.name for load in embed.loads} for load in embed.loads
    )
    assert [gap.partition(":")[0] for gap in embed.gaps] == ["fox/only-webm"]
    remote = Renderer(manifest()).embed(make_call("masko_image", ["wave"], {}, ""), page)
    assert [(load.role, load.file, load.name) for load in remote.loads] == [
        (role, None, f"{HOST}/masko/wave.png") for role in ("first", "dense")
    ]


@pytest.mark.parametrize(("pose", "made"), [("only-webm", "mov"), ("only-mov", "webm")])
def test_a_pose_lacks_nothing_where_the_site_makes_the_other_half(pose: str, made: str) -> None:
    """Until that turns out to be impossible; then it shows less, and says so."""
    page, files = StandalonePage(), SiteFiles(lambda _: "0" * 64, variants=True, videos=True)
    renderer = Renderer(manifest(), files)
    call = make_call("masko", [pose], {"width": 100}, "")
    embed = renderer.embed(call, page)
    sources = [each.get("src") or "" for each in parsed(embed.html).iter("source")]
    videos = [url for url in sources if url.endswith((".mov", ".webm"))]
    assert [url.rpartition(".")[2] for url in videos] == ["mov", "webm"]
    assert embed.gaps == ()
    sizes = {load.name: math.inf if load.name.endswith(made) else 1.0 for load in embed.loads}
    assert files.learn_sizes(sizes)
    again = renderer.embed(call, page)
    assert [gap.partition(":")[0] for gap in again.gaps] == [f"fox/{pose}"]
    assert f".{made}" not in again.html


def test_an_absolute_url_is_no_load_of_the_page() -> None:
    """Its file is published, for whoever reads it elsewhere."""

    class Page(StandalonePage):
        site_url = "https://fox.example/"

    renderer = Renderer(manifest(), SiteFiles(lambda _: "0" * 64))
    arguments = {"key": "video", "absolute": True}
    url = renderer.embed(make_call("masko_url", ["wave"], arguments, ""), Page())
    (load,) = url.loads
    assert load.role == "other"
    assert load.file
    assert url.html == f"https://fox.example/{load.file.path}"


def test_equal_embeds_are_rendered_once() -> None:
    """Whatever page they stand on; what differs in anything that shows is another."""
    odd, page = Renderer(manifest(), SiteFiles(lambda _: "0" * 64)), StandalonePage()
    call = make_call("masko", ["wave"], {"width": 100}, "")
    assert odd.embed(call, page) is odd.embed(call, StandalonePage())
    assert odd.embed(call, page) is not odd.embed(call, OddPage())
    other = make_call("masko", ["wave"], {"width": 101}, "")
    assert odd.embed(call, page) is not odd.embed(other, page)


def test_a_template_of_the_site_comes_before_ours(tmp_path: Path) -> None:
    (tmp_path / "masko").mkdir()
    (tmp_path / "masko" / "still.html").write_text("<i>{{ pose.alt }}</i>")
    found = Renderer(manifest(), overrides=[tmp_path / "missing", tmp_path])
    call = make_call("masko_image", ["wave"], {"alt": "<fox>", "caption": "c"}, "")
    assert found.embed(call, StandalonePage()).html == (
        '<figure class="masko masko-figure"><i>&lt;fox&gt;</i>'
        '<figcaption class="masko-caption">c</figcaption></figure>'
    )
    video = make_call("masko", ["wave"], {}, "")
    assert "<i>wave</i><template><video" in found.embed(video, StandalonePage()).html


def test_the_templates_are_found_beside_the_package_or_in_it() -> None:
    assert (templates_dir() / "masko" / "video.html").is_file()


def test_a_default_collection_is_where_names_are_looked_up() -> None:
    both = manifest(fox={"wave": FOX["wave"]}, owl={"wave": FOX["still"]})
    for default, alt in (("fox", "wave"), ("owl", "still")):
        call = make_call("masko_image", ["wave"], {}, "")
        html = Renderer(both, default=default).embed(call, StandalonePage()).html
        assert f'alt="{alt}"' in html


@pytest.mark.parametrize(
    ("arguments", "box"),
    [
        ({}, (600, 200)),
        ({"width": 300}, (300, 100)),
        ({"height": 50}, (150, 50)),
        ({"width": 10, "height": 999}, (10, 3)),
        ({"width": 999, "height": 10}, (30, 10)),
        ({"width": 1}, (1, 1)),
        ({"width": 8192}, (8192, 2731)),
    ],
)
def test_the_box_keeps_the_ratio_of_the_picture(
    arguments: dict[str, int], box: tuple[int, int]
) -> None:
    (pose,) = select_pose(find_pose(manifest(), "wide"), check_arguments(arguments)).poses
    assert (pose.width, pose.height) == box


def test_hostile_texts_are_text_in_every_place() -> None:
    """A name of blanks is none."""
    wrong = []
    found = renderer()
    for text in TEXTS:
        name = text.encode("utf-8", "replace").decode()
        hostile = Pose(name=name, image=FOX["wave"].image)
        found.manifest = manifest(fox={**FOX, "hostile": hostile})
        call = make_call("masko", ["hostile"], {"caption": text, "class": text}, "")
        figure = next(parsed(found.embed(call, StandalonePage()).html, strict=False).iter("figure"))
        img, caption = figure
        seen = (img.get("alt"), caption.text, figure.get("class"), len([*figure.iter()]))
        classes = " ".join(["masko", *replace_controls(text).split(), "masko-figure"])
        named = replace_controls(name) if name.strip() else ""
        if seen != (named, replace_controls(text), classes, 3):
            wrong.append(text)
    assert not wrong
