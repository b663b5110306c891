"""A manifest of one mascot is never taken for that of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.errors import DriftError, ManifestError, NotReady
from mkdocs_masko.sandbox import Answer, Fault, Moment, Sandbox
from mkdocs_masko.sync import prepare, update
from synced_sites import now, poses, site, warnings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OTHER = (
    "masko.manifest.json: has collection 'fox', but the options name 'draft'. "
    "Run 'mkdocs-masko sync' and commit the file."
)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """Start the API beside a manifest of the fox."""
    with Sandbox() as running:
        update(site(tmp_path, running, collection="fox"), now())
        yield running


def _empty(_: Moment) -> Answer:
    body = b'{"collection": "Fox Mascot", "items": []}'
    return Answer(status=200, body=body, headers={"Content-Type": "application/json"})


def test_a_frozen_build_refuses_the_manifest_of_another_mascot(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The options were changed, and the manifest was not."""
    with pytest.raises(ManifestError) as caught:
        prepare(site(tmp_path, sandbox, collection="draft", mode="frozen"), now())
    assert str(caught.value) == OTHER


def test_a_build_without_a_key_refuses_the_manifest_of_another_mascot(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Without the API there is nothing else to show."""
    with pytest.raises(ManifestError) as caught:
        prepare(site(tmp_path, sandbox, collection="draft", key=""), now())
    assert str(caught.value) == OTHER


def test_another_mascot_does_not_stand_in_for_one_that_is_not_ready(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The fox is no last good content of the hedgehog."""
    with pytest.raises((NotReady, ManifestError)):
        prepare(site(tmp_path, sandbox, collection="draft"), now())


def test_a_new_id_in_the_options_replaces_the_mascot(sandbox: Sandbox, tmp_path: Path) -> None:
    """A change of the id in the options is all that it takes."""
    result = prepare(site(tmp_path, sandbox, collection="owl"), now())
    assert "blink" in poses(result)


def test_a_collection_that_is_suddenly_empty_keeps_its_poses(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The API answers 409 when there is nothing, so a build takes an empty list for a fault."""
    sandbox.add_fault(Fault(effect=_empty))
    same = site(tmp_path, sandbox, collection="fox")
    result = prepare(same, now())
    assert "wave" in poses(result)
    (warning,) = warnings(result)
    assert warning.startswith("collection 'default' has no poses any more; its last good content")
    assert poses(update(same, now(), revalidate=True)) == {}


def test_a_comparison_takes_an_empty_export_at_its_word(sandbox: Sandbox, tmp_path: Path) -> None:
    """All poses of the manifest are gone then, and the error names them."""
    sandbox.add_fault(Fault(effect=_empty))
    with pytest.raises(DriftError, match=r"out of date: removed default/card-sit; .*default/wave"):
        prepare(site(tmp_path, sandbox, collection="fox", mode="locked"), now())


def test_a_failing_api_is_named_where_the_manifest_is_that_of_another_mascot(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """To run a sync, as the manifest's own message says, would fail for the same reason."""
    sandbox.add_fault(Fault.parse("error:402:9"))
    with pytest.raises(ManifestError) as caught:
        prepare(site(tmp_path, sandbox, collection="draft"), now())
    cause, _, rest = str(caught.value).partition(". Nor is there a manifest to build from: ")
    assert "(402)" in cause
    assert rest == OTHER
