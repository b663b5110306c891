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
    """They say what to do, and are no failure; without a site there is nothing to sync."""
    findings = examine(exit_code=0)
    warnings = {name for name, each in findings.items() if each["level"] == "warning"}
    assert warnings == {"mkdocs.yml", "key"}
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


TOML = "[project]\nsite_name = 'Fox'\n"
EXTENSION = f"{TOML}[project.markdown_extensions.masko]\n"
FOX = "collection = 'fox'\n"
STATES = {
    "a new site": (
        TOML,
        {"extension": "run 'mkdocs-masko init', which adds the Markdown extension"},
    ),
    "a new site for MkDocs": ("site_name: Fox\n", {"plugins": "run 'mkdocs-masko init'"}),
    "the plugin alone, for Zensical": (
        f"{TOML}[project.plugins.masko]\n{FOX}api_url = 'sandbox'\n",
        {"extension": "run 'mkdocs-masko init', which adds the Markdown extension"},
    ),
    "no sync yet": (
        f"{EXTENSION}{FOX}api_url = 'sandbox'\n",
        {
            "watch": "add masko.manifest.json and docs/assets/masko to the list 'watch'",
            "files": "run 'mkdocs-masko sync', and commit the folder",
            "manifest": "run 'mkdocs-masko sync'",
        },
    ),
    "no key": (
        f"{EXTENSION}{FOX}",
        {
            "watch": "add masko.manifest.json and docs/assets/masko to the list 'watch'",
            "files": "run 'mkdocs-masko sync' with a key in MASKO_API_KEY, and commit the folder",
            "manifest": "run 'mkdocs-masko sync' with a key in MASKO_API_KEY",
        },
    ),
    "no collection": (
        f"{EXTENSION}api_url = 'sandbox'\n",
        {"options": "give its ID in 'collection'; 'mkdocs-masko collections' lists them"},
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_what_a_site_lacks_is_told_with_the_next_step(folder: Path, state: str) -> None:
    """Before `init`, that alone: it sees to the manifest, the folder and 'watch'."""
    text, remedies = STATES[state]
    (folder / ("mkdocs.yml" if text.startswith("site_name") else "zensical.toml")).write_text(text)
    result = CliRunner().invoke(main, ["doctor", "--json"])
    findings = {f["subject"]: f["remedy"] for f in json.loads(result.stdout) if f["remedy"]}
    for subject in ("host", "key"):  # Zensical is not there for Python 3.10
        findings.pop(subject, None)
    if "extension" in remedies or "plugins" in remedies:
        remedies = {**remedies, "manifest": "run 'mkdocs-masko init'"}
    assert {**findings, **remedies} == findings
    assert findings.keys() == remedies.keys() or state == "no collection"


def test_a_manifest_of_another_mascot_is_an_error(folder: Path) -> None:
    """Builds refuse it."""
    config(folder, api_url="sandbox")
    assert CliRunner().invoke(main, ["sync"]).exit_code == 0
    path = folder / "mkdocs.yml"
    path.write_text(path.read_text().replace("fox", "owl"))
    finding = examine(exit_code=1)["manifest"]
    assert finding["level"] == "error"
    assert finding["remedy"] == (
        "has collection 'fox', but the options name 'owl'. "
        "Run 'mkdocs-masko sync' and commit the file."
    )


def test_a_second_file_that_zensical_would_read_first_is_told(folder: Path) -> None:
    """Zensical would publish `masko:wave` as it is, and say nothing."""
    config(folder, api_url="sandbox")
    (folder / "zensical.toml").write_text(TOML)
    finding = examine(exit_code=0)["zensical.toml"]
    assert finding["level"] == "warning"
    assert finding["text"] == (
        "Zensical reads it before mkdocs.yml, and the Markdown extension 'masko' is not enabled"
    )
    assert finding["remedy"] == "run 'mkdocs-masko init' for Zensical, or remove the file"
    (folder / "zensical.toml").write_text(EXTENSION + FOX)
    assert "zensical.toml" not in examine(exit_code=0)


def test_a_second_file_that_cannot_be_read_is_told_beside_the_rest(folder: Path) -> None:
    config(folder, api_url="sandbox")
    (folder / "zensical.toml").write_text("[project\n")
    result = CliRunner().invoke(main, ["doctor", "--json", "-f", "mkdocs.yml"])
    findings = {each["subject"]: each for each in json.loads(result.stdout)}
    assert findings["zensical.toml"]["level"] == "warning"
    assert "not valid TOML" in findings["zensical.toml"]["text"]
    assert "CDN" in findings


def test_a_remedy_does_not_repeat_what_is_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(folder, api_url="https://api.masko.ai/v1")
    monkeypatch.setenv("MASKO_API_KEY", f"{KEY} {KEY}")
    key = examine(exit_code=1)["key"]
    assert key["text"] == "MASKO_API_KEY does not hold a valid API key"
    assert key["remedy"].startswith("expected one word of 8 to 512 letters and digits")


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
