"""A sync: a hundred collections, and three hundred media that have not changed since the last one.

The API and its CDN are the sandbox, in a process of its own, which answers after 20 ms. Exports are
requested one after another and by a sync; runs take turns, so that a machine that slows down slows
all of them, and medians are shown. The second part counts, for each hosting, what the first and the
second sync of the same media receive, without headers.

    python benchmarks/sync.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_masko.options import read_options
from mkdocs_masko.sandbox import Answer, Fault, Sandbox
from mkdocs_masko.sync import PollPolicy, connect, site_of, update
from mkdocs_masko.text import format_size

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from mkdocs_masko.sandbox import Moment
    from mkdocs_masko.sync import Site

KEY = "masko_" + "c0de5afe" * 8
LATENCY = 0.02  # seconds
COLLECTIONS = 100
POSES = 27  # with ten media each, and 32 of the fox
IDS = {f"mascot{number}": f"c{number}" for number in range(COLLECTIONS)}


@dataclass
class Meter:
    """Answers after a while, and counts requests and the bytes of answers."""

    requests: int = 0
    sent: int = 0
    peak: int = 0
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, moment: Moment, /) -> Answer:
        """Answer a request."""
        with self._lock:
            self._now += 1
            self.requests += 1
            self.peak = max(self.peak, self._now)
        time.sleep(LATENCY)
        answer = moment.usual()
        with self._lock:
            self._now -= 1
            self.sent += len(answer.body)
        return answer


def serve(pipe: Connection) -> None:
    """Run the sandbox, and tell what was counted since the last time whenever that is asked."""
    with Sandbox() as sandbox:
        draft = replace(sandbox.world.collection("draft"), is_published=True)
        for collection_id in IDS.values():
            sandbox.world.put_collection(
                replace(draft, id=collection_id, public_slug=collection_id)
            )
        for number in range(POSES):
            sandbox.world.add_item("fox", f"pose {number}", "fox/wave")
        pipe.send(sandbox.api_url)
        while True:
            sandbox.clear_faults()
            meter = Meter()
            sandbox.add_fault(Fault(effect=meter, paths=re.compile(r".*")))
            if not pipe.recv():
                return
            pipe.send((meter.requests, meter.sent, meter.peak))


def main() -> None:
    """Measure, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=serve, args=[there], daemon=True)
    process.start()
    api_url = here.recv()

    def measure(action: Callable[[], object]) -> tuple[float, int, int, int]:
        start = time.monotonic()
        action()
        seconds = time.monotonic() - start
        here.send(True)
        return (seconds, *here.recv())

    with tempfile.TemporaryDirectory() as folder:
        print_exports(measure, make_site(Path(folder), api_url, collections=IDS), rounds)
        print_media(measure, Path(folder), api_url)
    here.send(False)
    process.join()


def make_site(folder: Path, api_url: str, **options: Any) -> Site:  # noqa: ANN401 - the plugin's options
    """Describe a site in an empty folder."""
    place = Path(tempfile.mkdtemp(dir=folder))
    environ = {"MASKO_API_KEY": KEY, "MASKO_STATE_DIR": str(place / "state")}
    raw = {"api_url": api_url, "timeout": 300, **options}
    return site_of(read_options(raw, {}), place, environ)


def sync(site: Site) -> None:
    """Do what `mkdocs-masko sync` does."""
    update(site, PollPolicy(0, time.sleep, lambda *_: None), revalidate=True)


def print_exports(
    measure: Callable[[Callable[[], object]], tuple[float, int, int, int]], site: Site, rounds: int
) -> None:
    """Compare exports one after another with a sync of the same collections."""

    def request_each() -> None:
        with connect(site) as client:
            for collection_id in IDS.values():
                client.cdn_export(collection_id)

    sync(site)  # from now on nothing has changed
    actions = {
        "exports, one after another": request_each,
        "a sync": lambda: update(site, PollPolicy(0, time.sleep, lambda *_: None)),
    }
    measure(int)
    runs: dict[str, list[tuple[float, int, int, int]]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            runs[name].append(measure(action))
    print(f"{COLLECTIONS} collections, an API that answers after {LATENCY * 1000:.0f} ms\n")
    print("| what | seconds | requests at once |")
    print("|---|---|---|")
    for name, results in runs.items():
        seconds = statistics.median(each[0] for each in results)
        print(f"| {name} | {seconds:.2f} | {max(each[3] for each in results)} |")


def print_media(
    measure: Callable[[Callable[[], object]], tuple[float, int, int, int]],
    folder: Path,
    api_url: str,
) -> None:
    """Count what a first and a second sync receive."""
    print("\n| sync of the same media | requests | received | seconds |")
    print("|---|---|---|---|")
    for hosting in ("cdn", "self"):
        site = make_site(folder, api_url, collection="fox", hosting=hosting)
        for which in ("first", "second"):
            seconds, requests, sent, _ = measure(partial(sync, site))
            size = format_size(sent)
            print(f"| `hosting: {hosting}`, {which} | {requests} | {size} | {seconds:.2f} |")


if __name__ == "__main__":
    main()
