"""What tests of a sync share: one attempt for each request."""

from __future__ import annotations

import pytest

from mkdocs_masko.api import retry


@pytest.fixture
def no_second_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pause before another attempt longer than any time there is."""
    monkeypatch.setattr(retry, "_FIRST_PAUSE", 3600)
