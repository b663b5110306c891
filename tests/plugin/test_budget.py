"""The budget of a page: its content and its template together, and no page that is generated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import sites
from media_cache import shared_cache

if TYPE_CHECKING:
    from pathlib import Path


def weight(slug: str) -> int:
    """Return the bytes of a fox's still."""
    image = json.loads(sites.manifest())["collections"]["fox"]["poses"][slug]["transparent_image"]
    size: int = image["bytes"]
    return size


WAVE, IDLE, CHEER = weight("wave"), weight("idle"), weight("cheer")
HERO = '{{ masko_image("idle", width=100) }}'
TEMPLATE = sites.MAIN + HERO
PAGE = '# One\n\n{{ masko_image("wave", width=100) }}\n'


def build(folder: Path, budget: dict[str, int], pages: dict[str, str], **more: Any) -> sites.Built:  # noqa: ANN401
    """Build a site and return what came of it; the theme's template shows the hero."""
    options = {**sites.FROZEN, "budget": budget, **more.pop("options", {})}
    files = {"theme/main.html": TEMPLATE, **more.pop("files", {})}
    sites.make(folder, pages, options=options, files=files, **more)
    return sites.build(folder, env=shared_cache())


def excesses(built: sites.Built) -> list[str]:
    return [line.partition("masko: ")[2] for line in built.good().lines("WARNING")]


def kilobytes(size: int) -> str:
    return f"{size / 1000:.0f} kB" if size >= 10_000 else f"{size / 1000:.1f} kB"


def test_a_page_weighs_its_template_and_its_content_together(tmp_path: Path) -> None:
    built = build(tmp_path, {"page": WAVE + IDLE - 1}, {"index.md": PAGE})
    weight, budget = (f"{size / 1000:.3f} kB" for size in (WAVE + IDLE, WAVE + IDLE - 1))
    assert excesses(built) == [
        f"docs/index.md: its poses weigh {weight}, more than the budget of {budget}"
    ]


def test_a_page_within_its_budget_is_not_named(tmp_path: Path) -> None:
    assert excesses(build(tmp_path, {"page": WAVE + IDLE}, {"index.md": PAGE})) == []


def test_a_pose_that_template_and_content_share_counts_once(tmp_path: Path) -> None:
    pages = {"index.md": f"# One\n\n{HERO}\n"}
    assert excesses(build(tmp_path, {"page": IDLE, "pose": IDLE}, pages)) == []


def test_a_template_of_many_pages_is_reported_once(tmp_path: Path) -> None:
    pages = {"index.md": "# A\n", **{f"{name}.md": f"# {name}\n" for name in "bcde"}}
    (line,) = excesses(build(tmp_path, {"page": IDLE - 1}, pages))
    assert line.startswith("docs/index.md, docs/b.md, docs/c.md, and 2 more: the poses of each")


def test_a_pose_of_a_template_has_the_budget_of_a_pose(tmp_path: Path) -> None:
    (line,) = excesses(build(tmp_path, {"pose": IDLE - 1}, {"index.md": "# A\n", "b.md": "# B\n"}))
    assert line.startswith("docs/index.md, docs/b.md: pose 'fox/idle' weighs")


def test_a_template_may_show_another_pose_on_each_page(tmp_path: Path) -> None:
    main = sites.MAIN + "{{ masko_image(page.meta.hero, width=100) }}"
    pages = {f"{name}.md": f"---\nhero: {name}\n---\n# {name}\n" for name in ("wave", "idle")}
    pages["index.md"] = "---\nhero: wave\n---\n# Home\n"
    heavy, light = ("wave", "idle") if WAVE > IDLE else ("idle", "wave")
    lines = excesses(
        build(tmp_path, {"page": weight(light)}, pages, files={"theme/main.html": main})
    )
    assert lines
    assert all(f"docs/{light}.md" not in line for line in lines)
    assert any(f"docs/{heavy}.md" in line for line in lines)


def test_another_template_counts_for_the_pages_that_name_it(tmp_path: Path) -> None:
    home = TEMPLATE + '{{ masko_image("cheer", width=100) }}'
    pages = {"index.md": "---\ntemplate: home.html\n---\n# Home\n", "b.md": "# B\n"}
    built = build(tmp_path, {"page": IDLE}, pages, files={"theme/home.html": home})
    (line,) = excesses(built)
    assert line.startswith(f"docs/index.md: its poses weigh {kilobytes(IDLE + CHEER)}")


def test_a_template_that_is_a_page_itself_has_a_budget(tmp_path: Path) -> None:
    files = {"theme/404.html": f"<!DOCTYPE html><title>404</title>{HERO}"}
    files["theme/main.html"] = sites.MAIN
    (line,) = excesses(build(tmp_path, {"page": IDLE - 1}, {"index.md": "# A\n"}, files=files))
    assert line.startswith("template 404.html: its poses weigh")


@pytest.mark.parametrize("gallery", [True, "all/poses.md", {"path": "cast.md", "title": "Cast"}])
def test_the_gallery_page_has_no_budget(gallery: object, tmp_path: Path) -> None:
    """Nobody could make it lighter; the template on it counts no more than the rest."""
    options = {"gallery": gallery}
    budget = {"page": WAVE + IDLE, "pose": max(WAVE, IDLE)}
    assert excesses(build(tmp_path, budget, {"index.md": PAGE}, options=options)) == []


def test_the_gallery_page_that_a_sync_has_written_has_none_either(tmp_path: Path) -> None:
    pages = {"index.md": PAGE, "mascots.md": "# Mascots\n\n{{ masko_gallery() }}\n"}
    budget = {"page": WAVE + IDLE, "pose": max(WAVE, IDLE)}
    assert excesses(build(tmp_path, budget, pages, options={"gallery": True})) == []


def test_a_page_that_a_plugin_generates_has_no_budget(tmp_path: Path) -> None:
    hook = (
        "from mkdocs.structure.files import File\n"
        "def on_files(files, config):\n"
        f"    files.append(File.generated(config, 'made.md', content={PAGE!r}))\n"
    )
    built = build(
        tmp_path, {"page": IDLE}, {"index.md": "# A\n"}, files={"hook.py": hook}, hooks=["hook.py"]
    )
    assert excesses(built) == []
    assert "masko" in built.page("made/index.html")


def test_the_summary_names_the_heaviest_page_that_an_author_wrote(tmp_path: Path) -> None:
    options = {"hosting": "self", "mode": "auto", "gallery": True}
    built = build(tmp_path, {}, {"index.md": PAGE, "b.md": "# B\n"}, options=options)
    (line,) = [line for line in built.good().lines("INFO") if "published" in line]
    assert line.endswith("(docs/index.md)")
    assert ": 15 poses in " in line  # those of the gallery are published all the same


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_a_strict_build_over_its_budget_fails(host: str, tmp_path: Path) -> None:
    options = {**sites.FROZEN, "budget": {"page": IDLE}}
    sites.make(tmp_path, {"index.md": PAGE}, options=options, files={"theme/main.html": TEMPLATE})
    built = sites.build(tmp_path, "--strict", host=host)
    assert built.code == 1
    assert "docs/index.md: its poses weigh" in built.output
