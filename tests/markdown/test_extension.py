"""The extension on its own: what hosts other than the plugin get."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import sites
from manifest_samples import FOX, manifest
from markdown import markdown
from mkdocs_masko.errors import ManifestError, ManifestMissing, OptionError, ReferenceProblem
from mkdocs_masko.manifest import save
from mkdocs_masko.markdown import MaskoExtension, makeExtension

if TYPE_CHECKING:
    from pathlib import Path

    from markdown.extensions import Extension


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "poses.json"
    save(path, manifest(fox={"wave": FOX["wave"]}, owl={"wave": FOX["still"]}))
    return path


@pytest.mark.parametrize("name", ["mkdocs_masko.markdown", "masko"])
def test_it_is_loaded_by_its_dotted_name_and_by_its_entry_point(name: str, path: Path) -> None:
    options = {name: {"manifest": str(path), "default": "owl"}}
    html = markdown("![A](masko:wave)", extensions=[name], extension_configs=options)
    assert html.startswith(
        '<p><img class="masko off-glb" src="https://assets.masko.ai/masko/still.png"'
    )


@pytest.mark.parametrize("make", [MaskoExtension, makeExtension])
def test_it_reads_the_manifest_that_its_option_names(make: type[Extension], path: Path) -> None:
    extension = make(manifest=str(path), default="fox")
    html = markdown('{{ masko("wave") }} ![](masko:owl/wave)', extensions=[extension])
    assert "wave.webm" in html
    assert "still.png" in html


def test_by_default_the_manifest_stands_where_the_build_runs(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.rename(path.with_name("masko.manifest.json"))
    monkeypatch.chdir(path.parent)
    assert "wave.webm" in markdown("![](masko:fox/wave)", extensions=["masko"])


def test_a_bad_reference_is_raised(path: Path) -> None:
    extension = MaskoExtension(manifest=str(path))
    with pytest.raises(ReferenceProblem, match="no pose 'wavee' in 'fox'"):
        markdown("![](masko:fox/wavee)", extensions=[extension])


def test_a_page_without_poses_needs_no_manifest(tmp_path: Path) -> None:
    extension = MaskoExtension(manifest=str(tmp_path / "none.json"))
    assert markdown("`masko` [x][y]\n\n[y]: z", extensions=[extension]) == (
        '<p><code>masko</code> <a href="z">x</a></p>'
    )


def test_a_missing_manifest_is_told_where_it_is_needed(tmp_path: Path) -> None:
    extension = MaskoExtension(manifest=str(tmp_path / "none.json"))
    with pytest.raises(ManifestMissing, match=r"none[.]json"):
        markdown("![](masko:wave)", extensions=[extension])


def test_a_manifest_of_other_hosts_is_refused(path: Path) -> None:
    path.write_text(
        path.read_text(encoding="utf-8").replace("assets.masko.ai", "assets.example.org"),
        encoding="utf-8",
    )
    with pytest.raises(ManifestError, match="not on a host that media may come from"):
        markdown("![](masko:wave)", extensions=[MaskoExtension(manifest=str(path))])


def test_the_sandboxs_media_are_refused_where_nobody_publishes_them(path: Path) -> None:
    path.write_text(sites.manifest(), encoding="utf-8")
    with pytest.raises(ManifestError, match="its media are those of the sandbox"):
        markdown("![](masko:fox/idle)", extensions=[MaskoExtension(manifest=str(path))])


def test_a_site_that_nobody_serves_files_for_has_none_of_its_own(path: Path) -> None:
    extension = MaskoExtension(manifest=str(path), hosting="self")
    with pytest.raises(OptionError, match="option 'hosting' must be 'cdn' here"):
        markdown("![](masko:fox/wave)", extensions=[extension])


def test_an_unknown_option_is_refused_by_the_parser() -> None:
    with pytest.raises(KeyError):
        MaskoExtension(manifst="x")
