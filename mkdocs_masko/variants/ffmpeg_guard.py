"""A process that runs ffmpeg for another one, and cleans up when that ends, however it ends.

ffmpeg does not notice when whoever started it dies, and nobody else would remove its files. So
this process, which is small, stands in between: it reads commands from its standard input, runs
them one at a time in a temporary folder, and answers on its standard output. When its input ends,
because the other process closed it or is no more, it kills ffmpeg, removes the folder and ends.

It is run as a script, with nothing but the standard library.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

_LONGEST_LOG = 16 * 1024  # bytes of what ffmpeg says that are handed on


def main() -> None:
    """Run commands until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever reads the answers
    # These two, with which a CI system ends all processes of a job, end whoever writes the input,
    # too; when that ends, all is removed.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(AttributeError, OSError, ValueError):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    folder = Path(tempfile.mkdtemp(prefix="mkdocs-masko-"))
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def serve(commands: IO[bytes], answers: IO[bytes], folder: Path) -> None:
    """Run commands in a folder until there are no more.

    Args:
        commands: A JSON object each line: `command`, a list of arguments; `seconds`, after which
            it is killed; `bytes`, the most that a file of its may have, on POSIX.
        answers: Gets a line of JSON at once, the folder, and another one after each command:
            `code`, None when time was up, and `log`, the end of what it said.
        folder: Where commands run.
    """
    answer = _Answers(answers)
    answer.write(str(folder))
    running: _Run | None = None
    for line in commands:
        running = _Run(json.loads(line), folder, answer)
        running.start()
    if running:
        running.stop()


class _Answers:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, value: object) -> None:
        with suppress(OSError):  # nobody listens any more: the input has ended as well
            self._file.write(json.dumps(value).encode() + b"\n")
            self._file.flush()


class _Run(threading.Thread):
    """One command at work, while the input is still watched."""

    def __init__(self, request: dict[str, Any], folder: Path, answer: _Answers) -> None:
        super().__init__(daemon=True)
        self._request, self._folder, self._answer = request, folder, answer
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    def run(self) -> None:
        log = self._folder / "log"
        try:
            with log.open("wb") as file:
                code = self._wait(file)
            said = log.read_bytes()[-_LONGEST_LOG:].decode(errors="replace")
            self._answer.write({"code": code, "log": said})
        except Exception as error:  # noqa: BLE001 - without an answer, the other process waits for ever
            reason = getattr(error, "strerror", None) or type(error).__name__
            self._answer.write({"code": -1, "error": reason})

    def _wait(self, log: IO[bytes]) -> int | None:
        with self._lock:
            if self._is_stopped:
                return None
            limit_files(self._request["bytes"])
            self._process = subprocess.Popen(  # noqa: S603 - no shell, and no command of a stranger
                self._request["command"],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            return self._process.wait(self._request["seconds"])
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return None

    def stop(self) -> None:
        """Kill the command, and wait until it is gone: on Windows its files stay till then."""
        with self._lock:
            self._is_stopped = True
            if self._process:
                self._process.kill()
        self.join()


def limit_files(most: int) -> None:
    """Let no file of this process, or of one that it starts, get larger than some bytes."""
    if os.name == "posix":
        import resource  # noqa: PLC0415 - Windows has none

        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
