"""Sites that sync with a sandbox, in the test's own process."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cli_process import config
from mkdocs_masko.options import read_options
from mkdocs_masko.sandbox import Item
from mkdocs_masko.sync import PollPolicy, Site, site_of, update

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mkdocs_masko.manifest import Collection, Medium, Pose
    from mkdocs_masko.sandbox import Request, Sandbox
    from mkdocs_masko.sync import SyncResult

KEY = "masko_" + "c0de5afe" * 8
NAME = "masko.manifest.json"


def site(folder: Path, sandbox: Sandbox | None, *, key: str = KEY, **options: Any) -> Site:  # noqa: ANN401 - the plugin's options
    """Describe a site of the fox, or of what `collection` or `collections` say."""
    chosen = {} if "collections" in options else {"collection": "fox"}
    address = {"api_url": sandbox.api_url} if sandbox else {}
    raw = {**chosen, **address, **options}
    state = os.environ["MASKO_STATE_DIR"]
    return site_of(read_options(raw, {}), folder, {"MASKO_API_KEY": key, "MASKO_STATE_DIR": state})


@dataclass
class Pauses:
    """A clock that only notes how long it is asked to wait.

    Attributes:
        taken: The pauses, in seconds.
        heard: The collections that were reported.
        after: Happens in each pause.
    """

    after: Callable[[int], object] = lambda _: None
    taken: list[float] = field(default_factory=list)
    heard: list[tuple[str, float]] = field(default_factory=list)

    def poll_policy(self, seconds: float = 0) -> PollPolicy:
        """Return a poll policy with a timeout in seconds."""
        return PollPolicy(seconds, self._sleep, self._hear)

    def _hear(self, collections: Sequence[str], pause: float) -> None:
        self.heard += [(collection_id, pause) for collection_id in collections]

    def _sleep(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.after(len(self.taken))


def now() -> PollPolicy:
    """Return a poll policy that does not wait."""
    return Pauses().poll_policy()


def make(folder: Path, sandbox: Sandbox, **options: Any) -> Path:  # noqa: ANN401 - the plugin's options
    """Write a site's configuration and its manifest, and return the manifest's path."""
    config(folder, **options)
    update(site(folder, sandbox, **options), now())
    return folder / NAME


def collection(outcome: SyncResult, alias: str = "default") -> Collection:
    """Return a collection of a new manifest."""
    return outcome.manifest.collections[alias]


def poses(outcome: SyncResult, alias: str = "default") -> dict[str, Pose]:
    """Return the poses of a new manifest."""
    return collection(outcome, alias).poses


def media(outcome: SyncResult) -> list[Medium]:
    """Return all media of a new manifest."""
    found = outcome.manifest.collections.values()
    return [m for c in found for pose in c.poses.values() for _, m in pose.media()]


def warnings(outcome: SyncResult) -> list[str]:
    """Return what people are warned of."""
    return [message.text for message in outcome.messages if message.level == "warning"]


def api_requests(sandbox: Sandbox) -> list[Request]:
    """Return what the API was asked."""
    return [request for request in sandbox.requests if request.path.startswith("/v1/")]


def cdn_requests(sandbox: Sandbox) -> list[Request]:
    """Return what the CDN was asked."""
    return [request for request in sandbox.requests if not request.path.startswith("/v1/")]


def path_of(url: str) -> str:
    """Return the path of an address."""
    return urlsplit(url).path


def content_of(sandbox: Sandbox, medium: Medium) -> bytes:
    """Return the file behind a medium."""
    content = sandbox.world.content_at(path_of(medium.url))
    assert content is not None
    return content


def put_export(sandbox: Sandbox, collection_id: str, name: str, **export: object) -> None:
    """Let a collection export an item as it is given, whatever that is."""
    item = Item(
        id=f"5e1f0000-0000-4000-8000-{len(sandbox.world.collection(collection_id).items):012}",
        name=name,
        prompt="",
        public_slug="x",
        created_at="2026-04-01T00:00:00Z",
        media=None,
        extra={"animations": [], **export},
    )
    sandbox.world.put_item(collection_id, item)


def document(site: Site) -> Any:  # noqa: ANN401 - JSON
    """Return the manifest's file as JSON."""
    return json.loads(site.manifest.read_bytes())


def stamp(path: Path) -> tuple[int, int, int]:
    """Return what changes when a file is written, even with the same bytes."""
    found = path.stat()
    return found.st_mtime_ns, found.st_ino, found.st_size
