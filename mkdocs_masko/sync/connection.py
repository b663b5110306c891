"""The API that the options name: the real one, or the sandbox that comes with the package."""

from __future__ import annotations

import math
import time
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from msgspec import Struct

from mkdocs_masko.errors import NotFound, NotReady
from mkdocs_masko.options import SANDBOX
from mkdocs_masko.urls import SANDBOX_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from mkdocs_masko.api import Client
    from mkdocs_masko.api.models import Export
    from mkdocs_masko.http import Transport
    from mkdocs_masko.sync.site import Site


class Connection(Protocol):
    """What a sync needs of the API and its CDN. Every call may raise an `ApiError`."""

    def cdn_export(self, collection_id: str) -> Export:
        """Return what a collection has published."""
        ...

    def fetch_range(self, url: str, offset: int, length: int) -> tuple[bytes, int | None]:
        """Return bytes of a medium, and its size where it is known."""
        ...

    def download(self, attempt: Callable[[Transport], Any]) -> Any:  # noqa: ANN401 - what the attempt returns
        """Return what an attempt to fetch a medium made of it, once one works."""
        ...


@contextmanager
def connect(
    site: Site, *, wait: float, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Client]:
    """Open the connection, for as long as the options allow.

    Args:
        site: Which API, with which key, and how many seconds for its network work.
        wait: Seconds on top, for an export that is not ready; less than none where some of the
            time is used up.
        sleep: Waits so many seconds before another attempt of a call.

    Raises:
        OptionError: The key or the address cannot be used.
    """
    # Neither is needed, or wanted, by a build from the manifest alone.
    from mkdocs_masko.api import Budget, Client  # noqa: PLC0415

    options = site.options
    budget = Budget(max(options.timeout + wait, 0), setting="timeout")
    # The option bounds a build as a whole, so no call has a timeout of its own.
    make_client = partial(Client, budget=budget, timeout=math.inf, sleep=sleep)
    with ExitStack() as stack:
        if options.api_url == SANDBOX:
            from mkdocs_masko.sandbox import Sandbox  # noqa: PLC0415

            sandbox = stack.enter_context(Sandbox(cdn_url=SANDBOX_ORIGIN, needs_key=False))
            swap = partial(_swap, SANDBOX_ORIGIN, sandbox.origin)
            client = make_client(None, api_url=sandbox.api_url, rewrite=swap)
        else:
            client = make_client(site.key, api_url=options.api_url, key_name=options.api_key_env)
        yield stack.enter_context(client)


def _swap(stand_in: str, real: str, url: str) -> str:
    return url.replace(stand_in, real, 1)


_FIRST_PAUSE = 2.0  # seconds
_LONGEST_PAUSE = 30.0
_GROWTH = 1.5


Progress: TypeAlias = "Callable[[int], AbstractContextManager[Callable[[int], None]]]"


def unwatched(_count: int) -> AbstractContextManager[Callable[[int], None]]:
    """Show nothing of downloads."""
    return nullcontext(lambda _: None)


class PollPolicy(Struct, frozen=True):
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
    watch: Progress = unwatched


def fetch_exports(
    connection: Connection, ids: dict[str, str], patience: PollPolicy
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
    connection: Connection, collection_id: str, patience: PollPolicy, pauses: Iterator[float]
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
