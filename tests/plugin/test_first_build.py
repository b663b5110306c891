"""The first build of a site that hosts its media: work begins early, and ends with the build."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

import sites
from processes import children, wait_until_gone

if TYPE_CHECKING:
    from pathlib import Path

SELF = {**sites.SANDBOX, "hosting": "self"}
TIMEOUT = 60  # seconds, for a machine with other work

WAIT_FOR_A_VARIANT = f"""
import pathlib, time
def on_page_content(html, page, config, files):
    if page.file.src_uri == "second.md":
        cache = pathlib.Path(config.config_file_path).parent / ".cache/plugin/masko/variants"
        end = time.monotonic() + {TIMEOUT}
        while not list(cache.rglob("*.avif")):
            assert time.monotonic() < end, "nothing is encoded while pages render"
            time.sleep(0.02)
"""

FAIL = """
def on_env(env, config, files):
    raise RuntimeError("a template that cannot be used")
"""


def still(pose: str, width: int) -> str:
    return f"![](masko:{pose}){{ kind=image width={width} }}\n"


def site(folder: Path, *, hook: str = "", width: int = 40) -> Path:
    """Write two pages; the first one, which MkDocs renders first, shows a still."""
    pages = {"index.md": still("wave", width), "second.md": still("cheer", width)}
    hooks = {"hooks": ["hook.py"]} if hook else {}
    return sites.make(folder, pages, options=SELF, files={"hook.py": hook}, **hooks)


def variants(folder: Path) -> dict[Path, int]:
    """Return when each variant in the cache was written."""
    paths = (folder / ".cache/plugin/masko/variants").rglob("*.*")
    return {path: path.stat().st_mtime_ns for path in paths}


def test_variants_are_encoded_while_other_pages_render(tmp_path: Path) -> None:
    before = children()
    built = sites.build(site(tmp_path, hook=WAIT_FOR_A_VARIANT), "--strict").good()
    assert "12 encoded" in built.output
    assert not children() - before


def test_a_build_that_fails_gives_up_what_it_began_and_keeps_what_is_done(tmp_path: Path) -> None:
    """`mkdocs serve` lives on after it, and the next build goes on from there."""
    before = children()
    folder = site(tmp_path, hook=WAIT_FOR_A_VARIANT + FAIL)
    assert sites.build(folder).code == 1
    assert not children() - before
    done = variants(folder)
    assert done
    built = sites.build(site(tmp_path), "--strict").good()
    assert f"{12 - len(done)} encoded" in built.output or len(done) == 12
    assert done.items() <= variants(folder).items()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_stopped_leaves_no_process_and_nothing_half_made(
    tmp_path: Path, how: signal.Signals
) -> None:
    folder = site(tmp_path, width=240)
    command = [sys.executable, "-m", "mkdocs", "build"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=sites.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as build:
        end = time.monotonic() + TIMEOUT
        while not (workers := children(build.pid)):
            assert time.monotonic() < end
            time.sleep(0.01)
        build.send_signal(how)
        assert build.wait(TIMEOUT) != 0
    wait_until_gone(workers)
    assert sites.build(folder, "--strict").good().page().count("image/avif") == 1
