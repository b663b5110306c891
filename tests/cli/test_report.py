"""`check` and `sync` for programs: one JSON document, and annotations that GitHub reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cli_process import NAME, Done, config, run, variables
from mkdocs_masko.cli.report import annotation, repository_root
from mkdocs_masko.sandbox import Fault, Sandbox

if TYPE_CHECKING:
    from pathlib import Path

OFFLINE = ("check", "--offline")
GITHUB = {"GITHUB_ACTIONS": "true"}
PROBLEM = "docs/index.md:3:6: no pose 'nope' in 'Fox Mascot'"


@pytest.fixture
def folder(tmp_path: Path, sandbox: Sandbox) -> Path:
    """Write a site with a bad reference in a folder of a repository."""
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "manual"
    (folder / "docs").mkdir(parents=True)
    config(folder)
    (folder / "docs/index.md").write_text("# Hi\n\n![a](masko:nope)\n")
    assert run(folder, "sync", **variables(sandbox)).code == 0
    return folder


def document(done: Done) -> Any:  # noqa: ANN401 - JSON
    """Return what a command printed, which is one JSON document."""
    return json.loads(done.out)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("error", "plain"), "::error::plain"),
        (("warning", "50% off\r\n::error::x"), "::warning::50%25 off%0D%0A::error::x"),
    ],
)
def test_a_message_is_escaped_as_data(arguments: tuple[Any, str], text: str) -> None:
    """A line break would end the command, and begin another."""
    assert annotation(*arguments) == text


def test_a_file_is_escaped_as_a_property() -> None:
    """Colons and commas too, which separate properties."""
    text = annotation("error", "x: y, z", file="a,b:c%\n.md", line=3, column=7)
    assert text == "::error file=a%2Cb%3Ac%25%0A.md,line=3,col=7::x: y, z"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({"line": 3}, "::error::x"),
        ({"file": "a"}, "::error file=a::x"),
        ({"file": "a", "column": 2}, "::error file=a,col=2::x"),
    ],
)
def test_what_is_not_known_is_left_out(place: dict[str, Any], text: str) -> None:
    """And a line without a file means nothing."""
    assert annotation("error", "x", **place) == text


def test_the_root_of_a_repository_is_where_git_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without git, that of the workspace; without either, the folder itself."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "elsewhere"))
    assert repository_root(inner) == inner
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert repository_root(inner) == tmp_path
    (tmp_path / "a" / ".git").write_text("gitdir: elsewhere\n")  # a submodule
    assert repository_root(inner) == tmp_path / "a"


@pytest.mark.parametrize(
    ("arguments", "given"),
    [(("--format", "github"), {}), ((), GITHUB)],
)
def test_a_check_annotates_the_line_of_each_problem(
    sandbox: Sandbox, folder: Path, arguments: tuple[str, ...], given: dict[str, str]
) -> None:
    """Files are named from the root of the repository."""
    done = run(folder, *OFFLINE, *arguments, MASKO_API_URL=sandbox.api_url, **given)
    assert done.code == 1
    assert done.out.startswith(f"::error file=manual/docs/index.md,line=3,col=6::{PROBLEM}")
    assert done.out.count("::error") == 1
    assert done.err == "error: bad references on pages: 1, listed above\n"


def test_a_site_behind_a_link_is_named_from_the_root_as_well(
    sandbox: Sandbox, folder: Path
) -> None:
    """GitHub knows the repository by one path."""
    (folder.parent / "link").symlink_to(folder)
    done = run(folder.parent / "link", *OFFLINE, MASKO_API_URL=sandbox.api_url, **GITHUB)
    assert done.out.startswith("::error file=manual/docs/index.md,line=3,col=6::")


@pytest.mark.parametrize(
    ("arguments", "given"), [(("--format", "text"), GITHUB), ((), {"GITHUB_ACTIONS": "false"})]
)
def test_elsewhere_lines_are_plain(
    sandbox: Sandbox, folder: Path, arguments: tuple[str, ...], given: dict[str, str]
) -> None:
    """And so they are where somebody asks for it."""
    done = run(folder, *OFFLINE, *arguments, MASKO_API_URL=sandbox.api_url, **given)
    assert done.err.startswith(PROBLEM)
    assert "::error" not in done.said


@pytest.mark.parametrize("command", [("check",), ("sync", "--locked")])
def test_a_manifest_out_of_date_is_annotated(
    sandbox: Sandbox, folder: Path, command: tuple[str, ...]
) -> None:
    """At the manifest's file."""
    (folder / "docs/index.md").write_text("")
    sandbox.world.remove("fox", "idle")
    done = run(folder, *command, **variables(sandbox), **GITHUB)
    assert done.code == 1
    assert f"::error file=manual/{NAME}::{NAME}: the manifest is out of date" in done.out


def test_warnings_of_a_sync_are_annotated(sandbox: Sandbox, folder: Path) -> None:
    """They are worth a look, and fail nothing."""
    sandbox.world.regenerate("fox", "wave", "owl/blink")
    sandbox.add_fault(Fault.parse("placeholder:*.webm"))
    done = run(folder, "sync", **variables(sandbox), **GITHUB)
    assert done.code == 0
    assert f"::warning file=manual/{NAME}::" in done.out


def test_a_check_as_json_has_all_that_it_found(sandbox: Sandbox, folder: Path) -> None:
    """Problems and differences together; messages go to standard error."""
    sandbox.world.remove("fox", "idle")
    done = run(folder, "check", "--json", **variables(sandbox), **GITHUB)
    found = document(done)
    assert done.code == 1
    assert "::error file=manual/docs/index.md,line=3,col=6::" in done.err
    (problem,) = found["problems"]
    assert problem["message"].startswith("no pose 'nope' in 'Fox Mascot'. There are: ")
    assert {**problem, "message": ""} == {
        "file": "docs/index.md",
        "line": 3,
        "column": 6,
        "message": "",
    }
    assert found["changes"] == [
        {"kind": "removed", "collection": "default", "pose": "idle", "details": []}
    ]
    assert (found["ok"], found["manifest"], found["messages"]) == (False, NAME, [])
    assert found["error"].startswith(f"{NAME}: the manifest is out of date")


def test_a_good_check_as_json_says_so(sandbox: Sandbox, folder: Path) -> None:
    """With the revision of the manifest; offline, nothing was compared."""
    (folder / "docs/index.md").write_text("![a](masko:wave)\n")
    revision = json.loads((folder / NAME).read_text())["revision"]
    online = run(folder, "check", "--json", **variables(sandbox))
    offline = run(folder, "check", "--offline", "--json", MASKO_API_URL=sandbox.api_url)
    assert (online.code, offline.code, online.err + offline.err) == (0, 0, "")
    expected = {
        "ok": True,
        "error": None,
        "manifest": NAME,
        "revision": revision,
        "changes": [],
        "messages": [],
        "problems": [],
    }
    assert document(online) == expected
    assert document(offline) == {**expected, "changes": None}


def test_a_sync_as_json_says_what_it_wrote(sandbox: Sandbox, folder: Path) -> None:
    """And what it put into a folder."""
    sandbox.world.remove("fox", "idle")
    done = run(folder, "sync", "--into", "media", "--json", **variables(sandbox))
    found = document(done)
    assert done.code == 0
    assert found["written"] is True
    assert "removed" in [change["kind"] for change in found["changes"]]
    assert found["media"]["folder"] == "media"
    assert found["media"]["written"] == found["media"]["files"] > 0


@pytest.mark.parametrize("command", ["check", "sync"])
@pytest.mark.parametrize(
    ("fault", "code"), [("error:401:9", 1), ("not-ready:9", 3), ("drop:99", 1)]
)
def test_a_failure_is_in_the_document_too(
    sandbox: Sandbox, folder: Path, command: str, fault: str, code: int
) -> None:
    """The exit code is the same as without `--json`, and so is the line on standard error."""
    sandbox.add_fault(Fault.parse(fault))
    done = run(folder, command, "--json", **variables(sandbox))
    found = document(done)
    assert done.code == code
    assert found["ok"] is False
    assert found["changes"] is None
    assert f"error: {found['error']}\n" in done.err


def test_a_check_without_a_key_names_the_check_that_needs_none(
    sandbox: Sandbox, folder: Path
) -> None:
    """The pages are checked all the same."""
    done = run(folder, "check", MASKO_API_URL=sandbox.api_url)
    assert done.code == 2
    assert done.err.splitlines()[0].startswith(PROBLEM)
    assert done.err.splitlines()[1:] == [
        "error: no key in MASKO_API_KEY: set it; or check the pages alone with --offline"
    ]


def test_without_a_key_a_sync_says_what_works_without_one(sandbox: Sandbox, folder: Path) -> None:
    """And that does."""
    given = {"MASKO_API_URL": sandbox.api_url}
    done = run(folder, "sync", "--json", **given)
    assert done.code == 2
    assert "no key in MASKO_API_KEY: set it; --frozen reads the manifest without one" in done.err
    assert document(done)["written"] is False
    assert run(folder, "sync", "--frozen", **given).code == 0
