"""What a sync writes: exactly what is published, and what its files are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.manifest import dumps, load
from mkdocs_masko.probe import probe_bytes
from mkdocs_masko.sandbox import Fault, Sandbox
from mkdocs_masko.sync import update
from synced_sites import (
    KEY,
    cdn_requests,
    collection,
    content_of,
    document,
    media,
    now,
    poses,
    put_export,
    site,
    stamp,
    warnings,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.sandbox import Answer, Moment


@pytest.mark.parametrize("name", ["fox", "owl"])
def test_the_first_sync_writes_what_the_files_are(
    sandbox: Sandbox, tmp_path: Path, name: str
) -> None:
    """Type, size, length, transparency and duration of every medium are those of its bytes."""
    docs = site(tmp_path, sandbox, collection=name)
    result = update(docs, now())
    assert result.is_written
    assert len(media(result)) > 20
    for medium in media(result):
        content = content_of(sandbox, medium)
        facts = probe_bytes(content)
        video = facts.type.startswith("video/")
        assert (medium.type, medium.width, medium.height) == (facts.type, facts.width, facts.height)
        assert medium.bytes == len(content)
        assert medium.duration == facts.duration
        assert medium.alpha == (facts.alpha if video else None)
    assert load(docs.manifest, docs.origins) == result.manifest


def test_nothing_of_the_cast_is_opaque_where_it_should_be_clear(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Transparent formats are distinguished from opaque ones."""
    by_key = {
        key: medium.alpha
        for pose in poses(update(site(tmp_path, sandbox), now())).values()
        for animation in pose.animations
        for key, medium in animation.items()
    }
    assert by_key["transparent_video_webm"] is True
    assert by_key["transparent_video_mov"] is True
    assert by_key["transparent_video_android"] is False
    assert by_key["video"] is False


def test_the_order_of_the_response_does_not_matter(sandbox: Sandbox, tmp_path: Path) -> None:
    """Syncs with a server that shuffles write equal bytes, from nothing and from one another."""
    sandbox.shuffle = True
    written = set()
    for number in range(4):
        folder = tmp_path / str(number)
        folder.mkdir()
        docs = site(folder, sandbox, collection="owl")
        update(docs, now())
        written.add(docs.manifest.read_bytes())
        assert not update(docs, now(), revalidate=True).changes
        written.add(docs.manifest.read_bytes())
    assert len(written) == 1


@pytest.mark.parametrize("revalidate", [False, True])
def test_a_sync_without_changes_leaves_the_file_alone(
    sandbox: Sandbox, tmp_path: Path, *, revalidate: bool
) -> None:
    """Neither its time nor its inode changes, so nothing is built or committed for nothing."""
    docs = site(tmp_path, sandbox)
    update(docs, now())
    before = stamp(docs.manifest)
    result = update(docs, now(), revalidate=revalidate)
    assert not result.is_written
    assert not result.changes
    assert stamp(docs.manifest) == before
    assert [path.name for path in tmp_path.iterdir()] == [docs.manifest.name]


def test_the_file_has_what_pages_need_and_nothing_else(sandbox: Sandbox, tmp_path: Path) -> None:
    """No prompt, no id of an item or asset, no signed URL, no unknown field, no key."""
    docs = site(tmp_path, sandbox, collections={"fox": "fox", "owl": "owl"})
    update(docs, now())
    text = docs.manifest.read_text(encoding="utf-8")
    secrets = [KEY, "prompt", "mood", "palette", "curious", "signature", "expires", "storage"]
    for name in ("fox", "owl"):
        secrets += [item.id for item in sandbox.world.collection(name).items]
        secrets += [item.prompt for item in sandbox.world.collection(name).items]
        secrets += [asset.id for asset in sandbox.world.assets(name)]
    assert [secret for secret in secrets if secret in text] == []
    assert {*document(docs)} == {"version", "revision", "collections"}
    assert {*document(docs)["collections"]["fox"]} == {"id", "name", "poses"}


OWL = {
    "plush-swagger": ("Plush Swagger", 2, [{"video", "webm", "android"}]),
    "blink": ("blink", 2, [{"video", "webm", "mov", "android"}] * 2),
    "polishes-geometric-orb": ("Polishes geometric orb", 2, [{"video", "mov"}]),
    "card-sit": ("card-sit", 2, []),
    "cafe-creme": ("Café crème", 1, [{"video", "webm", "mov", "android"}]),
    "wave": ("wave", 2, [{"video", "webm", "mov", "android"}] * 2),
    "wave-2": ("wave", 2, [{"video", "webm", "android"}]),
    "says-hoo-waves-title": (
        'Says "hoo" & <waves> {{ title }}',
        2,
        [{"video", "webm", "mov", "android"}] * 2,
    ),
    "older-blink": ("older-blink", 2, [{"video", "webm", "mov"}]),
    "older-cafe": ("older-cafe", 1, [{"video", "webm", "mov"}]),
    "half-drawn": ("half-drawn", 1, [{"webm"}]),
}


def test_every_unusual_item_becomes_the_pose_that_it_should(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Duplicates get numbers, older items get today's keys, and nulls are left out."""
    result = update(site(tmp_path, sandbox, collection="owl"), now())
    summaries = {
        slug: (
            pose.name,
            sum(image is not None for image in (pose.image, pose.transparent_image)),
            [{key.rpartition("_")[2] for key in animation} for animation in pose.animations],
        )
        for slug, pose in poses(result).items()
    }
    assert summaries == OWL
    assert not result.messages
    assert collection(result).name == "Owl Mascot"


@pytest.mark.parametrize("name", ["Aardvark", "zebra", "Wave hello", "wav"])
def test_a_duplicate_keeps_its_number_when_another_is_renamed(
    sandbox: Sandbox, tmp_path: Path, name: str
) -> None:
    """What a page shows as wave-2 does not depend on what else there is."""
    docs = site(tmp_path, sandbox, collection="owl")
    before = poses(update(docs, now()))
    sandbox.world.rename("owl", "blink", name)
    sandbox.shuffle = True
    after = poses(update(docs, now()))
    assert "blink" not in after
    assert (after["wave"], after["wave-2"]) == (before["wave"], before["wave-2"])


def test_a_number_goes_on_where_a_name_has_it_already(sandbox: Sandbox, tmp_path: Path) -> None:
    """A pose called "wave 2" does not take the place of the second wave, nor is it lost."""
    sandbox.world.rename("owl", "blink", "wave 2")
    owl = poses(update(site(tmp_path, sandbox, collection="owl"), now()))
    assert [owl[slug].name for slug in ("wave", "wave-2", "wave-2-2")] == ["wave"] * 2 + ["wave 2"]


def test_a_name_of_any_length_gets_a_slug(sandbox: Sandbox, tmp_path: Path) -> None:
    """One overlong name does not keep the rest of a collection from a site."""
    docs = site(tmp_path, sandbox)
    image = poses(update(docs, now()))["wave"].image
    assert image is not None
    for name in ("long " * 20_000, "long " * 20_000 + "er"):
        put_export(sandbox, "fox", name, image=image.url)
    slugs = poses(update(docs, now())).keys() - {"wave", "idle", "card-sit", "cheer"}
    assert sorted(map(len, slugs)) == [199, 201]


def test_several_collections_are_kept_by_alias(sandbox: Sandbox, tmp_path: Path) -> None:
    """The names are the site's own, the ids those of the API."""
    docs = site(tmp_path, sandbox, collections={"reineke": "fox", "uhu": "owl"})
    result = update(docs, now())
    assert {a: c.id for a, c in result.manifest.collections.items()} == {
        "reineke": "fox",
        "uhu": "owl",
    }
    assert [str(change) for change in result.changes] == [
        "added collection reineke",
        "added collection uhu",
    ]


def test_another_collection_under_the_same_alias_starts_from_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """When the id in the options changes, nothing of the old mascot stays."""
    update(site(tmp_path, sandbox), now())
    sandbox.requests.clear()
    result = update(site(tmp_path, sandbox, collection="owl"), now())
    assert poses(result).keys() == OWL.keys()
    assert len(cdn_requests(sandbox)) >= len({medium.url for medium in media(result)})


def test_an_empty_collection_is_a_warning(tmp_path: Path) -> None:
    """A mascot without a pose is most likely the wrong one."""
    empty = Fault(effect=_empty, paths=re.compile(".*/cdn-export"))
    with Sandbox(faults=[empty]) as sandbox:
        result = update(site(tmp_path, sandbox), now())
    assert warnings(result) == ["collection 'default' has no poses"]
    assert poses(result) == {}


def _empty(moment: Moment) -> Answer:
    usual = moment.usual()
    return type(usual)(body=b'{"collection": "Nobody", "items": []}', headers=usual.headers)


def test_both_dialects_of_the_api_give_the_same_manifest(sandbox: Sandbox, tmp_path: Path) -> None:
    """The older envelopes have the same content."""
    docs = site(tmp_path, sandbox, collection="owl")
    update(docs, now())
    sandbox.legacy = True
    assert not update(docs, now(), revalidate=True).is_written


def test_the_embedded_sandbox_needs_no_key(tmp_path: Path) -> None:
    """To try the plugin out, nothing has to be set, and the manifest names nobody's host."""
    result = update(site(tmp_path, None, key="", api_url="sandbox"), now())
    assert {medium.url.split("/")[2] for medium in media(result)} == {"sandbox.masko.invalid"}
    assert dumps(result.manifest) == (tmp_path / "masko.manifest.json").read_text(encoding="utf-8")
