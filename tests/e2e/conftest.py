"""Browsers and pages that the tests share: each is started or built once by a worker."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import sites
from e2e.support import pose_pages
from e2e.support.browser import Browser, Missing
from e2e.support.chromium import Chromium
from e2e.support.firefox import Firefox
from e2e.support.web_server import Served
from e2e.support.webkit import WebKit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_KINDS = {kind.name: kind for kind in (Chromium, Firefox, WebKit)}


_open: dict[str, Browser | Missing] = {}
"""The browsers of this worker, and why one is missing."""


@pytest.fixture(scope="session")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Browser]]:
    """Start browsers by name when a test first needs one; what is missing stays so."""

    def get(name: str) -> Browser:
        if name not in _open:
            try:
                _open[name] = _KINDS[name](tmp_path_factory.mktemp(name))
            except Missing as missing:
                _open[name] = missing
        browser = _open[name]
        if isinstance(browser, Missing):
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(browser))
        return browser

    yield get
    for name in [*_open]:
        _close(name)


def _close(name: str) -> None:
    browser = _open.get(name)
    if isinstance(browser, Browser):
        browser.close()
        del _open[name]


@pytest.hookimpl(trylast=True)  # after the fixtures of the test, which may use the browser
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Close a browser after its last test: an animated page takes a core from all other tests."""
    name = _browser_name(item)
    if name and name != _browser_name(nextitem):
        _close(name)


def _browser_name(item: pytest.Item | None) -> str:
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("browser", "")) if callspec else ""


@pytest.fixture
def browser(request: pytest.FixtureRequest, browsers: Callable[[str], Browser]) -> Browser:
    """Return the browser that a test asks for by name."""
    return browsers(request.param)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the pages of `pose_pages`."""
    with Served(pose_pages.build(tmp_path_factory.mktemp("stage"))) as served:
        yield served


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the pages of `pose_pages` that Material is around."""
    folder = tmp_path_factory.mktemp("material")
    with Served(folder / "site") as served:
        pose_pages.build_material(folder, served.port)
        yield served


@pytest.fixture(scope="session")
def zensical(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the example site, built by Zensical; magenta is around its poses."""
    folder = sites.example(tmp_path_factory.mktemp("zensical"))
    with Served(folder / "site-zensical") as served:
        pose_pages.build_zensical(folder, served.port)
        yield served


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the example site."""
    built = sites.build(sites.example(tmp_path_factory.mktemp("example")), "--strict").good()
    with Served(built.site) as served:
        yield served
