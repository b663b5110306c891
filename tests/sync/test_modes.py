"""What a build does in each mode, with and without key, manifest and network."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from mkdocs_masko.errors import (
    CacheError,
    DriftError,
    ManifestMissing,
    OptionError,
)
from mkdocs_masko.sync import compare, prepare, update
from synced_sites import KEY, NAME, api_requests, media, now, site, stamp, warnings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mkdocs_masko.sandbox import Sandbox
    from mkdocs_masko.sync import PollPolicy, Site, SyncResult

    Act = Callable[[Site, PollPolicy], SyncResult]


ISOLATED = """
import socket, sys
def refuse(*_):
    raise AssertionError("the network was used")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from pathlib import Path
from mkdocs_masko.options import read_options
from mkdocs_masko.sync import PollPolicy, prepare, site_of
options = read_options({"collection": "fox", "mode": "frozen", **OPTIONS}, {})
site = site_of(options, Path.cwd(), {"MASKO_API_KEY": KEY})
print(prepare(site, PollPolicy(0, refuse, refuse)).manifest.revision)
loud = {"requests", "urllib3", "PIL", "http.client", "ssl", "mkdocs", "click", "rich"}
print(*sorted(loud & {*sys.modules}))
"""


@pytest.mark.parametrize("has_manifest", [True, False])
def test_a_build_goes_on_where_media_cannot_be_stored(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_manifest: bool
) -> None:
    """Neither the cache nor the system's temporary folder can be written."""
    docs = site(tmp_path, sandbox, hosting="self")
    old = update(docs, now()).manifest
    if not has_manifest:
        docs.manifest.unlink()
    sandbox.world.regenerate("fox", "wave", "owl/blink")
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    full = structs.replace(docs, cache=tmp_path / "file" / "cache")
    if has_manifest:
        result = prepare(full, now())
        assert result.manifest == old
        (warning,) = warnings(result)
        assert re.match("the cache of media cannot be written: .*[.] The manifest is used", warning)
    else:
        with pytest.raises(CacheError, match="the cache of media cannot be written: "):
            prepare(full, now())


def manifest(folder: Path) -> Path:
    """Return the path of the manifest in a folder."""
    return folder / NAME


@pytest.mark.parametrize("key", ["", KEY])
@pytest.mark.parametrize("options", [{}, {"api_url": "sandbox"}])
def test_frozen_uses_no_network(tmp_path: Path, key: str, options: dict[str, str]) -> None:
    """With or without a key, nothing is connected to and no HTTP library is loaded."""
    docs = site(tmp_path, None, api_url="sandbox", key="")
    revision = update(docs, now()).manifest.revision
    before = stamp(docs.manifest)
    done = subprocess.run(
        [sys.executable, "-c", f"OPTIONS, KEY = {options!r}, {key!r}\n{ISOLATED}"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"{revision}\n\n", "")
    assert stamp(docs.manifest) == before


@pytest.mark.parametrize("mode", ["frozen", "locked"])
def test_a_missing_manifest_is_an_error_with_its_remedy(
    sandbox: Sandbox, tmp_path: Path, mode: str
) -> None:
    """Modes that need a manifest say how to get one, and send no request before."""
    with pytest.raises(ManifestMissing) as caught:
        prepare(site(tmp_path, sandbox, mode=mode), now())
    assert str(caught.value) == (
        f"{NAME}: there is no such manifest. Run 'mkdocs-masko sync' and commit the file."
    )
    assert sandbox.requests == []


def test_locked_passes_when_nothing_differs(sandbox: Sandbox, tmp_path: Path) -> None:
    """Equal content passes, with one call and without a byte written."""
    expected = update(site(tmp_path, sandbox), now()).manifest
    before = stamp(manifest(tmp_path))
    sandbox.requests.clear()
    result = prepare(site(tmp_path, sandbox, mode="locked"), now())
    assert result.manifest == expected
    assert not result.is_written
    assert not result.messages
    assert stamp(manifest(tmp_path)) == before
    assert len(sandbox.requests) == 1


def test_locked_fails_on_drift(sandbox: Sandbox, tmp_path: Path) -> None:
    """The error names each change and the command that mends it; nothing is written."""
    update(site(tmp_path, sandbox), now())
    before = stamp(manifest(tmp_path))
    sandbox.world.remove("fox", "idle")
    sandbox.world.add_item("fox", "Hello", "owl/card-sit")
    sandbox.world.regenerate("fox", "wave", "owl/card-sit")
    with pytest.raises(DriftError) as caught:
        prepare(site(tmp_path, sandbox, mode="locked"), now())
    text = str(caught.value)
    assert text.startswith(f"{NAME}: the manifest is out of date: added default/hello; ")
    assert "removed default/idle" in text
    assert "changed default/wave: animations[0].transparent_video_android is gone" in text
    assert text.endswith(". Run 'mkdocs-masko sync' and commit the manifest.")
    assert stamp(manifest(tmp_path)) == before


def test_a_long_list_of_changes_is_cut_short(sandbox: Sandbox, tmp_path: Path) -> None:
    """A message stays readable however much has changed."""
    update(site(tmp_path, sandbox), now())
    for number in range(7):
        sandbox.world.add_item("fox", f"new {number}", "owl/card-sit")
    with pytest.raises(DriftError, match=r"added default/new-4; and 2 more\. Run"):
        compare(site(tmp_path, sandbox), now())


@pytest.mark.parametrize("act", [compare, update])
def test_what_needs_a_key_says_so(sandbox: Sandbox, tmp_path: Path, act: Act) -> None:
    """Without a key there is one clear error, which names the modes that need none."""
    update(site(tmp_path, sandbox), now())
    with pytest.raises(OptionError) as caught:
        act(site(tmp_path, sandbox, key=" \n"), now())
    assert str(caught.value) == (
        "no key in MASKO_API_KEY: set it, or use 'api_url: sandbox' or 'mode: frozen', "
        "which need no key"
    )


def test_auto_without_a_key_builds_from_the_manifest(sandbox: Sandbox, tmp_path: Path) -> None:
    """Without a key a build works all the same, with one quiet message."""
    expected = update(site(tmp_path, sandbox), now()).manifest
    sandbox.requests.clear()
    result = prepare(site(tmp_path, sandbox, key="", api_key_env="MASKO_MY_KEY"), now())
    assert result.manifest == expected
    assert [(message.level, message.text) for message in result.messages] == [
        ("info", f"no key in MASKO_MY_KEY: building from {NAME} as it is")
    ]
    assert sandbox.requests == []


def test_auto_without_key_and_manifest_names_two_ways_out(sandbox: Sandbox, tmp_path: Path) -> None:
    """The error says which environment variable to set, and how to try without one."""
    with pytest.raises(OptionError) as caught:
        prepare(site(tmp_path, sandbox, key=""), now())
    assert str(caught.value) == (
        f"there is neither a manifest ({NAME}) nor a key: set MASKO_API_KEY, "
        "or try the plugin with 'api_url: sandbox' and 'collection: fox'"
    )


@pytest.mark.parametrize("key", ["masko_ab\ncd" + "e" * 20, "short", "ü" * 20])
def test_a_malformed_key_is_an_error_even_with_a_manifest(
    sandbox: Sandbox, tmp_path: Path, key: str
) -> None:
    """It cannot be meant, and it is not repeated."""
    update(site(tmp_path, sandbox), now())
    with pytest.raises(OptionError, match="MASKO_API_KEY does not hold a valid API key") as caught:
        prepare(site(tmp_path, sandbox, key=key), now())
    assert "cd" not in str(caught.value).split("masko_...")[0]


def test_one_build_asks_the_api_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """However many poses there are, a build with nothing new is one request."""
    result = prepare(site(tmp_path, sandbox), now())
    assert len(api_requests(sandbox)) == 1
    assert result.is_written
    sandbox.requests.clear()
    assert media(prepare(site(tmp_path, sandbox), now())) == media(result)
    assert len(sandbox.requests) == 1


def test_a_site_shows_no_key(tmp_path: Path) -> None:
    """Printing a site, as a debugger or a traceback does, does not print its key."""
    docs = site(tmp_path, None)
    assert docs.key == KEY
    assert KEY not in f"{docs} {docs!r}"
    assert NAME in repr(docs)
