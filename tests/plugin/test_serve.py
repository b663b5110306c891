"""`mkdocs serve`: one look at the API, and then only files matter."""

from __future__ import annotations

import hashlib
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

import sites
from mkdocs_masko.options import read_options
from mkdocs_masko.sync import PollPolicy, site_of, update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mkdocs_masko.sandbox import Sandbox

FOX = {"collections": {"fox": "fox"}}
_BOUND = 60  # seconds for anything that has to happen
_IDLE = 3  # seconds in which nothing may happen
_BUILDING = "Building documentation"


class Server:
    """A running `mkdocs serve`, with all that it has printed."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.output = ""
        self._url = f"http://127.0.0.1:{port}/"
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line

    def page(self) -> str:
        """Return the home page."""
        _, content = self.fetch("")
        return content.decode()

    def fetch(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Return the status and the body of an answer."""
        asked = Request(self._url + path, headers=headers)  # noqa: S310 - loopback
        with urlopen(asked, timeout=_BOUND) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read()

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something."""
        end = time.monotonic() + _BOUND
        while not happened():
            assert self.process.poll() is None, self.output
            assert time.monotonic() < end, self.output
            time.sleep(0.05)

    def builds(self) -> int:
        """Return how often it has built."""
        return self.output.count(_BUILDING)

    def settle(self) -> None:
        """Wait until nothing is built any more.

        One change may be two builds: the watcher tells of a file when it is opened and when it is
        closed, and on a busy machine a build starts between the two.
        """
        end = time.monotonic() + _BOUND
        while True:
            built = self.builds()
            time.sleep(_IDLE)
            if self.builds() == built:
                return
            assert time.monotonic() < end, self.output

    def stop(self) -> int:
        """End it as Ctrl+C does."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(_BOUND)
        self._reader.join(_BOUND)
        return code


@contextmanager
def _serving(folder: Path, host: str = "mkdocs", **variables: str) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", host, "serve", "-a", f"127.0.0.1:{port}"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=sites.environment(PYTHONUNBUFFERED="1", **variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        server = Server(process, port)
        try:
            server.until(lambda: "Serving on" in server.output)
            yield server
        finally:
            process.kill()


def _cache(folder: Path) -> dict[Path, int]:
    """Return when each file of the cache was written."""
    found = (folder / ".cache/plugin/masko").rglob("*")
    return {path: path.stat().st_mtime_ns for path in found if path.is_file()}


def _variables(sandbox: Sandbox) -> dict[str, str]:
    return {"MASKO_API_URL": sandbox.api_url, "MASKO_API_KEY": sites.KEY}


def _manifest_now(sandbox: Sandbox, folder: Path) -> str:
    """Return the manifest of what the sandbox has published by now."""
    site = site_of(read_options(FOX, _variables(sandbox)), folder, _variables(sandbox))
    update(site, PollPolicy(0, time.sleep, lambda *_: None))
    return site.manifest.read_text(encoding="utf-8")


def test_the_api_is_asked_once_and_files_are_followed(sandbox: Sandbox, tmp_path: Path) -> None:
    """A page is built again without a call, and a changed manifest changes the page."""
    folder = sites.make(tmp_path / "site", {"index.md": "![A fox](masko:wave)"}, options=FOX)
    with _serving(folder, **_variables(sandbox)) as server:
        exports = [r for r in sandbox.requests if r.path.endswith("/cdn-export")]
        assert len(exports) == 1
        assert server.builds() == 1
        first = sites.embeds(server.page())
        assert len(first) == 1
        sandbox.requests.clear()

        (folder / "docs/index.md").write_text("![A fox](masko:wave)\n\nAgain", encoding="utf-8")
        server.until(lambda: "Again" in server.page())
        assert sites.embeds(server.page()) == first
        assert sandbox.requests == []

        sandbox.world.regenerate("fox", "wave", "owl/blink")
        new = _manifest_now(sandbox, tmp_path)
        sandbox.requests.clear()
        (folder / "masko.manifest.json").write_text(new, encoding="utf-8")
        server.until(lambda: sites.embeds(server.page()) != first)
        assert sandbox.requests == []

        server.settle()
        assert server.stop() == 0
    assert "Traceback" not in server.output
    assert "ERROR" not in server.output


def test_a_slip_is_told_while_serving_and_gone_when_it_is_mended(tmp_path: Path) -> None:
    """Neither a bad reference nor a broken manifest ends the server."""
    folder = sites.make(tmp_path, {"index.md": "![A fox](masko:wave)"})
    with _serving(folder) as server:
        (folder / "docs/index.md").write_text("![Oops](masko:wavee)", encoding="utf-8")
        server.until(lambda: "Oops" in server.page())
        server.until(lambda: "docs/index.md:1:9: no pose 'wavee' in 'fox'" in server.output)
        (folder / "masko.manifest.json").write_text("{", encoding="utf-8")
        server.until(lambda: "masko.manifest.json: Input data was truncated" in server.output)
        (folder / "masko.manifest.json").write_text(sites.manifest(), encoding="utf-8")
        (folder / "docs/index.md").write_text("![Good](masko:wave)", encoding="utf-8")
        server.until(lambda: "Good" in server.page())
        assert len(sites.embeds(server.page())) == 1
        warnings = server.output.count("WARNING")
        (folder / "docs/index.md").write_text("![Well](masko:wave)", encoding="utf-8")
        server.until(lambda: "Well" in server.page())
        assert server.output.count("WARNING") == warnings
        assert server.stop() == 0


def test_the_sandbox_of_the_plugin_itself_serves_too(tmp_path: Path) -> None:
    """The media come from the server, and no thread of the sandbox keeps it from ending."""
    folder = sites.make(tmp_path, {"index.md": "![A fox](masko:wave)"}, options=sites.SANDBOX)
    with _serving(folder) as server:
        assert 'src="assets/masko/wave.' in server.page()
        assert server.stop() == 0
    assert server.builds() == 1


def test_parts_of_media_are_served_and_none_is_fetched_or_made_twice(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Of a site that serves its media itself: what Safari asks for, and a build that knows all."""
    options = {**FOX, "hosting": "self", "api_url": sandbox.api_url}
    folder = sites.make(tmp_path, {"index.md": "![A fox](masko:wave)"}, options=options)
    with _serving(folder, **_variables(sandbox)) as server:
        (path,) = set(re.findall(r'assets/masko/wave[^"]+webm', server.page()))
        status, whole = server.fetch(path)
        assert status == 200
        assert hashlib.sha256(whole).hexdigest() in {kept.name for kept in _cache(folder)}
        assert server.fetch(path, Range="bytes=0-1") == (206, whole[:2])
        assert server.fetch(path, Range="bytes=1000-") == (206, whole[1000:])

        kept = _cache(folder)
        sandbox.requests.clear()
        (folder / "docs/index.md").write_text("![A fox](masko:wave)\n\nAgain", encoding="utf-8")
        server.until(lambda: "Again" in server.page())
        assert sandbox.requests == []
        assert _cache(folder) == kept
        assert server.stop() == 0


@pytest.mark.parametrize("host", ["mkdocs", "properdocs"])
def test_templates_of_poses_and_of_the_theme_are_followed(host: str, tmp_path: Path) -> None:
    """An override is taken as soon as it is there, and again when it is edited or removed.

    The manifest, which stays the same meanwhile, is read once.
    """
    folder = sites.make(tmp_path / "site", {"index.md": "![A fox](masko:wave){ kind=image }"})
    (tmp_path / "python").mkdir()
    reads = sites.Reads(tmp_path / "python")
    with _serving(folder, host, **reads.variables()) as server:
        first = sites.embeds(server.page())
        (folder / "theme/masko").mkdir()
        still = folder / "theme/masko/still.html"
        still.write_text("<i class=masko>{{ pose.alt }} one</i>", encoding="utf-8")
        server.until(lambda: "A fox one</i>" in server.page())
        still.write_text("<i class=masko>{{ pose.alt }} two</i>", encoding="utf-8")
        server.until(lambda: "A fox two</i>" in server.page())
        still.unlink()
        server.until(lambda: sites.embeds(server.page()) == first)

        text = (folder / "theme/main.html").read_text(encoding="utf-8")
        macro = '{{ masko_image("owl/blink", width=9) }}'
        (folder / "theme/main.html").write_text(text + macro, encoding="utf-8")
        server.until(lambda: len(sites.embeds(server.page())) == 2)
        assert server.stop() == 0
    assert "Traceback" not in server.output
    assert reads.count(folder / "masko.manifest.json") == 1


@pytest.mark.parametrize("custom_dir", [".", "docs/.."])
def test_a_project_is_not_watched_as_a_whole(custom_dir: str, tmp_path: Path) -> None:
    """A theme's folder that holds the project is left out, but for the templates of poses."""
    theme = {**sites.BARE, "custom_dir": custom_dir}
    still = {"masko/still.html": "<i class=masko>one</i>", "main.html": sites.MAIN}
    page = {"index.md": "![A fox](masko:wave){ kind=image }"}
    folder = sites.make(tmp_path, page, files=still, theme=theme)
    with _serving(folder) as server:
        watched = next(line for line in server.output.splitlines() if "Watching paths" in line)
        assert f"'{folder}'" not in watched
        assert "'.'" not in watched
        (folder / "masko/still.html").write_text("<i class=masko>two</i>", encoding="utf-8")
        server.until(lambda: "two</i>" in server.page())
        assert server.stop() == 0
