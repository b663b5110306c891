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


@pytest.fixture(scope="session")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Browser]]:
    """Start browsers by name when they are first wanted; what is missing stays so."""
    known: dict[str, Browser | Missing] = {}

    def get(name: str) -> Browser:
        if name not in known:
            try:
                known[name] = _KINDS[name](tmp_path_factory.mktemp(name))
            except Missing as missing:
                known[name] = missing
        found = known[name]
        if isinstance(found, Missing):
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(found))
        return found

    yield get
    for each in known.values():
        if isinstance(each, Browser):
            each.close()


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
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the example site."""
    built = sites.build(sites.example(tmp_path_factory.mktemp("example")), "--strict").good()
    with Served(built.site) as served:
        yield served
