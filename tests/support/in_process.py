"""Commands without a process of their own: the same streams, variables and folder, no start-up.

Python and its imports take five times as long as most commands. What is swapped here is what a
command can see of its process: `sys.std*`, the environment, the folder, and the filters of
warnings; at a terminal the first three file descriptors too, whose size is asked for.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
import warnings
from contextlib import ExitStack, contextmanager
from select import select
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import TextIO

_STREAMS = ("stdin", "stdout", "stderr")
_LOOK = 0.02  # seconds between two looks at whether a command at a terminal has ended


def run_with_pipes(
    command: Callable[[], object], folder: Path, env: Mapping[str, str], *, merged: bool = False
) -> tuple[int, str, str]:
    """Run a command whose output goes into pipes.

    Args:
        command: Ends as a process does: by returning, by `SystemExit`, or with a traceback.
        folder: The working directory.
        env: All environment variables.
        merged: Whether standard error goes where standard output goes.

    Returns:
        The exit code, the output, and the errors.
    """
    out = io.BytesIO()
    err = out if merged else io.BytesIO()
    # Python escapes in standard error what the encoding of a pipe lacks, and nowhere else.
    writers = [
        io.TextIOWrapper(out, "utf-8", write_through=True),
        io.TextIOWrapper(err, "utf-8", errors="backslashreplace", write_through=True),
    ]
    with open(os.devnull, encoding="utf-8") as nothing, _process(folder, env):  # noqa: PTH123 - no path of ours
        code = _run(command, (nothing, *writers))
    texts = [stream.getvalue().decode() for stream in (out, err)]
    for writer in writers:
        writer.detach()  # else its end would close the other's buffer
    return code, texts[0], "" if merged else texts[1]


def run_at_terminal(
    command: Callable[[], object], folder: Path, env: Mapping[str, str], *, ours: int, theirs: int
) -> tuple[int, bytes]:
    """Run a command at a terminal, whose two ends are given and closed.

    Returns:
        The exit code, and all that the terminal shows.
    """
    parts: list[bytes] = []
    ended = Event()
    reader = Thread(target=_read, args=(ours, parts, ended))
    reader.start()
    try:
        with ExitStack() as stack:
            stack.enter_context(_descriptors(theirs))
            stack.enter_context(_process(folder, env))
            streams = [
                stack.enter_context(open(os.dup(theirs), mode, encoding="utf-8"))  # noqa: PTH123 - no path
                for mode in ("r", "w", "w")
            ]
            code = _run(command, tuple(streams))
    finally:
        ended.set()
        reader.join()
        os.close(theirs)
        os.close(ours)
    return code, b"".join(parts)


def _run(command: Callable[[], object], streams: tuple[TextIO, ...]) -> int:
    before = [getattr(sys, name) for name in _STREAMS]
    for name, stream in zip(_STREAMS, streams, strict=True):
        setattr(sys, name, stream)
    try:
        command()
    except SystemExit as end:
        return _exit_code(end.code)
    except Exception:  # noqa: BLE001 - what a process does with whatever nobody caught
        traceback.print_exc()
        return 1
    else:
        return 0
    finally:
        for stream in streams[1:]:
            stream.flush()
        for name, stream in zip(_STREAMS, before, strict=True):
            setattr(sys, name, stream)


def _exit_code(code: object) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    sys.stderr.write(f"{code}\n")
    return 1


@contextmanager
def _process(folder: Path, env: Mapping[str, str]) -> Iterator[None]:
    """Swap folder, environment and import path; forget what was set up for warnings."""
    here, variables, path = os.getcwd(), dict(os.environ), sys.path.copy()  # noqa: PTH109 - a text
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a library deprecates is no fault of a command
            yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(variables)
        sys.path[:] = path


@contextmanager
def _descriptors(terminal: int) -> Iterator[None]:
    kept = [os.dup(number) for number in range(3)]
    for number in range(3):
        os.dup2(terminal, number)
    try:
        yield
    finally:
        for number, copy in enumerate(kept):
            os.dup2(copy, number)
            os.close(copy)


def _read(terminal: int, parts: list[bytes], ended: Event) -> None:
    while True:
        over = ended.is_set()  # before the look: what was written until then is still read
        if select([terminal], [], [], 0 if over else _LOOK)[0]:
            parts.append(os.read(terminal, 65536))
        elif over:
            return
