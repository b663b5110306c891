"""Run the ffmpeg that `imageio-ffmpeg` brings, so that nothing of it is left, however it ends.

Without a shell, in a temporary folder, with files and time bounded; `ffmpeg_guard.py`, a process
of its own, sees to the end. Nothing here is imported or run before a video is encoded.
"""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs_masko.errors import MediaError
from mkdocs_masko.text import sanitize
from mkdocs_masko.variants import ffmpeg_guard
from mkdocs_masko.variants.environment import without_secrets
from mkdocs_masko.variants.images import EncoderFailure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

_SECONDS = 900
_SECONDS_TO_END = 10


class FFmpegSession:
    """Runs ffmpeg in a temporary folder, which is removed with everything in it at the end.

    When this process dies before, ffmpeg and the folder are gone within a moment.

    Attributes:
        folder: The folder, in which ffmpeg runs: names without a folder are files in there.
        pid: The process that guards it.
    """

    folder: Path

    @property
    def pid(self) -> int:  # noqa: D102 - see above
        return self._guard.pid

    def __enter__(self) -> Self:
        # No handle of the pipes is inherited by any other process, so that they end with this one.
        detach: dict[str, Any] = (
            {"creationflags": getattr(subprocess, "CREATE_NO_WINDOW", 0)}
            if sys.platform == "win32"
            else {"start_new_session": True}  # a Ctrl-C is for this process alone
        )
        try:
            self._guard = subprocess.Popen(  # noqa: S603 - our own script
                [sys.executable, "-I", "-S", ffmpeg_guard.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                **detach,
            )
        except OSError as error:
            raise EncoderFailure(f"ffmpeg cannot be run: {_strerror(error)}") from error
        try:
            self.folder = Path(self._read())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self._guard.stdin, self._guard.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        try:
            self._guard.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()

    def run(
        self,
        arguments: Sequence[str],
        *,
        most_bytes: int,
        seconds: float = _SECONDS,
        program: str = "",
    ) -> str:
        """Run ffmpeg once.

        Args:
            arguments: What follows the program and the options that every run has.
            most_bytes: The most that each file it writes may have.
            seconds: After which it is killed.
            program: Another one in its place, which gets the arguments alone.

        Returns:
            What it said.

        Raises:
            MediaError: ffmpeg refused.
            EncoderFailure: It could not start, took too long, was killed, or lacked something.
        """
        every_run = [program] if program else [find_ffmpeg(), "-hide_banner", "-nostdin", "-y"]
        command = [*every_run, *arguments]
        request = {"command": command, "seconds": seconds, "bytes": most_bytes}
        try:
            stdin = self._guard.stdin
            assert stdin is not None  # noqa: S101 - it was opened as a pipe
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
        except OSError as error:
            raise EncoderFailure(_GUARD_DIED) from error
        answer = self._read()
        if "error" in answer:
            raise EncoderFailure(f"ffmpeg cannot be run: {sanitize(answer['error'])}")
        log = str(answer["log"])
        if answer["code"] is None:
            raise EncoderFailure(f"takes longer than {seconds:g} s to encode")
        if answer["code"] != 0:
            raise _name_failure(answer["code"], log)
        return log

    def _read(self) -> Any:  # noqa: ANN401 - whatever the guard says
        stdout = self._guard.stdout
        assert stdout is not None  # noqa: S101 - it was opened as a pipe
        line = stdout.readline()
        if not line:
            raise EncoderFailure(_GUARD_DIED)
        try:
            return json.loads(line)
        except ValueError as error:  # it was killed while it wrote
            raise EncoderFailure(_GUARD_DIED) from error


_GUARD_DIED = "the process that ran ffmpeg died, perhaps for want of memory"


@cache
def find_ffmpeg() -> str:
    """Return the path of the program.

    Raises:
        EncoderFailure: There is none.
    """
    try:
        from imageio_ffmpeg import get_ffmpeg_exe  # noqa: PLC0415 - an extra, and it runs ffmpeg

        return str(get_ffmpeg_exe())
    except (ImportError, OSError, RuntimeError) as error:
        raise EncoderFailure(f"there is no ffmpeg: {sanitize(str(error))}") from error


def _environment() -> dict[str, str]:
    """Return the environment without what makes ffmpeg write reports."""
    unwanted = {"FFREPORT", "AV_LOG_FORCE_COLOR"}
    return {name: text for name, text in without_secrets().items() if name not in unwanted}


def _strerror(error: OSError) -> str:
    return error.strerror or type(error).__name__


_FILE_TOO_LARGE = -25  # SIGXFSZ: POSIX kills who writes more than the limit
# What has nothing to do with the file, and may be otherwise the next time.
_FROM_OUTSIDE = (
    *(errno.ENOSPC, errno.ENOMEM, errno.EROFS, errno.EAGAIN, errno.EMFILE, errno.ENFILE),
    *(errno.EACCES, errno.EINTR, *([errno.EDQUOT] if hasattr(errno, "EDQUOT") else [])),
)
_NO_MEMORY = re.compile(r"\bm?alloc|_init failed", re.IGNORECASE)  # as its libraries say it
_EXIT_CODES = 256  # an exit code is what is left of -errno
_ERROR = re.compile(r"\[(?:error|fatal)\]")
_TAG = re.compile(r"^\[[^]]*\]\s*")  # `[vost#0:0/libx265 @ 0x55..]`


def _name_failure(code: int, log: str) -> MediaError:
    """Return one plain reason out of all that ffmpeg said, which ends with its consequences."""
    for number in _FROM_OUTSIDE:
        reason = os.strerror(number)
        if code == _EXIT_CODES - number or reason in log:
            return EncoderFailure(f"ffmpeg failed: {reason}")
    if _NO_MEMORY.search(log):
        return EncoderFailure(f"ffmpeg failed: {os.strerror(errno.ENOMEM)}")
    if code == _FILE_TOO_LARGE:
        return MediaError("gets larger than any variant should")
    if code < 0:
        return EncoderFailure("ffmpeg was killed, perhaps for want of memory")
    lines = [line for line in log.splitlines() if line.strip()]
    if not lines:  # a disk that is full has no room for a reason either
        return EncoderFailure(f"ffmpeg failed with exit code {code}")
    reason = next((line for line in lines if _ERROR.search(line)), lines[0])
    while tag := _TAG.match(reason):
        reason = reason[tag.end() :]
    return MediaError(f"cannot be decoded or encoded: {sanitize(reason)}")
