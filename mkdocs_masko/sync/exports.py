"""The exports of all collections, and what is done while one is not ready."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from mkdocs_masko.errors import NotFound, NotReady

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from mkdocs_masko.api.models import Export
    from mkdocs_masko.sync.connection import Connection

_FIRST_PAUSE = 2.0  # seconds
_LONGEST_PAUSE = 30.0
_GROWTH = 1.5


Watch: TypeAlias = "Callable[[int], AbstractContextManager[Callable[[int], None]]]"


def unwatched(_count: int) -> AbstractContextManager[Callable[[int], None]]:
    """Show nothing of downloads."""
    return nullcontext(lambda _: None)


class Patience(Struct, frozen=True):
    """How long to poll for an export that is not ready.

    Attributes:
        seconds: For all collections together.
        sleep: Waits so many seconds.
        tell: Hears before each pause why, and how many seconds it takes.
        watch: Sees downloads: gets their number, and gives what hears the bytes of each.
    """

    seconds: float
    sleep: Callable[[float], None]
    tell: Callable[[str, float], None]
    watch: Watch = unwatched


def fetch_exports(
    connection: Connection, ids: dict[str, str], patience: Patience
) -> dict[str, Export | NotReady]:
    """Fetch the export of each collection, polling while one is not ready.

    Returns:
        By alias the export, or the refusal when the patience is over.

    Raises:
        ApiError: Any other failure.
    """
    pauses = _pauses(patience.seconds)
    found: dict[str, Export | NotReady] = {}
    for alias, collection_id in ids.items():
        found[alias] = _fetch(connection, collection_id, patience, pauses)
    return found


def _fetch(
    connection: Connection, collection_id: str, patience: Patience, pauses: Iterator[float]
) -> Export | NotReady:
    while True:
        try:
            return connection.cdn_export(collection_id)
        except NotFound as error:
            raise error.at(f"collection {collection_id!r}") from None
        except NotReady as error:
            pause = next(pauses, None)
            if pause is None:
                return error
            patience.tell(collection_id, pause)
        patience.sleep(pause)


def _pauses(seconds: float) -> Iterator[float]:
    """Yield growing pauses that add up to the given seconds."""
    pause, left = _FIRST_PAUSE, seconds
    while left > 0:
        yield min(pause, left)
        left -= pause
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)
