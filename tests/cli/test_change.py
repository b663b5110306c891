"""`rename` and `delete` change what was named, and nothing that is merely like it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from cli_process import config, run, variables
from mkdocs_masko.cli.session import pick_exact
from mkdocs_masko.errors import ReferenceProblem

if TYPE_CHECKING:
    from pathlib import Path

    from cli_process import Done
    from mkdocs_masko.sandbox import Sandbox

CHANGING = {"PATCH", "DELETE"}
FOX = ("--collection", "fox")
SANDBOX = ("--api-url", "sandbox")
ITEM = "f0c0a001-75a1-4f0e-8a3b-0c5f6e1d0003"


def names(sandbox: Sandbox, collection: str = "fox") -> list[str]:
    """Return the names of a collection's items."""
    return [item.name for item in sandbox.world.collection(collection).items]


def changes(sandbox: Sandbox) -> list[str]:
    """Return the requests that could change something."""
    return [request.path for request in sandbox.requests if request.method in CHANGING]


def refused(done: Done, sandbox: Sandbox) -> str:
    """Check that a command changed nothing; return what it said."""
    assert (done.code, done.out, changes(sandbox)) == (1, "", [])
    return done.err


@pytest.mark.parametrize("text", ["cheer", "f0c0a001-75a1-4f0e-8a3b-0c5f6e1d0004"])
def test_a_second_deletion_finds_nothing_to_delete(
    text: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Whatever is called alike stays."""
    for name in ("cheer-up", "cheers", "Cheer"):
        sandbox.world.add_item("fox", name, "fox/wave")
    command = ("delete", "item", text, *FOX, "--yes")
    assert run(tmp_path, *command, **variables(sandbox)).code == 0
    done = run(tmp_path, *command, **variables(sandbox))
    assert (done.code, done.out, len(changes(sandbox))) == (1, "", 1)
    assert names(sandbox) == ["wave", "idle", "card-sit", "cheer-up", "cheers", "Cheer"]


INEXACT = ["card", "card-", "CARD-SIT", "Card Sit", "card sit", "card-sit ", ITEM[:8], ITEM[:-1]]


@pytest.mark.parametrize("text", INEXACT)
@pytest.mark.parametrize("command", ["delete", "rename"])
def test_what_is_only_like_a_name_or_an_id_is_refused_and_told(
    command: str, text: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    arguments = ("item", text, "--yes") if command == "delete" else (text, "--name", "other")
    done = run(tmp_path, command, *arguments, *FOX, **variables(sandbox))
    error = refused(done, sandbox)
    assert error.startswith(f"error: no item has exactly this id or name: {text!r}; ")
    assert f"'card-sit' ({ITEM})" in error
    assert error.endswith("Give the whole id or name; 'mkdocs-masko items fox' lists them.\n")


def test_the_slug_of_a_former_name_is_no_name(sandbox: Sandbox, tmp_path: Path) -> None:
    """A renamed item keeps its public slug."""
    sandbox.world.put_item(
        "fox", replace(sandbox.world.item("fox", "wave"), name="Hello there", public_slug="wave")
    )
    done = run(tmp_path, "rename", "wave", "--name", "x", *FOX, **variables(sandbox))
    assert "did you mean 'Hello there' (" in refused(done, sandbox)
    done = run(tmp_path, "rename", "Hello there", "--name", "x", *FOX, **variables(sandbox))
    assert (done.code, names(sandbox)[0]) == (0, "x")


def test_a_typo_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    done = run(tmp_path, "delete", "item", "wafe", *FOX, "--yes", **variables(sandbox))
    assert "'wafe' (did you mean 'wave'?). Give the whole id" in refused(done, sandbox)


def test_a_name_that_two_collections_have_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    """Without --collection, all of the site's are searched."""
    config(tmp_path, collections={"fox": "fox", "uhu": "owl"})
    done = run(tmp_path, "delete", "item", "card-sit", "--yes", **variables(sandbox))
    assert "'card-sit' matches 2 items: 'card-sit' (f0c0a001" in refused(done, sandbox)
    done = run(tmp_path, "delete", "item", "card-sit", "--yes", *FOX, **variables(sandbox))
    assert (done.code, names(sandbox)) == (0, ["wave", "idle", "cheer"])


@pytest.mark.parametrize("collection", ["fo", "Fox", "fox mascot", "fox-mascot", "Fox Masc"])
def test_the_collection_is_named_as_exactly(
    collection: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    where = ("--collection", collection)
    done = run(tmp_path, "delete", "item", "wave", "--yes", *where, **variables(sandbox))
    assert "'Fox Mascot' (fox)" in refused(done, sandbox)


@pytest.mark.parametrize("collection", ["fox", "Fox Mascot", "fuchs"])
def test_id_name_and_alias_of_a_collection_are_exact(
    collection: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    config(tmp_path, collections={"fuchs": "fox"})
    where = ("--collection", collection)
    done = run(tmp_path, "delete", "item", "wave", "--yes", *where, **variables(sandbox))
    assert (done.code, "wave" in names(sandbox)) == (0, False)


def test_an_alias_that_another_collection_is_called_is_refused(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The file may have been written by somebody else than who types."""
    (tmp_path / "mkdocs.yml").write_text("plugins: [{masko: {collections: {owl: fox}}}]\n")
    where = ("--collection", "owl")
    done = run(tmp_path, "delete", "item", "wave", "--yes", *where, **variables(sandbox))
    assert "'owl' stands for 'fox' on this site" in refused(done, sandbox)


@pytest.mark.parametrize("text", ["82fe", "82fe47af-5b46-5ea2-be64-0c392112b39", "image"])
def test_an_asset_is_named_by_its_whole_id(text: str, sandbox: Sandbox, tmp_path: Path) -> None:
    done = run(tmp_path, "delete", "asset", text, "--yes", **variables(sandbox))
    error = refused(done, sandbox)
    assert "no asset has exactly this id or name" in error
    assert ("did you mean 82fe47af-5b46-5ea2-be64-0c392112b396" in error) == (text != "image")


THINGS: list[dict[str, Any]] = [
    {"id": "a1", "name": "wave"},
    {"id": "b2", "name": "a1"},
    {"id": "c3", "name": "twin"},
    {"id": "d4", "name": "twin"},
    {"id": "e5", "name": None},
    {"id": "f6", "name": "wave hello", "public_slug": "hi"},
]


@pytest.mark.parametrize(("text", "meant"), [("wave", "a1"), ("b2", "b2"), ("e5", "e5")])
def test_an_id_and_a_unique_name_are_enough(text: str, meant: str) -> None:
    assert pick_exact(text, THINGS, "item")["id"] == meant


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a1", "rename that one first, by its id"),
        ("twin", r"matches 2 items: 'twin' \(c3\), 'twin' \(d4\). Give the id."),
        ("", "no item has exactly"),
        ("None", "no item has exactly"),
        ("hi", r"did you mean 'wave hello' \(f6\)"),
        ("WAVE", r"did you mean 'wave' \(a1\) or 'wave hello' \(f6\)"),
    ],
)
def test_anything_else_is_refused(text: str, message: str) -> None:
    with pytest.raises(ReferenceProblem, match=message):
        pick_exact(text, THINGS, "item")


def test_the_command_that_lists_items_is_told_whole(tmp_path: Path) -> None:
    """It needs the collection, so what a message names can be typed."""
    done = run(tmp_path, "rename", "nobody", "--name", "x", "--collection", "fox", *SANDBOX)
    (command,) = re.findall(r"'mkdocs-masko (items \S+)' lists them", done.err)
    assert run(tmp_path, *command.split(), *SANDBOX).code == 0


def test_a_rename_as_json_has_the_item(tmp_path: Path) -> None:
    """With its old and its new name; standard error has nothing."""
    done = run(
        tmp_path, "rename", "wave", "--name", "hello", "--collection", "fox", "--json", *SANDBOX
    )
    assert (done.code, done.err) == (0, "")
    document = json.loads(done.out)
    assert document.keys() == {"updated", "id", "collection_id", "old_name", "name", "prompt"}
    assert (document["updated"], document["collection_id"]) == ("item", "fox")
    assert (document["old_name"], document["name"]) == ("wave", "hello")


def test_a_delete_as_json_has_what_is_gone(tmp_path: Path) -> None:
    """An item with its assets, or an asset."""
    arguments = ("wave", "--collection", "fox", "--yes", "--json", *SANDBOX)
    item = json.loads(run(tmp_path, "delete", "item", *arguments).out)
    assert item.keys() == {"deleted", "id", "collection_id", "name", "asset_ids"}
    assert (item["deleted"], item["name"], len(item["asset_ids"])) == ("item", "wave", 6)
    asset_id = item["asset_ids"][0]
    asset = run(tmp_path, "delete", "asset", asset_id, "--yes", "--json", *SANDBOX)
    assert json.loads(asset.out) == {"archived": "asset", "id": asset_id, "item_id": item["id"]}


def test_what_is_refused_prints_no_json(tmp_path: Path) -> None:
    """Nothing was deleted, and the line on standard error says why."""
    done = run(tmp_path, "delete", "item", "wave", "--collection", "fox", "--json", *SANDBOX)
    assert (done.code, done.out) == (2, "")
    assert "confirm with --yes" in done.err


def test_a_name_is_shown_with_its_blanks(sandbox: Sandbox, tmp_path: Path) -> None:
    """Else two items would be called alike."""
    for name in (" wave ", "wave  two"):
        sandbox.world.add_item("fox", name, "fox/wave")
    done = run(tmp_path, "delete", "item", " wave ", *FOX, **variables(sandbox))
    assert (done.code, changes(sandbox)) == (2, [])
    assert "confirm with --yes to delete item ' wave ' (" in done.err
    done = run(tmp_path, "delete", "item", "wave  two", *FOX, "--yes", **variables(sandbox))
    assert done.out.startswith("deleted item 'wave  two' (")
    done = run(tmp_path, "delete", "item", " wave", *FOX, "--yes", **variables(sandbox))
    assert done.err.startswith("error: no item has exactly this id or name: ' wave'; did you mean ")


@pytest.mark.parametrize(
    "command", [("rename", "wave", "--name", "hello"), ("delete", "item", "wave", "--yes")]
)
def test_a_sandbox_of_one_command_says_that_it_forgets(
    sandbox: Sandbox, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """One that goes on running does not."""
    done = run(tmp_path, *command, *FOX, *SANDBOX)
    assert done.code == 0
    assert done.err == (
        "note: this sandbox ends with the command, and forgets the change. Start one that lasts "
        "with 'mkdocs-masko sandbox', and name its URL with --api-url.\n"
    )
    assert run(tmp_path, *command, *FOX, **variables(sandbox)).err == ""
