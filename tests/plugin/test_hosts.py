"""MkDocs and ProperDocs, with their themes: one plugin, the same pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import sites

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = ["mkdocs", "properdocs"]
PAGES = {
    "index.md": '# Home\n\n![A fox](masko:wave){ width=240 } {{ masko("owl/blink", width=9) }}\n',
    "guide/page.md": '# Page\n\n{{ masko_image("idle", dark="cheer", caption="Night") }}\n',
}
HEAVY = {"requests", "urllib3", "PIL", "tenacity", "rich", "http.client", "http.server"}
"""What a build from the manifest alone has no use for."""
UNUSED = {
    *("mkdocs_masko.api", "mkdocs_masko.http", "mkdocs_masko.sync.refresh"),
    *("mkdocs_masko.sandbox.app", "mkdocs_masko.sandbox.server", "mkdocs_masko.gallery.page"),
    *("mkdocs_masko.probe", "mkdocs_masko.sources.source_text", "mkdocs_masko.variants.pool"),
    "filelock",
}
"""What a build has no use for where nothing is wrong, to be downloaded or to be encoded."""


@pytest.mark.parametrize(
    "theme", [sites.BARE, "mkdocs", "material"], ids=["bare", "mkdocs", "material"]
)
def test_both_hosts_publish_the_same_embeds(theme: object, tmp_path: Path) -> None:
    sites.make(tmp_path, PAGES, options=sites.SANDBOX, theme=theme)
    mkdocs, properdocs = (
        sites.build(tmp_path, "--strict", host=host, into=host).good() for host in HOSTS
    )
    for page in ("index.html", "guide/page/index.html"):
        embeds = sites.embeds(mkdocs.page(page))
        assert embeds
        assert sites.embeds(properdocs.page(page)) == embeds
    assert sites.published(mkdocs) == sites.published(properdocs)
    assert sites.missing(mkdocs) == sites.missing(properdocs) == []


@pytest.mark.parametrize("host", HOSTS)
def test_both_hosts_work_with_mkdocs_macros(host: str, tmp_path: Path) -> None:
    sites.make(tmp_path, PAGES, plugins=["macros", "masko"])
    built = sites.build(tmp_path, "--strict", host=host).good()
    assert len(sites.embeds(built.page())) == 2


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("arguments", [[], ["--strict", "--quiet"]])
def test_both_hosts_tell_bad_references_alike(
    host: str, arguments: list[str], tmp_path: Path
) -> None:
    sites.make(tmp_path, {"index.md": "x ![y](masko:wavee)"})
    built = sites.build(tmp_path, *arguments, host=host)
    assert built.code == (1 if arguments else 0)
    assert "docs/index.md:1:8: no pose 'wavee' in 'fox' (did you mean 'wave'?)" in built.output
    assert "Traceback" not in built.output


def test_properdocs_finds_its_own_file(tmp_path: Path) -> None:
    sites.make(tmp_path, PAGES)
    (tmp_path / "mkdocs.yml").rename(tmp_path / "properdocs.yml")
    built = sites.build(tmp_path, "--strict", "-f", "properdocs.yml", host="properdocs").good()
    assert len(sites.embeds(built.page())) == 2


@pytest.mark.parametrize("host", HOSTS)
def test_a_frozen_build_needs_no_network_and_loads_nothing_for_one(
    host: str, tmp_path: Path
) -> None:
    offline = sites.Offline(tmp_path)
    sites.make(tmp_path, PAGES, theme=sites.BARE)
    built = sites.build(tmp_path, "--strict", host=host, env=offline.variables()).good()
    assert len(sites.embeds(built.page())) == 2
    assert offline.attempts() == ""
    assert "mkdocs_masko.plugin" in offline.modules()
    assert not (HEAVY | UNUSED) & offline.modules()


def test_a_warm_build_with_its_own_media_loads_no_more(tmp_path: Path) -> None:
    """Nor does one that takes all variants from its cache."""
    sites.make(tmp_path, PAGES, options={**sites.SANDBOX, "hosting": "self"}, theme=sites.BARE)
    sites.build(tmp_path, "--strict").good()
    offline = sites.Offline(tmp_path)
    built = sites.build(tmp_path, env={**offline.variables(), "MASKO_MODE": "frozen"}).good()
    assert sites.missing(built) == []
    assert offline.attempts() == ""
    assert not (HEAVY | UNUSED) & offline.modules()


@pytest.mark.parametrize("host", HOSTS)
def test_a_frozen_build_opens_the_manifest_once_and_no_settings_of_encoders(
    host: str, tmp_path: Path
) -> None:
    """What is published is written from the manifest in memory; from the CDN nothing is encoded."""
    reads = sites.Reads(tmp_path)
    sites.make(tmp_path, PAGES, theme=sites.BARE)
    sites.build(tmp_path, "--strict", host=host, env=reads.variables()).good()
    assert reads.count(tmp_path / "masko.manifest.json") == 1
    assert reads.count(tmp_path / "docs/index.md") >= 1
    assert not [name for name in reads.names() if "pillow" in name and name.endswith("RECORD")]


def test_the_network_of_these_tests_is_really_out_of_reach(tmp_path: Path) -> None:
    offline = sites.Offline(tmp_path)
    sites.make(tmp_path, PAGES, options=sites.SANDBOX)
    built = sites.build(tmp_path, env=offline.variables())
    assert built.code == 1
    assert "127.0.0.1" in offline.attempts()
    assert HEAVY & offline.modules() >= {"requests", "urllib3"}
