"""What all tests share: an environment without anybody's key or choice, and a sandbox."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from measuring import nothing_measured
from mkdocs_masko.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True, scope="session")
def no_variables_of_ours() -> None:
    """Forget the variables that would make tests depend on who runs them."""
    for name in ("MASKO_API_KEY", "MASKO_API_URL", "MASKO_MODE"):
        os.environ.pop(name, None)


@pytest.fixture(autouse=True, scope="session")
def a_ledger_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Leave alone what the user's own builds know about variants."""
    os.environ["MASKO_STATE_DIR"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Start the API and its CDN."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for 64 KiB, which takes root."""
    folder = tmp_path / "small-disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=777", "none", str(folder)]
    sudo = ["sudo", "-n"] if os.getuid() and shutil.which("sudo") else []
    if sys.platform != "linux" or subprocess.run([*sudo, *mount], check=False).returncode:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no disk can be mounted")
    yield folder
    subprocess.run([*sudo, "umount", "--lazy", str(folder)], check=True)


# An example that a busy machine is slow at is no fault.
settings.register_profile("patient", settings.default, deadline=None)
settings.load_profile("patient")

# A shell that starts the suite in the background ignores Ctrl+C, and so would the servers under
# test; what is not ignored here is not ignored there.
signal.signal(signal.SIGINT, signal.default_int_handler)

_ENGINES = ("webkit", "firefox", "chromium")
_LARGE_SITES = {"example", "themed"}  # the fixtures of which Chromium alone opens every page
_UNMEASURED = ("tests/e2e/", "tests/project/")
_ROWS = 25  # of a parametrised test: the others mostly go the same ways through the code


@pytest.hookimpl(tryfirst=True)  # before xdist, which reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Share the tests out among workers, and say which of them measure coverage."""
    _leave_unmeasured(items)
    if config.pluginmanager.hasplugin("xdist"):
        _share_out(items)


def _share_out(items: list[pytest.Item]) -> None:
    """Put tests into groups and in order: `--dist loadgroup`.

    A browser, and what a module sets up for all of its tests, is started by one worker alone. Who
    drives a browser comes first, so that the short tests fill up what is left at the end.
    """
    for item in items:
        group = _browser_group(item) or _module_with_a_set_up(item)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
    order = {engine: place for place, engine in enumerate(_ENGINES)}
    items.sort(key=lambda item: (order.get(_engine(item), len(order)), _browser_group(item)))


def _engine(item: pytest.Item) -> str:
    """Return the browser that a test drives, if it does."""
    callspec = getattr(item, "callspec", None)
    engine = callspec.params.get("browser", "") if callspec else ""
    return str(engine)


def _browser_group(item: pytest.Item) -> str:
    """Return which tests share a browser: Chromium has two, as it has twice as many tests."""
    names = {*getattr(item, "fixturenames", ())}
    is_second = _engine(item) == "chromium" and _LARGE_SITES & names
    return "chromium 2" if is_second else _engine(item)


def _module_with_a_set_up(item: pytest.Item) -> str:
    """Return the module of a test that uses a fixture which the module sets up once."""
    info = getattr(item, "_fixtureinfo", None)  # pytest has no public way to a fixture's scope
    scopes = {each[-1].scope for each in info.name2fixturedefs.values()} if info else set()
    return item.nodeid.partition("::")[0] if "module" in scopes else ""


def _leave_unmeasured(items: list[pytest.Item]) -> None:
    """Mark the tests whose code is covered by others anyway."""
    rows = Counter[str]()
    for item in items:
        function = item.nodeid.partition("[")[0]
        rows[function] += 1
        if item.nodeid.startswith(_UNMEASURED) or rows[function] > _ROWS:
            item.add_marker(pytest.mark.unmeasured)


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around the set-up of fixtures, too
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure coverage, or leave it."""
    with nothing_measured() if item.get_closest_marker("unmeasured") else nullcontext():
        return (yield)
