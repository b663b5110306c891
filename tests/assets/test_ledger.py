"""What this machine knows about variants: a file of the user's, which is never needed."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media_cache import sha
from mkdocs_masko.assets.ledger import CANNOT_BE_ENCODED, NAME, Ledger, default_folder

if TYPE_CHECKING:
    from collections.abc import Callable

ONE, TWO = sha(b"one"), sha(b"two")


def test_what_is_noted_is_known_to_the_next_build(tmp_path: Path) -> None:
    """A variant, and that one cannot be made."""
    ledger = Ledger(tmp_path / "state")
    assert ledger.get(ONE) is None
    ledger.add({ONE: TWO, TWO: CANNOT_BE_ENCODED})
    for each in (ledger, Ledger(tmp_path / "state")):
        assert (each.get(ONE), each.get(TWO)) == (TWO, CANNOT_BE_ENCODED)


def test_the_last_word_counts_and_nothing_is_written_twice(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.add({ONE: TWO})
    size = (tmp_path / NAME).stat().st_size
    ledger.add({ONE: TWO})
    assert (tmp_path / NAME).stat().st_size == size
    ledger.add({ONE: ONE})
    assert Ledger(tmp_path).get(ONE) == ONE


def test_nobody_else_can_write_to_it(tmp_path: Path) -> None:
    Ledger(tmp_path).add({ONE: TWO})
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_half_a_line_costs_only_that_line(tmp_path: Path) -> None:
    """A build was killed while it wrote."""
    Ledger(tmp_path).add({ONE: TWO})
    with (tmp_path / NAME).open("ab") as file:
        file.write(f"{TWO[:32]} {ONE[:40]}".encode())
    Ledger(tmp_path).add({sha(b"3"): ONE})
    ledger = Ledger(tmp_path)
    assert (ledger.get(ONE), ledger.get(TWO), ledger.get(sha(b"3"))) == (TWO, None, ONE)


def test_builds_side_by_side_lose_nothing(tmp_path: Path) -> None:
    recipes = [sha(str(number).encode()) for number in range(200)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda recipe: Ledger(tmp_path).add({recipe: recipe}), recipes))
    ledger = Ledger(tmp_path)
    assert [ledger.get(recipe) for recipe in recipes] == recipes


def test_it_forgets_the_oldest_before_it_grows_for_ever(tmp_path: Path) -> None:
    """4 MB are as many variants as 6,000 stills have."""
    (tmp_path / NAME).write_bytes(f"{ONE[:32]} {TWO}\n".encode() * 45_000)
    Ledger(tmp_path).add({TWO: ONE})
    assert (tmp_path / NAME).stat().st_size < 2_100_000
    assert Ledger(tmp_path).get(TWO) == ONE


def _link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere/at/all")


@pytest.mark.parametrize("block", [Path.mkdir, os.mkfifo, _link_to_nothing])
def test_what_cannot_be_written_is_known_until_the_build_ends(
    block: Callable[[Path], object], tmp_path: Path
) -> None:
    """And nothing waits for a pipe."""
    block(tmp_path / NAME)
    ledger = Ledger(tmp_path)
    ledger.add({ONE: TWO})
    assert ledger.get(ONE) == TWO
    assert Ledger(tmp_path).get(ONE) is None


def test_a_full_disk_is_no_error(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(64 * 1024))
    ledger = Ledger(small_disk / "state")
    ledger.add({ONE: TWO})
    assert ledger.get(ONE) == TWO


@pytest.mark.skipif(sys.platform != "linux", reason="each system has a rule of its own")
@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({}, Path.home() / ".local/state/mkdocs-masko"),
        ({"XDG_STATE_HOME": "/state"}, Path("/state/mkdocs-masko")),
        ({"XDG_STATE_HOME": "/state", "MASKO_STATE_DIR": " /mine "}, Path("/mine")),
        ({"XDG_STATE_HOME": "state"}, Path.home() / ".local/state/mkdocs-masko"),
        ({"MASKO_STATE_DIR": "mine"}, Path("mine")),
        ({"MASKO_STATE_DIR": "~/mine"}, Path.home() / "mine"),
    ],
)
def test_the_folder_follows_the_rules_of_the_system(environ: dict[str, str], folder: Path) -> None:
    """Outside of every project, unless a variable says otherwise."""
    assert default_folder(environ) == folder
