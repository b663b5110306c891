"""What tests of the sandbox share: one that serves small stand-ins for the media that ship."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.sandbox import Sandbox
from sandbox_client import put_stand_ins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def media_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put_stand_ins(tmp_path_factory.mktemp("media"))


@pytest.fixture
def sandbox(media_dir: Path) -> Iterator[Sandbox]:
    with Sandbox(media_dir=media_dir) as running:
        yield running
