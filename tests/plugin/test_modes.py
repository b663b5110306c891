"""What a build does about its manifest: with the API, without it, and when it is not ready."""

from __future__ import annotations

import os
import time
from threading import Timer
from typing import TYPE_CHECKING, Any

import pytest

import sites
from mkdocs_masko.sandbox import Fault, Sandbox

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "masko.manifest.json"
FOX = {"collections": {"fox": "fox"}}
PAGES = {"index.md": "![A fox](masko:wave)"}
_CAUSES = "asset hosting is off, the collection is unpublished, or nothing is published yet"


def _variables(sandbox: Sandbox, **more: str) -> dict[str, str]:
    return {"MASKO_API_URL": sandbox.api_url, "MASKO_API_KEY": sites.KEY, **more}


def _site(folder: Path, **options: Any) -> Path:  # noqa: ANN401 - what the plugin takes
    return sites.make(folder, PAGES, options=FOX | options)


def _exports(sandbox: Sandbox) -> int:
    return len([r for r in sandbox.requests if r.path.endswith("/cdn-export")])


def _states(folder: Path) -> tuple[bytes, int]:
    path = folder / MANIFEST
    return path.read_bytes(), path.stat().st_mtime_ns


def test_the_first_build_writes_the_manifest_and_tells(sandbox: Sandbox, tmp_path: Path) -> None:
    built = sites.build(_site(tmp_path), "--strict", env=_variables(sandbox)).good()
    assert f"masko: {MANIFEST}: added collection fox" in built.lines("INFO")
    assert _exports(sandbox) == 1
    assert sandbox.origin in built.page()


def test_an_unchanged_manifest_is_not_written_again(sandbox: Sandbox, tmp_path: Path) -> None:
    """The next build makes one call, reads no medium again and keeps the file's time."""
    folder = _site(tmp_path)
    sites.build(folder, env=_variables(sandbox)).good()
    before = _states(folder)
    sandbox.requests.clear()
    built = sites.build(folder, "--strict", env=_variables(sandbox)).good()
    assert _states(folder) == before
    assert [request.path for request in sandbox.requests] == ["/v1/collections/fox/cdn-export"]
    assert not [line for line in built.lines("INFO") if line.startswith("masko")]


def test_a_regenerated_pose_reaches_the_page(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = _site(tmp_path)
    first = sites.build(folder, env=_variables(sandbox)).good().page()
    sandbox.world.regenerate("fox", "wave", "owl/blink")
    second = sites.build(folder, env=_variables(sandbox)).good()
    assert second.page() != first
    assert any("wave" in line for line in second.lines("INFO") if MANIFEST in line)


GONE = {
    "unpublished": (lambda sandbox: sandbox.publish("owl", published=False), "(409)"),
    "409": (lambda sandbox: sandbox.add_fault(Fault.parse("not-ready:9")), "(409)"),
    "404": (lambda sandbox: sandbox.add_fault(Fault.parse("error:404:9@*/owl/*")), "(404)"),
    "500": (lambda sandbox: sandbox.add_fault(Fault.parse("error:501:9@*/owl/*")), "(501)"),
}


@pytest.mark.parametrize(
    ("case", "host"), [*((case, "mkdocs") for case in GONE), ("409", "properdocs")]
)
def test_a_locked_build_fails_where_a_collection_is_gone(
    sandbox: Sandbox, tmp_path: Path, case: str, host: str
) -> None:
    """One of two is not there any more: the build ends with 1, and the manifest stays."""
    folder = _site(tmp_path, collections={"fox": "fox", "owl": "owl"}, incomplete="ignore")
    sites.build(folder, env=_variables(sandbox)).good()
    before = _states(folder)
    break_it, words = GONE[case]
    break_it(sandbox)
    built = sites.build(folder, host=host, env=_variables(sandbox, MASKO_MODE="locked"))
    assert built.code == 1
    assert words in built.output
    assert "Traceback" not in built.output
    assert _states(folder) == before


def test_a_first_build_of_what_is_not_published_names_the_three_causes(tmp_path: Path) -> None:
    sites.make(tmp_path, PAGES, options={"collection": "draft", "api_url": "sandbox"})
    built = sites.build(tmp_path)
    assert built.code == 1
    assert "Traceback" not in built.output
    (error,) = built.lines("ERROR")
    assert "(409)" in error
    assert _CAUSES in error
    assert "publish it in Masko, then try again" in error
    assert not (tmp_path / MANIFEST).exists()
    assert not built.site.exists()


def test_a_collection_that_is_taken_back_keeps_its_last_good_content(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """There is exactly one warning, and a strict build fails with it."""
    folder = _site(tmp_path)
    good = sites.build(folder, env=_variables(sandbox)).good().page()
    before = _states(folder)
    sandbox.publish("fox", published=False)
    built = sites.build(folder, env=_variables(sandbox)).good()
    told = (
        "masko: collection 'fox' is not ready (409); its last good content is used, "
        "from a file that is less than a minute old"
    )
    assert built.lines("WARNING") == [told]
    assert built.page() == good
    assert _states(folder) == before
    strict = sites.build(folder, "--strict", env=_variables(sandbox))
    assert strict.code == 1
    assert strict.lines("WARNING") == [told]
    assert "Traceback" not in strict.output


def test_not_ready_can_be_made_a_failure(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = _site(tmp_path, not_ready="fail")
    sites.build(folder, env=_variables(sandbox)).good()
    sandbox.publish("fox", published=False)
    built = sites.build(folder, env=_variables(sandbox))
    assert built.code == 1, built.output
    (error,) = built.lines("ERROR")
    assert _CAUSES in error


def test_a_build_waits_until_the_export_is_ready(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.add_fault(Fault.parse("not-ready:1"))
    folder = _site(tmp_path, wait=60)
    built = sites.build(folder, "--strict", env=_variables(sandbox)).good()
    asked = "masko: collection fox is not ready (409); asking again in 2 s"
    assert built.lines("INFO").count(asked) == 1
    assert _exports(sandbox) == 2
    assert len(sites.embeds(built.page())) == 1


def test_a_build_goes_on_when_somebody_publishes_meanwhile(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        timer = Timer(1.5, sandbox.publish, ["draft"])
        timer.start()
        sites.make(tmp_path, {"index.md": "x"}, options={"collection": "draft", "wait": 60})
        sites.build(tmp_path, env=_variables(sandbox)).good()
        timer.join()
    assert (tmp_path / MANIFEST).is_file()


def test_an_api_that_is_down_costs_a_warning_with_the_age_of_the_manifest(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    folder = _site(tmp_path, timeout=3)
    good = sites.build(folder, env=_variables(sandbox)).good().page()
    two_hours_ago = time.time() - 2 * 3600 - 60
    os.utime(folder / MANIFEST, (two_hours_ago, two_hours_ago))
    variables = _variables(sandbox)
    sandbox.stop()
    built = sites.build(folder, env=variables).good()
    (warning,) = built.lines("WARNING")
    assert warning.startswith("masko: ")
    assert warning.endswith("The manifest is used as it is; its file is 2 h old")
    assert built.page() == good
    assert sites.build(folder, "--strict", env=variables).code == 1


def test_a_foreign_key_is_named_and_the_manifest_is_used(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = _site(tmp_path)
    sites.build(folder, env=_variables(sandbox)).good()
    foreign = _variables(sandbox, MASKO_API_KEY="masko_" + "0" * 64)
    built = sites.build(folder, "-v", env=foreign).good()
    (warning,) = built.lines("WARNING")
    assert "404" in warning or "403" in warning
    assert "0" * 64 not in built.output


def test_locked_fails_on_drift_and_writes_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = _site(tmp_path)
    sites.build(folder, env=_variables(sandbox)).good()
    locked = _variables(sandbox, MASKO_MODE="locked")
    sites.build(folder, "--strict", env=locked).good()
    before = _states(folder)
    sandbox.world.rename("fox", "cheer", "jump")
    built = sites.build(folder, env=locked)
    assert built.code == 1
    (error,) = built.lines("ERROR")
    assert error.startswith(f"masko: {MANIFEST}: the manifest is out of date: ")
    assert "jump" in error
    assert error.endswith("Run 'mkdocs-masko sync' and commit the manifest.")
    assert _states(folder) == before


def test_frozen_asks_nobody(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = _site(tmp_path)
    sites.build(folder, env=_variables(sandbox)).good()
    sandbox.requests.clear()
    sandbox.world.remove("fox", "wave")
    frozen = _variables(sandbox, MASKO_MODE="frozen")
    assert "<video" in sites.build(folder, "--strict", env=frozen).good().page()
    assert sandbox.requests == []


def test_the_key_is_in_no_output_and_no_file(sandbox: Sandbox, tmp_path: Path) -> None:
    page = "x {{ config.plugins }} {{ config }}"
    plugins = ["macros", "masko"]
    sites.make(tmp_path, {"index.md": page}, options=FOX, plugins=plugins)
    built = sites.build(tmp_path, "--verbose", env=_variables(sandbox)).good()
    assert sites.KEY not in built.output
    holders = [
        p for p in tmp_path.rglob("*") if p.is_file() and sites.KEY.encode() in p.read_bytes()
    ]
    assert holders == []


_UP_TO_DATE = "The manifest is up to date, so no pose of this name is published"
_REMOVED = "This sync removed it from the manifest, because it is not published any more"


def test_a_pose_that_the_build_itself_removed_is_told_as_removed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Another sync would change nothing; the next build does not know of it any more."""
    folder = _site(tmp_path)
    sites.build(folder, env=_variables(sandbox)).good()
    sandbox.world.remove("fox", "wave")
    for words in (_REMOVED, _UP_TO_DATE):
        (line,) = sites.build(folder, env=_variables(sandbox)).good().lines("WARNING")
        assert line.startswith("masko: docs/index.md:1:10: no pose 'wave' in 'Fox Mascot'. There")
        assert words in line
        assert "mkdocs-masko sync" not in line


def test_a_collection_that_the_options_lost_is_told_as_removed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """The sync of this build removed it for them."""
    pages = {"index.md": "![An owl](masko:owl/blink)"}
    both = {"collections": {"fox": "fox", "owl": "owl"}, "incomplete": "ignore"}
    sites.build(sites.make(tmp_path, pages, options=both), env=_variables(sandbox)).good()
    sites.make(tmp_path, pages, options=FOX)
    (line,) = sites.build(tmp_path, env=_variables(sandbox)).good().lines("WARNING")
    assert "no collection 'owl'. This sync removed it from the manifest, because" in line


@pytest.mark.parametrize("fault", ["error:500:99", "not-ready:9", "placeholder:*wave*"])
def test_a_manifest_that_is_not_the_apis_promises_nothing(
    sandbox: Sandbox, tmp_path: Path, fault: str
) -> None:
    """Where the sync failed or left something out, a pose may well be new."""
    folder = _site(tmp_path)
    sites.build(folder, env=_variables(sandbox)).good()
    (folder / "docs/index.md").write_text("![A fox](masko:zebra)")
    if fault.startswith("placeholder"):
        (folder / MANIFEST).unlink()
    sandbox.add_fault(Fault.parse(fault))
    output = sites.build(folder, env=_variables(sandbox)).good().output
    assert "no pose 'zebra' in 'Fox Mascot'. There are: " in output
    assert output.count("Run 'mkdocs-masko sync' if it is new.") == 1
