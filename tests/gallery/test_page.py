"""The catalogue as HTML: sound whatever poses are called, and fit for a strict policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import html5lib
import pytest

import hostile_texts
import manifest_samples
import sites
from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.gallery import render
from mkdocs_masko.manifest import Manifest, Pose, make
from mkdocs_masko.rendering import Call, ManifestUrls, Renderer, make_call
from mkdocs_masko.text import sanitize, slugify

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

HELD = [text for text in hostile_texts.TEXTS if not re.search("[\ud800-\udfff\ufffe]", text)]
"""What a manifest can hold and HTML may: no half characters, and none that are no characters."""


def _html(manifest: Manifest, *positional: object, **named: Any) -> str:  # noqa: ANN401
    call = make_call("masko_gallery", positional, named, "")
    return render(call, Renderer(manifest, default="fox"), ManifestUrls())


def _two() -> Manifest:
    return manifest_samples.manifest(
        fox=manifest_samples.FOX, owl={"wave": manifest_samples.FOX["wave"]}
    )


def _cards(html: str) -> list[ET.Element]:
    return [e for e in sites.parse(html).iter("li") if "mg-card" in e.get("class", "").split()]


def _text(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_all_poses_of_all_collections_are_in_it() -> None:
    html = _html(_two())
    assert len(_cards(html)) == len(manifest_samples.FOX) + 1
    assert f"{len(manifest_samples.FOX) + 1} poses" in html


def test_one_collection_is_shown_where_it_is_named() -> None:
    assert len(_cards(_html(_two(), "owl"))) == 1
    assert _html(_two(), collection="owl") == _html(_two(), "owl")
    assert _html(_two(), None) == _html(_two())


def test_a_card_says_name_markdown_files_and_what_is_missing() -> None:
    card = next(c for c in _cards(_html(_two())) if "only-webm" in c.get("data-words", ""))
    said = _text(card)
    assert "![only-webm](masko:only-webm)" in said
    assert re.search(r"WebM ?512 px, \d+ kB", said)
    assert "no MOV: Safari shows the still image" in said
    (button,) = [b for b in card.iter("button") if "mg-copy" in b.get("class", "")]
    assert button.get("data-copy") == "![only-webm](masko:only-webm)"


def test_its_pictures_have_a_size_and_are_lazy_and_its_videos_fetch_nothing() -> None:
    root = sites.parse(_html(_two()))
    images, videos = [*root.iter("img")], [*root.iter("video")]
    assert len(images) > len(videos) > len(manifest_samples.FOX) / 2
    assert {image.get("loading") for image in images} == {"lazy"}
    assert {video.get("preload") for video in videos} == {"none"}
    for element in (*images, *videos):
        assert 0 < int(element.get("width", "0")) <= 128
        assert 0 < int(element.get("height", "0")) <= 128


def test_the_filter_offers_what_is_missing_anywhere_with_the_number_of_poses() -> None:
    html = _html(_two())
    offered = {option.get("value"): _text(option) for option in sites.parse(html).iter("option")}
    words = [card.get("data-gaps", "").split() for card in _cards(html)]
    for key, text in offered.items():
        if key:
            count = sum(key in each for each in words)
            assert text.endswith(f"({count})"), key
    assert {"no-mov", "no-webm", "no-animation", "no-image", "complete"} <= offered.keys()


def test_it_needs_no_exception_of_a_strict_policy() -> None:
    """No script, style or handler in the markup, and no address but that of media."""
    for element in sites.parse(_html(_two())).iter():
        assert element.tag not in {"script", "style", "link"}
        names = set(element.attrib)
        assert not {name for name in names if name.startswith("on") or name == "style"}


def test_a_theme_keeps_it_out_of_search_unless_it_is_asked_for() -> None:
    (asked, unasked) = (_html(_two(), search=value) for value in (True, False))
    assert "data-search-exclude" in unasked
    assert "data-search-exclude" not in asked
    assert _html(_two()) == unasked


@pytest.mark.parametrize("level", [1, 2, 5])
def test_its_headings_go_below_those_of_the_page(level: int) -> None:
    root = sites.parse(_html(_two(), level=level))
    assert [_text(h).split()[0] for h in root.iter(f"h{level}")] == ["Fox", "Fox"]
    assert len([*root.iter(f"h{level + 1}")]) == len(manifest_samples.FOX) + 1


WRONG: list[tuple[tuple[object, ...], dict[str, Any], str]] = [
    (("fxo",), {}, "no collection 'fxo' (did you mean 'fox'?). There are: fox, owl."),
    (("hawk",), {}, "no collection 'hawk'. There are: fox, owl."),
    (
        (7,),
        {},
        'masko_gallery() takes the name of a collection, or nothing: masko_gallery("owl")',
    ),
    (
        (" ",),
        {},
        'masko_gallery() takes the name of a collection, or nothing: masko_gallery("owl")',
    ),
    (("fox", "owl"), {}, "masko_gallery() takes collection, and all other arguments by name"),
    ((), {"serch": True}, "unknown argument 'serch' (did you mean 'search'?)"),
    ((), {"pose": "wave"}, "unknown argument 'pose'. There are: collection, level, search"),
    ((), {"search": "yes"}, "argument 'search' takes true or false, not 'yes'"),
    ((), {"level": 6}, "argument 'level' takes a whole number from 1 to 5, not '6'"),
    ((), {"level": True}, "argument 'level' takes a whole number from 1 to 5, not 'True'"),
]


@pytest.mark.parametrize(("positional", "named", "told"), WRONG)
def test_a_call_that_does_not_fit_is_told(
    positional: tuple[object, ...], named: dict[str, Any], told: str
) -> None:
    with pytest.raises(ReferenceProblem) as error:
        _html(_two(), *positional, **named)
    assert str(error.value).startswith(told)


def test_without_any_collection_it_says_so() -> None:
    with pytest.raises(ReferenceProblem, match="there are no collections"):
        _html(make({}), "fox")
    assert "0 poses" in _html(make({}))


def _named(names: list[str]) -> Manifest:
    """Make a manifest with poses of these names, in a collection of the first one."""
    poses = {
        f"{slugify(name)[:80]}-{n}": manifest_samples.pose("w", name=name)
        for n, name in enumerate(names)
    }
    bare = {f"bare-{n}": Pose(name=name) for n, name in enumerate(names)}
    moving = {"moving": manifest_samples.pose("w", manifest_samples.animation("w"), name=names[0])}
    collection = manifest_samples.collection({**poses, **bare, **moving}, name=names[-1])
    return make({"fox": collection})


def test_hostile_names_are_text_wherever_they_stand() -> None:
    """The page is valid HTML, and each card has the name of its pose, to the letter."""
    html = _html(_named(HELD))
    html5lib.HTMLParser(strict=True).parseFragment(html)
    cards = _cards(html)
    assert len(cards) == 2 * len(HELD) + 1
    titles = {_text(next(card.iter("h3"))) for card in cards}
    wanted = {" ".join(sanitize(name).split()) for name in HELD}
    assert wanted - titles <= {""}  # a name of spaces alone: its slug is shown
    allowed = {"masko-gallery", "masko-pose", "form", "fieldset"}
    for element in sites.parse(html).iter():
        assert not element.tag.startswith("masko-") or element.tag in allowed
        assert not {name for name in element.attrib if name.startswith("on")}


def test_a_hostile_collection_is_text_too() -> None:
    for text in HELD[::7]:
        html = _html(make({"fox": manifest_samples.collection(manifest_samples.FOX, name=text)}))
        html5lib.HTMLParser(strict=True).parseFragment(html)
        assert len(_cards(html)) == len(manifest_samples.FOX)


def test_what_is_missing_is_shown_and_no_reason_to_warn() -> None:
    """A page that is there to show gaps does not fill the log of a build with them."""
    told: list[str] = []

    class Place(ManifestUrls):
        def lacks(self, pose: str, gap: str) -> None:
            told.append(f"{pose}: {gap}")

    call = Call(function="masko_gallery", reference="", arguments={}, source="")
    render(call, Renderer(manifest_samples.manifest()), Place())
    assert told == []
