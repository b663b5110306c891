"""Sites that Zensical builds: its own command, in a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import urlopen

import cli_process as cli
from media_cache import shared_cache
from sites import Built

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

COMMAND = Path(sys.executable).with_name("zensical")
LAID = "docs/assets/masko"

_TIME = 120  # seconds after which Zensical hangs
_QUIET = 1.5  # seconds without a word, after which no build runs
_PAUSE = 0.1  # seconds between two looks at a server


def make(
    folder: Path,
    pages: Mapping[str, str],
    options: Mapping[str, Any] | None = None,
    *,
    settings: str = "",
) -> Path:
    """Write a site with the sandbox's fox, its manifest, and what its pages load.

    Args:
        folder: Where.
        pages: Markdown by file.
        options: More options of the extension, as TOML has them.
        settings: More lines of `zensical.toml`, behind those of the extension.
    """
    write(folder, pages, options, settings=settings)
    sync(folder)
    return folder


def sync(folder: Path) -> None:
    """Write the manifest, and what pages load."""
    done = cli.run(folder, "sync", **shared_cache())
    assert done.code == 0, done.said


def write(
    folder: Path,
    pages: Mapping[str, str],
    options: Mapping[str, Any] | None = None,
    *,
    settings: str = "",
) -> None:
    """Write the pages and the configuration of a site."""
    for name, text in pages.items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    chosen = {"collection": "fox", "api_url": "sandbox", **(options or {})}
    lines = [
        *("[project]", 'site_name = "Site"', f'watch = ["masko.manifest.json", "{LAID}"]'),
        "[project.markdown_extensions]",
        *("attr_list = {}", "md_in_html = {}", "admonition = {}", "toc = {}"),
        "[project.markdown_extensions.masko]",
        *(f"{name} = {_toml(value)}" for name, value in chosen.items()),
    ]
    (folder / "zensical.toml").write_text("\n".join([*lines, settings, ""]), encoding="utf-8")


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, str) else str(value)


def example(folder: Path) -> Built:
    """Build a copy of the example site, as `make demo HOST=zensical` does."""
    sync(folder)
    built = build(folder, "--strict").good()
    return replace(built, site=folder / "site-zensical")


def build(folder: Path, *arguments: str, is_clean: bool = True, **variables: str) -> Built:
    """Build a site, all of it or what is not in the cache."""
    done = subprocess.run(
        [COMMAND, "build", *(["--clean"] if is_clean else []), *arguments],
        cwd=folder,
        env=cli.environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=_TIME,
        check=False,
    )
    return Built(code=done.returncode, output=done.stdout, site=folder / "site")


def article(html: str) -> str:
    """Return the content of a page, without the theme around it."""
    return html.partition("<article")[2].partition("</article>")[0]


class Server:
    """`zensical serve`, while it runs.

    Args:
        process: The process.
        url: Where it serves.
        log: The file that holds its output.
    """

    def __init__(self, process: subprocess.Popen[str], url: str, log: Path) -> None:
        self._process, self._url, self._log = process, url, log

    def page(self, path: str = "") -> str:
        """Return the page that is served now; an empty text while there is none."""
        try:
            with urlopen(f"{self._url}/{path}", timeout=_TIME) as response:  # noqa: S310 - on this machine
                return str(response.read().decode())
        except HTTPError as error:
            error.close()  # it is a response, too
            return ""
        except OSError:
            return ""

    def wait_for(self, text: str, path: str = "") -> str:
        """Return the page as soon as a text is on it."""
        return self._wait(lambda: self.page(path), text)

    def wait_for_log(self, text: str) -> str:
        """Return the output as soon as a text is in it."""
        return self._wait(self.log, text)

    def settle(self) -> None:
        """Wait until nothing is built: Zensical may miss a change that comes meanwhile."""
        before = ""
        while before != self.log():
            before = self.log()
            time.sleep(_QUIET)

    def log(self) -> str:
        """Return the output so far."""
        return self._log.read_text(encoding="utf-8")

    def _wait(self, read: Any, text: str) -> str:  # noqa: ANN401 - a function without arguments
        end = time.monotonic() + _TIME
        while time.monotonic() < end:
            found = str(read())
            if text in found:
                return found
            assert self._process.poll() is None, self.log()
            time.sleep(_PAUSE)
        raise AssertionError(f"{text!r} never came: {read()}\n{self.log()}")


@contextmanager
def serve(folder: Path) -> Iterator[Server]:
    """Serve a site until the block ends."""
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "serve.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [COMMAND, "serve", "--dev-addr", f"localhost:{port}"],
            cwd=folder,
            env=cli.environment(PYTHONUNBUFFERED="1"),
            stdout=output,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        try:
            yield Server(process, f"http://localhost:{port}", log)
        finally:
            process.kill()
            process.wait()
