"""`doctor`: one line for each check, and an exit code that a script can use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from cli_process import KEY, config
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
    (folder / "mkdocs.yml").write_text("plugins: [search, glightbox]\ntheme: {name: material}\n")
    (folder / "masko.manifest.json").write_text("{")
    monkeypatch.setenv("MASKO_API_KEY", f"{KEY} {KEY}")
    findings = examine(exit_code=1)
    errors = {name for name, each in findings.items() if each["level"] == "error"}
    assert errors == {"plugins", "manifest", "key"}
    assert findings["plugin glightbox"]["level"] == "warning"
    assert findings["theme"]["text"] == "material"
    assert KEY not in json.dumps(findings)
