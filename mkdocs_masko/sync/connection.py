"""The connection of a sync: which API it talks to, and how it polls for exports.

`connect` opens a client for the real API, or starts the sandbox that comes with the package.
`fetch_exports` requests the export of each collection, several at a time, and polls for those that
are not ready (409), as a `PollPolicy` says.
"""

from __future__ import annotations

import math
import time
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from msgspec import Struct, structs

from mkdocs_masko.errors import ApiError, MalformedResponse, NotFound, NotReady
from mkdocs_masko.options import SANDBOX
from mkdocs_masko.text import list_some
from mkdocs_masko.urls import SANDBOX_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from mkdocs_masko.api import Budget, Client
    from mkdocs_masko.api.models import Export
    from mkdocs_masko.http import Transport
    from mkdocs_masko.sync.site import Site

T = TypeVar("T")

_MOST_NAMED = 3  # collections, or errors, in one message


class Connection(Protocol):
    """What a sync needs of the API and its CDN. Every method may raise an `ApiError`."""

    def cdn_export(self, collection_id: str) -> Export:
        """Return what a collection has published."""
        ...

    def fetch_range(self, url: str, offset: int, length: int) -> tuple[bytes, int | None]:
        """Return a range of a medium's bytes, and the size of the whole where it is known."""
        ...

    def download(self, attempt: Callable[[Transport], Any]) -> Any:  # noqa: ANN401 - what the attempt returns
        """Run a download, again where it fails for a while, and return its result."""
        ...


def network_budget(site: Site, *, elapsed: float = 0.0, setting: str = "timeout") -> Budget:
    """Return the time for all network work of a build or a command, which begins now.

    Args:
        site: Its options say how long it is.
        elapsed: Seconds of it that have passed already.
        setting: What the user raises to get more.
    """
    # A build from the manifest alone must not pay for importing an HTTP client.
    from mkdocs_masko.api import Budget  # noqa: PLC0415

    return Budget(site.options.timeout, setting=setting, elapsed=elapsed)


@contextmanager
def connect(
    site: Site, budget: Budget | None = None, *, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Client]:
    """Open a connection that lasts as long as the options allow.

    Args:
        site: Which API, with which key, and the timeout for network work.
        budget: The time for network work, where some of it has passed.
        sleep: Sleeps for a number of seconds, before a retry.

    Raises:
        OptionError: The key or the API's URL cannot be used, or the key may not go there.
    """
    # A build from the manifest alone must not pay for importing an HTTP client.
    from mkdocs_masko.api import Client  # noqa: PLC0415

    options = site.options
    budget = budget or network_budget(site)
    # The option bounds a build as a whole, so no call has a timeout of its own.
    make_client = partial(Client, budget=budget, timeout=math.inf, sleep=sleep)
    with ExitStack() as stack:
        if options.api_url == SANDBOX:
            from mkdocs_masko.sandbox import Sandbox  # noqa: PLC0415

            # The manifest must not change with the port of a server that lives for one sync, so
            # the sandbox publishes under a reserved host, which is mapped to the real one here.
            sandbox = stack.enter_context(Sandbox(cdn_url=SANDBOX_ORIGIN, needs_key=False))
            rewrite = partial(_replace_origin, SANDBOX_ORIGIN, sandbox.origin)
            client = make_client(None, api_url=sandbox.api_url, rewrite=rewrite)
        else:
            site.check_recipient()
            client = make_client(site.key, api_url=options.api_url, key_name=options.api_key_env)
        yield stack.enter_context(client)


def _replace_origin(old: str, new: str, url: str) -> str:
    return url.replace(old, new, 1)


Progress: TypeAlias = "Callable[[int], AbstractContextManager[Callable[[int], None]]]"
"""Reports work on media: is called with their number, and gives a context whose value is called
with the bytes that came over the network for each, 0 for a cache hit. That may happen in several
threads."""


def no_progress(_count: int) -> AbstractContextManager[Callable[[int], None]]:
    """Report nothing."""
    return nullcontext(lambda _: None)


class PollPolicy(Struct, frozen=True):
    """How to poll for an export that is not ready, and how to report that and other work.

    Attributes:
        timeout: Seconds, for all collections together.
        sleep: Sleeps for a number of seconds.
        on_wait: Called before each pause with the ids of the collections that are not ready, and
            the seconds of the pause.
        progress: Reports the downloads of the sync.
        reading: Reports the media whose first bytes are read.
        sleep_before_retry: Sleeps for a number of seconds, before a request is made again.
        time_setting: What the user raises to get more time for network work.
    """

    timeout: float
    sleep: Callable[[float], None]
    on_wait: Callable[[Sequence[str], float], None]
    progress: Progress = no_progress
    reading: Progress = no_progress
    sleep_before_retry: Callable[[float], None] = time.sleep
    time_setting: str = "timeout"

    def excluded_from(self, budget: Budget) -> PollPolicy:
        """Return the same policy, whose pauses do not count as network work."""

        def sleep(seconds: float) -> None:
            self.sleep(seconds)
            budget.extend(seconds)

        return structs.replace(self, sleep=sleep)


def fetch_exports(
    connection: Connection, ids: dict[str, str], poll_policy: PollPolicy
) -> dict[str, Export | NotReady]:
    """Fetch the export of each collection, polling while one is not ready.

    Args:
        connection: To the API.
        ids: The collections' ids by their aliases.
        poll_policy: How long to poll.

    Returns:
        By alias the export, or the API's last refusal when polling timed out.

    Raises:
        ApiError: Any other failure.
    """
    pauses = _pauses(poll_policy.timeout)  # one budget: two collections do not wait twice
    responses = _request_exports(connection, ids)
    while waiting := {a: ids[a] for a, each in responses.items() if isinstance(each, NotReady)}:
        pause = next(pauses, None)
        if pause is None:
            break
        poll_policy.on_wait(tuple(dict.fromkeys(waiting.values())), pause)
        poll_policy.sleep(pause)
        responses |= _request_exports(connection, waiting)
    return responses


def _request_exports(connection: Connection, ids: dict[str, str]) -> dict[str, Export | NotReady]:
    """Request the export of each collection once, several at a time.

    Raises:
        ApiError: All collections that the API does not have, in the order of the options, up to
            the first request where the API itself fails: it must not matter which response
            came first.
    """
    unique_ids = dict.fromkeys(ids.values())
    responses: dict[str, Export | NotReady] = {}
    errors: list[tuple[str, ApiError]] = []
    try:
        requests = map_in_order(partial(_request_export, connection), unique_ids)
        for collection_id, response in zip(unique_ids, requests, strict=True):
            if isinstance(response, (NotFound, MalformedResponse)):
                errors.append((collection_id, response))
            else:
                responses[collection_id] = response
    except ApiError as error:
        errors.append(("", error))
    if errors:
        raise _combine(errors)
    return {alias: responses[collection_id] for alias, collection_id in ids.items()}


def _combine(errors: list[tuple[str, ApiError]]) -> ApiError:
    """Return the first error with the messages of all, each once for the collections it is about.

    Args:
        errors: Each with the id of its collection, or an empty string where it is about all.
    """
    ids_by_message: dict[str, list[str]] = {}
    for collection_id, error in errors:
        ids_by_message.setdefault(str(error), []).extend([collection_id] * bool(collection_id))
    messages = [
        f"{name_collections(ids)}: {message}" if ids else message
        for message, ids in ids_by_message.items()
    ]
    if len(messages) > _MOST_NAMED:
        messages[_MOST_NAMED:] = [f"and {len(messages) - _MOST_NAMED} more"]
    return errors[0][1].with_message("; ".join(messages))


def name_collections(names: Sequence[str]) -> str:
    """Name collections at the start of a message: `collections 'fox', 'owl'`."""
    noun = "collection" if len(names) == 1 else "collections"
    return f"{noun} {list_some(map(repr, names), _MOST_NAMED)}"


def _request_export(
    connection: Connection, collection_id: str
) -> Export | NotReady | NotFound | MalformedResponse:
    """Return an export, or what is wrong with this collection alone."""
    try:
        return connection.cdn_export(collection_id)
    except (NotFound, MalformedResponse, NotReady) as error:
        return error


def map_in_order(function: Callable[[str], T], arguments: Iterable[str]) -> Iterator[T]:
    """Call a function for each argument, several at a time, and yield the results in order.

    Raises:
        Exception: What the function raised for the first of the arguments for which it did. What
            has not begun by then does not begin any more.
    """
    each = list(arguments)
    if len(each) == 1:  # in this thread, Ctrl+C ends a request at once
        yield function(each[0])
        return
    # A build from the manifest alone must not pay for importing the downloader.
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    from mkdocs_masko.assets.download import MAX_CONNECTIONS  # noqa: PLC0415

    with ThreadPoolExecutor(MAX_CONNECTIONS) as pool:
        yield from pool.map(function, each)


def describe_waiting(ids: Sequence[str]) -> str:
    """Say that exports are not ready: `draft is not ready (409)`."""
    verb = "is" if len(ids) == 1 else "are"
    return f"{list_some(ids, _MOST_NAMED)} {verb} not ready (409)"


_FIRST_PAUSE = 2.0  # seconds
_LONGEST_PAUSE = 30.0
_BACKOFF = 1.5


def _pauses(timeout: float) -> Iterator[float]:
    """Yield growing pauses that add up to the timeout, all in seconds."""
    pause, remaining = _FIRST_PAUSE, timeout
    while remaining > 0:
        yield min(pause, remaining)
        remaining -= pause
        pause = min(pause * _BACKOFF, _LONGEST_PAUSE)
