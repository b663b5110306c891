"""A manifest whose media are on a port of this machine, and another API the next time."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

import sites
from cli_process import KEY, NAME, config, run, variables
from mkdocs_masko.errors import BoundManifest, ManifestError
from mkdocs_masko.manifest import dumps, load, loads
from mkdocs_masko.urls import SANDBOX_ORIGIN

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.sandbox import Sandbox


@pytest.fixture
def server(sandbox: Sandbox, tmp_path: Path) -> str:
    """Write a site of the embedded sandbox, whose manifest is of the one on the port."""
    options = sites.SANDBOX
    sites.make(tmp_path, {"index.md": "![A fox](masko:wave)"}, options=options)
    assert run(tmp_path, "sync", **variables(sandbox)).code == 0
    return sandbox.origin


def test_a_plain_build_syncs_anew(server: str, tmp_path: Path) -> None:
    """And says why, once; the next one has nothing to say."""
    told = (
        f"masko: masko.manifest.json: its media are on {server}, a server on this machine that "
        "'api_url' does not name. Everything is read anew"
    )
    assert told in sites.build(tmp_path, "--strict").good().lines("INFO")
    assert (tmp_path / NAME).read_text() == sites.manifest()
    assert "read anew" not in sites.build(tmp_path, "--strict").good().output


@pytest.mark.parametrize("command", [("sync",), ("diff",), ("gallery", "--no-open")])
def test_commands_that_update_or_look_sync_anew(
    command: tuple[str, ...], server: str, tmp_path: Path
) -> None:
    before = (tmp_path / NAME).read_text()
    done = run(tmp_path, *command)
    assert done.code == 0, done.err
    if command == ("sync",):
        assert f"its media are on {server}" in done.err
        assert (tmp_path / NAME).read_text() == sites.manifest()
    else:
        assert (tmp_path / NAME).read_text() == before


@pytest.mark.parametrize(
    "variables", [{"MASKO_MODE": "frozen"}, {"MASKO_MODE": "locked"}, {"MASKO_API_URL": ""}]
)
def test_a_build_that_must_not_or_cannot_sync_says_what_to_do(
    variables: dict[str, str], server: str, tmp_path: Path
) -> None:
    if "MASKO_API_URL" in variables:  # nor is there a key
        text = (tmp_path / "mkdocs.yml").read_text().replace('"api_url": "sandbox", ', "")
        (tmp_path / "mkdocs.yml").write_text(text)
    built = sites.build(tmp_path, env=variables)
    assert built.code == 1
    told = (
        f"masko: masko.manifest.json: its media are on {server}, a server on this machine that "
        "'api_url' does not name. Run 'mkdocs-masko sync', or set MASKO_API_URL to that server."
    )
    assert built.lines("ERROR") == [told]


def test_a_sync_says_when_a_manifest_is_bound_to_a_port(sandbox: Sandbox, tmp_path: Path) -> None:
    """When it is written; nothing is to be done as long as the server stays."""
    config(tmp_path)
    bound = f"{NAME}: bound to {sandbox.origin}: pages show poses only while that server runs"
    done = run(tmp_path, "sync", **variables(sandbox))
    assert (done.code, done.out.splitlines()[-1], done.err) == (0, bound, "")
    assert "bound" not in run(tmp_path, "sync", **variables(sandbox)).said
    found = json.loads(run(tmp_path, "doctor", "--json", **variables(sandbox)).out)
    manifest = next(each for each in found if each["subject"] == "manifest")
    assert manifest["level"] == "warning"
    assert f"its media are on {sandbox.origin}" in manifest["remedy"]


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_a_build_says_when_it_binds_a_manifest(host: str, sandbox: Sandbox, tmp_path: Path) -> None:
    sites.make(tmp_path, {"index.md": "![A fox](masko:wave)"}, options={"collection": "fox"})
    env = {"MASKO_API_URL": sandbox.api_url, "MASKO_API_KEY": KEY}
    told = f"masko: {NAME}: bound to {sandbox.origin}: pages show poses only while that server runs"
    assert told in sites.build(tmp_path, host=host, env=env).good().lines("INFO")


ELSEWHERE = [
    "https://127.0.0.1:8971",
    "http://127.0.0.1",
    "http://127.0.0.1.evil.example:8971",
    "http://user@127.0.0.1:8971",
    "http://evil.example:8971",
]


@pytest.mark.parametrize("origin", ELSEWHERE)
def test_any_other_host_is_still_refused(origin: str, server: str, tmp_path: Path) -> None:
    """Only a server on a port of this machine can have been a sandbox."""
    manifest = load(tmp_path / NAME, {server})
    text = dumps(manifest).replace(server, origin)
    with pytest.raises(ManifestError, match="is not on a host that media may come from") as caught:
        loads(text, {SANDBOX_ORIGIN})
    assert not isinstance(caught.value, BoundManifest)


@pytest.mark.parametrize("offline", ["frozen", "no key"])
def test_a_site_that_serves_its_media_needs_no_sandbox(
    sandbox: Sandbox, tmp_path: Path, offline: str
) -> None:
    """They are in the cache by their hashes, wherever they came from."""
    options = {"collection": "fox", "hosting": "self"}
    sites.make(tmp_path, {"index.md": "![A fox](masko:wave)"}, options=options)
    variables = {"MASKO_API_URL": sandbox.api_url, "MASKO_API_KEY": KEY}
    first = sites.build(tmp_path, env=variables).good()
    assert "bound to" not in first.output
    published = sorted(path.name for path in (tmp_path / "site/assets/masko").iterdir())
    sandbox.requests.clear()
    env = {"MASKO_MODE": "frozen"} if offline == "frozen" else {}
    second = sites.build(tmp_path, "--strict", env=env).good()
    assert "read anew" not in second.output
    assert sorted(path.name for path in (tmp_path / "site/assets/masko").iterdir()) == published
    assert sandbox.requests == []


def test_what_is_missing_is_not_downloaded_from_such_a_server(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A manifest cannot make a build read from a port of this machine."""
    options = {"collection": "fox", "hosting": "self"}
    sites.make(tmp_path, {"index.md": "![A fox](masko:wave)"}, options=options)
    assert run(tmp_path, "sync", **variables(sandbox)).code == 0
    shutil.rmtree(tmp_path / ".cache")
    sandbox.requests.clear()
    built = sites.build(tmp_path)
    assert built.code == 1
    assert "is not on a host that media may come from" in built.output
    assert sandbox.requests == []


def test_the_doctor_finds_nothing_wrong_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    sites.make(tmp_path, {}, options={"collection": "fox", "hosting": "self"})
    done = run(tmp_path, "sync", **variables(sandbox))
    assert (done.code, "bound to" in done.said) == (0, False)
    found = json.loads(run(tmp_path, "doctor", "--json").out)
    assert next(each for each in found if each["subject"] == "manifest")["level"] == "ok"
