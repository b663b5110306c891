"""What tests of the API client share: an API, a client of it, and the pauses that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.api import Budget, Client
from mkdocs_masko.sandbox import Sandbox
from secrecy import KEY
from stand_in_media import stand_in_media

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SECONDS = 20  # for all that a client does in a test


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stand_in_media(tmp_path_factory.mktemp("media"))


@pytest.fixture
def sandbox(media: Path) -> Iterator[Sandbox]:
    with Sandbox(media_dir=media) as sandbox:
        yield sandbox


@pytest.fixture
def pauses() -> list[float]:
    """Holds the pauses that the client made."""
    return []


@pytest.fixture
def client(sandbox: Sandbox, pauses: list[float]) -> Iterator[Client]:
    with Client(
        KEY, api_url=sandbox.api_url, budget=Budget(_SECONDS), sleep=pauses.append
    ) as client:
        yield client
