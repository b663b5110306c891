"""`doctor`: one line for each check, and an exit code that a script can use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from cli_process import KEY, config, run
from missing_extra import without_video
from mkdocs_masko.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter an empty folder, with no variable of ours."""
    for name in ("MASKO_API_KEY", "MASKO_API_URL", "MASKO_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def examine(*, exit_code: int) -> dict[str, dict[str, Any]]:
    """Return the findings by subject."""
    result = CliRunner().invoke(main, ["doctor", "--json"])
    assert result.exit_code == exit_code, result.output
    findings = json.loads(result.stdout)
    assert {finding["level"] for finding in findings} <= {"ok", "warning", "error"}
    return {finding["subject"]: finding for finding in findings}


def test_a_site_of_the_sandbox_is_ok(folder: Path) -> None:
    """All but the manifest, which the first sync writes."""
    config(folder, api_url="sandbox")
    findings = examine(exit_code=0)
    assert [name for name, each in findings.items() if each["level"] != "ok"] == ["manifest"]
    assert findings["manifest"]["remedy"] == "run 'mkdocs-masko sync'"
    assert {"API", "CDN", "workspace", "collection default"} <= findings.keys()


def test_without_a_site_and_a_key_there_are_warnings(folder: Path) -> None:
    """They say what to do, and are no failure."""
    findings = examine(exit_code=0)
    warnings = {name for name, each in findings.items() if each["level"] == "warning"}
    assert warnings == {"mkdocs.yml", "manifest", "key"}
    assert all(findings[name]["remedy"] for name in warnings)
    assert not list(folder.iterdir())


def test_an_error_has_an_exit_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin that is not enabled, a damaged manifest and a key that is none are errors."""
    (folder / "mkdocs.yml").write_text("plugins: [search, offline]\ntheme: {name: material}\n")
    (folder / "masko.manifest.json").write_text("{")
    monkeypatch.setenv("MASKO_API_KEY", f"{KEY} {KEY}")
    findings = examine(exit_code=1)
    errors = {name for name, each in findings.items() if each["level"] == "error"}
    assert errors == {"plugins", "manifest", "key"}
    assert findings["plugin offline"]["level"] == "warning"
    assert findings["theme"]["text"] == "material"
    assert KEY not in json.dumps(findings)


def test_a_site_that_hosts_its_media_hears_of_animations_and_the_cache(folder: Path) -> None:
    config(folder, api_url="sandbox", hosting="self")
    findings = examine(exit_code=0)
    assert findings["animations"]["level"] == "ok"
    assert findings["animations"]["text"].startswith("published as small as their boxes, with ")
    empty = "0 media, 0 variants of still images and 0 of animations, 0 bytes"
    assert findings["cache"]["text"] == empty
    config(folder, api_url="sandbox", hosting="self", videos="original")
    assert "videos: original" in examine(exit_code=0)["animations"]["text"]
    config(folder, api_url="sandbox")
    assert not {"animations", "cache"} & examine(exit_code=0).keys()


def test_without_the_extra_for_animations_there_is_a_remedy(folder: Path) -> None:
    config(folder, api_url="sandbox", hosting="self")
    variables = without_video(folder / "hide")
    done = run(folder, "doctor", "--json", process=True, **variables)
    (finding,) = [each for each in json.loads(done.out) if each["subject"] == "animations"]
    assert finding["level"] == "warning"
    assert "pip install 'mkdocs-masko[video]'" in finding["remedy"]
