"""The page of the sandbox in a browser: on a phone and a desk, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from e2e.support.axe import audit
from e2e.support.browser import Reader
from mkdocs_masko.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from e2e.support.chromium import Chromium

_LOADED = """
for (const image of document.images) image.loading = "eager";
return [...document.images].every((image) => image.complete && image.naturalWidth > 0);
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 390), ("dark", 1280)], ids=["phone-light", "desk-dark"]
)
@pytest.mark.parametrize("browser", ["chromium"], indirect=True)
def test_the_page_of_the_sandbox_is_whole(
    browser: Chromium,
    sandbox: Sandbox,
    scheme: Any,  # noqa: ANN401
    width: int,
) -> None:
    """Every image is there, nothing overflows or is refused, and axe finds nothing."""
    browser.errors()
    browser.open(f"{sandbox.origin}/", Reader(scheme=scheme, width=width, height=900))
    browser.wait(lambda: browser.run(_LOADED), "all images")
    assert len(browser.all(".pose")) == 17
    assert browser.run("return document.documentElement.scrollWidth - innerWidth") == 0
    violations, passes = audit(browser)
    assert violations == []
    assert len(passes) > 15
    assert browser.errors() == []
