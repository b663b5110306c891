"""From the name on a page to the pose in the manifest."""

from __future__ import annotations

import pytest

from hostile_texts import TEXTS
from manifest_samples import FOX, manifest, pose
from mkdocs_masko.errors import MissingPose, ReferenceProblem
from mkdocs_masko.manifest import Collection, Pose, find_pose, make, unknown_collection
from mkdocs_masko.text import slugify

FOX_ONLY = manifest(fox={**FOX, "a-b": pose("a-b", name="a/b"), "x": pose("x", name="fox/y")})
BOTH = manifest(
    fox={"wave": pose("wave"), "card-sit": pose("card-sit", name="Card Sit")},
    owl={"wave": pose("wave"), "a-b": pose("a-b", name="a/b"), "hoot": pose("hoot")},
)
TWINS = manifest(
    fox={
        "wave-2": pose("wave-2", name="wave"),
        "wave": pose("wave", name="Wave"),
        "same-2": pose("same-2", name="Same"),
        "same": pose("same", name="Same"),
    }
)


@pytest.mark.parametrize(
    ("reference", "default", "found"),
    [
        ("wave", "fox", "fox/wave"),
        ("wave", "owl", "owl/wave"),
        ("fox/wave", "", "fox/wave"),
        ("fox/wave", "owl", "fox/wave"),
        ("owl/wave", "fox", "owl/wave"),
        ("Card Sit", "fox", "fox/card-sit"),
        ("card sit", "fox", "fox/card-sit"),
        ("CARD_SIT", "fox", "fox/card-sit"),
        ("fox/Card Sit", "", "fox/card-sit"),
        ("owl/a/b", "", "owl/a-b"),
        ("a/b", "owl", "owl/a-b"),
        ("hoot", "owl", "owl/hoot"),
    ],
)
def test_a_pose_is_found_in_the_collection_that_is_meant(
    reference: str, default: str, found: str
) -> None:
    match = find_pose(BOTH, reference, default)
    assert f"{match.alias}/{match.slug}" == found
    assert match.pose is BOTH.collections[match.alias].poses[match.slug]


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("wave", "wave"),
        ("fox/wave", "wave"),
        ("Plush Swagger", "plush-swagger"),
        ("plush-swagger", "plush-swagger"),
        ("plush swagger", "plush-swagger"),
        ("  Plush   SWAGGER! ", "plush-swagger"),
        ("a/b", "a-b"),
        ("fox/a/b", "a-b"),
        ("a-b", "a-b"),
        ("fox/fox/y", "x"),
    ],
)
def test_a_reference_to_the_only_collection_needs_no_alias(reference: str, found: str) -> None:
    assert find_pose(FOX_ONLY, reference).slug == found


@pytest.mark.parametrize(
    ("reference", "found"),
    [("wave", "wave-2"), ("Wave", "wave"), ("WAVE", "wave"), ("wave-2", "wave-2")],
)
def test_the_exact_name_comes_before_the_slug(reference: str, found: str) -> None:
    assert find_pose(TWINS, reference).slug == found


def test_of_two_poses_with_one_name_the_same_is_always_found() -> None:
    poses = TWINS.collections["fox"].poses
    turned = manifest(fox=dict(reversed(poses.items())))
    assert find_pose(TWINS, "Same").slug == find_pose(turned, "Same").slug == "same"


SYNC = "Run 'mkdocs-masko sync' if it is new."
HERE = "There are: card-sit, wave."


@pytest.mark.parametrize(
    ("reference", "default", "message"),
    [
        ("wavee", "fox", f"no pose 'wavee' in 'fox' (did you mean 'wave'?). {SYNC}"),
        ("zebra", "fox", f"no pose 'zebra' in 'fox'. {HERE} {SYNC}"),
        ("owl/wavee", "fox", f"no pose 'wavee' in 'owl' (did you mean 'wave'?). {SYNC}"),
        ("owl/", "fox", f"no pose '' in 'owl'. There are: a-b, hoot, wave. {SYNC}"),
        ("hoot", "fox", f"no pose 'hoot' in 'fox' (did you mean masko:owl/hoot?). {SYNC}"),
        ("Hoot", "fox", f"no pose 'Hoot' in 'fox' (did you mean masko:owl/hoot?). {SYNC}"),
        (
            "owl/Card Sit",
            "fox",
            f"no pose 'Card Sit' in 'owl' (did you mean masko:card-sit?). {SYNC}",
        ),
        ("a/b", "fox", f"no pose 'a/b' in 'fox' (did you mean masko:owl/a-b?). {SYNC}"),
        ("masko:zebra", "fox", f"no pose 'zebra' in 'fox'. {HERE} {SYNC}"),
        (
            "Card Sitt",
            "fox",
            f"no pose 'Card Sitt' in 'fox' (did you mean 'Card Sit'?). {SYNC}",
        ),
        ("wave", "", "there are several collections: write 'fox/wave'"),
        ("hoot", "", "there are several collections: write 'owl/hoot'"),
        ("zebra", "", "there are several collections: write 'fox/zebra'"),
        ("wave", "owll", "no collection 'owll' (did you mean 'owl'?). There are: fox, owl."),
        ("own/wave", "fox", "no collection 'own' (did you mean 'owl'?). There are: fox, owl."),
        ("zebra/wave", "", "no collection 'zebra'. There are: fox, owl."),
        (
            "a::b\x1b[31m\n",
            "fox",
            "no pose 'a: :b\N{REPLACEMENT CHARACTER}[31m' in 'fox'. " + f"{HERE} {SYNC}",
        ),
    ],
)
def test_a_missing_pose_is_an_error_with_the_closest_names(
    reference: str, default: str, message: str
) -> None:
    with pytest.raises(ReferenceProblem) as caught:
        find_pose(BOTH, reference, default)
    assert str(caught.value) == message


def test_an_error_names_the_only_collection_by_its_mascot() -> None:
    with pytest.raises(ReferenceProblem) as caught:
        find_pose(FOX_ONLY, "zebra")
    lists = "'mkdocs-masko list' lists all 18."
    assert str(caught.value) == f"no pose 'zebra' in 'Fox Mascot'. {lists} {SYNC}"


def test_a_collection_without_poses_says_so() -> None:
    with pytest.raises(ReferenceProblem) as caught:
        find_pose(manifest(fox={}), "zebra")
    assert str(caught.value) == f"no pose 'zebra' in 'Fox Mascot'. It has no poses. {SYNC}"


@pytest.mark.parametrize(
    ("reference", "name"), [("masko:wave", "wave"), ("masko:owl/wave", "wave")]
)
def test_what_a_hint_names_can_be_copied_into_a_macro(reference: str, name: str) -> None:
    assert find_pose(BOTH, reference, "fox").slug == name


def test_a_name_that_begins_like_a_url_of_ours_is_a_name() -> None:
    assert find_pose(manifest(fox={"masko-x": Pose(name="masko:x")}), "masko:x").slug == "masko-x"


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:30]))
def test_a_suggestion_is_one_short_line(text: str) -> None:
    name = text.encode("utf-8", "replace").decode()[:400]
    with pytest.raises(ReferenceProblem, match="zebra") as caught:
        find_pose(manifest(fox={"x": Pose(name=f"zebra zebra {name}")}), f"zebra zebr {name}")
    assert str(caught.value).isprintable()
    assert "::" not in str(caught.value).replace(": :", "")


@pytest.mark.parametrize("reference", ["wave", "fox/wave"])
def test_a_manifest_without_collections_says_so(reference: str) -> None:
    with pytest.raises(ReferenceProblem) as caught:
        find_pose(make({}), reference)
    assert str(caught.value) == "there are no collections. Run 'mkdocs-masko sync'."


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:30]))
def test_every_name_is_found_by_itself_and_by_its_slug(text: str) -> None:
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    key = slugify(slugify(text)[:500])
    found = manifest(fox={key: Pose(name=text), "other-0": Pose(name="other 0")})
    assert find_pose(found, f"fox/{text}").slug == key
    assert find_pose(found, key).slug == key


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:30]))
def test_whatever_the_reference_the_error_is_one_short_line(text: str) -> None:
    with pytest.raises(ReferenceProblem) as caught:
        find_pose(BOTH, f"zebra{text}", f"zebra{text}")
    assert len(str(caught.value)) < 600
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("reference", ["/wave", "//wave", "fox//wave", "masko:/wave"])
@pytest.mark.parametrize("default", ["fox", ""])
def test_a_slash_in_front_belongs_to_no_name(reference: str, default: str) -> None:
    """Unless a pose is named so."""
    with pytest.raises(ReferenceProblem, match=r"no pose '.*/wave' in "):
        find_pose(FOX_ONLY, reference, default)
    named = manifest(fox={"wave": pose("wave"), "w-2": pose("w-2", name="/wave")})
    assert find_pose(named, "/wave", default).slug == "w-2"


@pytest.mark.parametrize(
    ("reference", "instead"),
    [
        ("fox/wave", "name the pose alone: 'wave'"),
        ("masko:owl/wavee", "name the pose alone: 'wavee'"),
        ("dog/a/b", "name the pose alone: 'a/b'"),
    ],
)
def test_a_site_with_one_collection_has_no_alias_to_name(reference: str, instead: str) -> None:
    """Its alias, `default`, stands in no file that an author reads."""
    manifest = make({"default": Collection(id="fox", name="Fox", poses={})})
    with pytest.raises(MissingPose) as caught:
        find_pose(manifest, reference, "default")
    alias = reference.removeprefix("masko:").partition("/")[0]
    text = f"no collection {alias!r}. This site has one collection, so {instead}."
    assert str(caught.value) == text


def test_a_gallery_of_one_collection_needs_no_name() -> None:
    manifest = make({"default": Collection(id="fox", name="Fox", poses={})})
    text = "no collection 'owl'. This site has one collection, so leave its name out."
    assert str(unknown_collection(manifest, "owl")) == text
