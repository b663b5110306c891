"""What tests of a sync share: an API that runs, and one attempt for each request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.api import retry
from mkdocs_masko.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Start the API and its CDN."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def no_second_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pause before another attempt longer than any time there is."""
    monkeypatch.setattr(retry, "_FIRST_PAUSE", 3600)
