"""What holds of an edited document, whatever its format."""

from __future__ import annotations


def assert_only_inserted(old: str, new: str) -> None:
    """Nothing of a document is gone, and of its lines at most three are longer than they were."""
    characters = iter(new)
    assert all(character in characters for character in old)
    left = new.splitlines(keepends=True)
    assert sum(line not in left for line in old.splitlines(keepends=True)) <= 3
