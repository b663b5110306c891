"""The sandbox as tests and demos use it: start, stop, and what goes wrong on demand."""

from __future__ import annotations

import time
from threading import Event
from typing import TYPE_CHECKING

from mkdocs_masko.errors import OptionError
from mkdocs_masko.sandbox.app import Service
from mkdocs_masko.sandbox.cdn import MEDIA_DIR
from mkdocs_masko.sandbox.faults import Faults
from mkdocs_masko.sandbox.limits import Limits
from mkdocs_masko.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

    from mkdocs_masko.sandbox.faults import Fault
    from mkdocs_masko.sandbox.responses import Answer, Request
    from mkdocs_masko.sandbox.server import LoopbackServer


class Sandbox:
    """The Masko API and its CDN on loopback, with invented mascots.

    ```python
    with Sandbox(faults=[Fault.parse("not-ready:2")]) as sandbox:
        urlopen(f"{sandbox.api_url}/collections/fox/cdn-export")
    ```

    Attributes:
        world: The projects, collections and items; tests may change it.
        requests: The requests since the start, in order of arrival; of many, the last ones.

    Args:
        port: Where to listen on 127.0.0.1; 0 takes a free port.
        cdn_url: What the URLs in an export begin with; None for where the CDN listens.
        needs_key: Whether calls need a key; any well-formed one will do.
        faults: Faults to inject; their seconds count from the start.
        media_dir: Folder of the media.
        clock: Returns the time in seconds since the epoch.
        limits: What is taken from clients.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of whoever starts it
        self,
        *,
        port: int = 0,
        cdn_url: str | None = None,
        needs_key: bool = True,
        faults: Iterable[Fault] = (),
        media_dir: Path = MEDIA_DIR,
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
    ) -> None:
        if not (media_dir / "placeholder.png").is_file():
            raise OptionError(f"no media of the cast in {media_dir}: placeholder.png is missing")
        self.world = World(media_dir)
        self.requests: list[Request] = []
        self._limits = limits or Limits()
        self._port = port
        self._cdn_url = cdn_url
        self._stopped = Event()
        self._faults = Faults(clock)
        for fault in faults:
            self._faults.add(fault)
        self._service = Service(
            self.world, self._faults, needs_key=needs_key, clock=clock, wait=self._stopped.wait
        )
        self._server: LoopbackServer | None = None

    def start(self) -> Self:
        """Listen, and return at once.

        Raises:
            OptionError: The port is taken, or is none.
        """
        if self._server is None:
            self._stopped.clear()
            self._faults.restart()
            from mkdocs_masko.sandbox.server import LoopbackServer  # noqa: PLC0415 - see there

            self._server = LoopbackServer(
                self._port, self._answer, self._service.refuse, self._limits
            )
            self._service.origin = self.origin
            self._service.cdn_url = self.cdn_url
        return self

    def stop(self) -> None:
        """End the server and all its connections; does nothing when it is not running."""
        server, self._server = self._server, None
        if server is not None:
            self._stopped.set()
            server.end()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def origin(self) -> str:
        """Where API and CDN listen: `http://127.0.0.1:PORT`."""
        if self._server is None:
            raise RuntimeError("the sandbox is not running: start() it first")
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        """The base of all calls: `http://127.0.0.1:PORT/v1`."""
        return f"{self.origin}/v1"

    @property
    def cdn_url(self) -> str:
        """What the URLs in an export begin with."""
        return self.origin if self._cdn_url is None else self._cdn_url.rstrip("/")

    @property
    def legacy(self) -> bool:
        """Whether it answers in the older dialect, with other envelopes for lists and errors."""
        return self._service.legacy

    @legacy.setter
    def legacy(self, legacy: bool) -> None:
        self._service.legacy = legacy

    @property
    def shuffle(self) -> bool:
        """Whether each list and export comes in another order every time."""
        return self._service.shuffle

    @shuffle.setter
    def shuffle(self, shuffle: bool) -> None:
        self._service.shuffle = shuffle

    def publish(self, collection_id: str, *, published: bool = True) -> None:
        """Publish a collection, or take it back: its export is a 409 then."""
        self.world.publish(collection_id, published=published)

    def add_fault(self, fault: Fault) -> None:
        """Inject a fault from now on; those that were added before come first."""
        self._faults.add(fault)

    def clear_faults(self) -> None:
        """Inject no fault any more."""
        self._faults.clear()

    def _answer(self, request: Request) -> Answer:
        self.requests.append(request)
        del self.requests[: -self._limits.requests]
        return self._service.answer(request)
