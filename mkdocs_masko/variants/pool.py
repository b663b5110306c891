"""Worker processes that do jobs side by side, while the process that hands them out goes on.

A job is a function of a module and its arguments: one variant of a still, or of an animation. A
pool starts a process when there is a job for it, and prefers jobs of the group that a process has
worked on last, because it has decoded their original. Jobs that take long start first, so that none
is alone at the end.

Each process is a Python of its own that runs nothing of the caller's script: neither is it forked,
as a fork copies locks that MkDocs' or our threads may hold, nor does a script need a guard. A
thread in this process feeds it, and learns at once when it dies. That job is tried once more when
no other runs, in case both together took too much memory; whatever else waits is not touched.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from itertools import chain
from threading import Condition, Lock, Thread, current_thread
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from mkdocs_masko.variants.cores import count_cores
from mkdocs_masko.variants.environment import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from types import TracebackType

    from typing_extensions import Self

T = TypeVar("T")

_MOST_WORKERS = 61  # more pipes than Windows can wait for, https://bugs.python.org/issue26903
_TICK = 0.25  # seconds; on Windows no wait without end can be interrupted by Ctrl+C
_TIME_TO_END = 5.0  # seconds for a process that has nothing to do

_START = "import sys; sys.path[:] = {path!r}; from mkdocs_masko.variants.worker import main; main()"
# The first thing it does, so that no module of the project's folder passes for one of Python's.


_END = pickle.dumps(None)
# Closing the pipe is not enough where a fork of this process has inherited it.


class WorkerDied(Exception):
    """The process that did a job died twice, or the pool was closed before the job was done."""


class _Job(Struct, eq=False):
    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    group: Hashable
    finish: Callable[[Any], Any] | None
    future: Future[Any]
    is_repeated: bool = False


class WorkerPool:
    """Processes that do jobs.

    Inside a worker process of another pool, or in a program that has no Python of its own, no
    process is started: a thread of this one does the jobs.

    Args:
        workers: Processes that work at once, by default as many as cores may be used; with 0, a
            thread does the jobs.
    """

    def __init__(self, workers: int | None = None) -> None:
        workers = count_cores() if workers is None else workers
        self._has_processes = workers > 0 and _can_start_processes()
        self._limit = min(workers, _MOST_WORKERS) if self._has_processes else 1
        self._changed = Condition()
        self._first: deque[_Job] = deque()
        self._groups: dict[Hashable, deque[_Job]] = {}
        self._repeated: deque[_Job] = deque()
        self._running: dict[Thread, _Job] = {}
        self._workers: dict[Thread, _Process | _ThisProcess] = {}
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def submit(
        self,
        work: Callable[..., Any],
        *arguments: Any,  # noqa: ANN401 - whatever the function takes
        group: Hashable = None,
        finish: Callable[[Any], Any] | None = None,
        is_long: bool = False,
    ) -> Future[Any]:
        """Hand out a job, which is begun as soon as a process has time for it.

        Args:
            work: A function of a module, which can be pickled with its arguments and result.
            *arguments: Its arguments.
            group: Jobs of the same group have an original in common.
            finish: What this process does with the result before anybody gets it, in a thread.
            is_long: Whether it starts before all that are not.

        Returns:
            The result of `work`, or of `finish`. `wait_for` waits for it.
        """
        job = _Job(work, arguments, group, finish, Future())
        with self._changed:
            if self._is_closed:
                raise WorkerDied("the pool is closed")
            queue = self._first if is_long else self._groups.setdefault(group, deque())
            queue.append(job)
            if len(self._workers) < min(self._limit, len(self._running) + self._count_waiting()):
                self._add_worker()
            self._changed.notify_all()
        return job.future

    def close(self) -> None:
        """Give up all jobs that are not done, and end all processes."""
        with self._changed:
            self._is_closed = True
            waiting = [
                *self._first,
                *self._repeated,
                *(j for g in self._groups.values() for j in g),
            ]
            self._first.clear()
            self._repeated.clear()
            self._groups.clear()
            workers = dict(self._workers)
            busy = [self._workers[thread] for thread in self._running if thread in workers]
            self._changed.notify_all()
        for job in waiting:
            job.future.cancel()
        for process in busy:
            process.kill()
        for thread in workers:
            thread.join(2 * _TIME_TO_END)
        atexit.unregister(self.close)

    def _add_worker(self) -> None:
        if not self._workers:
            atexit.register(self.close)
        thread = Thread(target=self._work, name="masko-worker", daemon=True)
        self._workers[thread] = _Process() if self._has_processes else _ThisProcess()
        thread.start()

    def _work(self) -> None:
        """Do jobs in a process; this is what a thread runs."""
        process, group = self._workers[current_thread()], None
        try:
            while job := self._next_job(group):
                group = job.group
                try:
                    outcome = process.run(job.work, job.arguments)
                except _Crash:
                    self._repeat_or_report(job)
                except Exception as error:  # noqa: BLE001 - for whoever asks for the result
                    _settle(job, None, error)
                else:
                    _settle(job, *outcome)
                with self._changed:
                    del self._running[current_thread()]
                    self._changed.notify_all()
        finally:
            process.end()

    def _next_job(self, group: Hashable) -> _Job | None:
        """Wait for a job; return None when the pool is closed."""
        with self._changed:
            while not self._is_closed:
                is_alone = any(job.is_repeated for job in self._running.values())
                job = None if is_alone else self._take(group)
                if job is None and self._repeated and not self._running:
                    job = self._repeated.popleft()
                if job is not None:
                    self._running[current_thread()] = job
                    return job
                self._changed.wait()
        return None

    def _take(self, group: Hashable) -> _Job | None:
        """Take a long job, else one of the same group, else of one that nobody works on."""
        if self._first:
            return self._first.popleft()
        busy = {job.group for job in self._running.values()}
        idle = (each for each in self._groups if each not in busy)
        names = chain([group], idle, self._groups)
        name = next((name for name in names if name in self._groups), None)
        jobs = self._groups.get(name)
        if not jobs:
            return None
        job = jobs.popleft()
        if not jobs:
            del self._groups[name]
        return job

    def _count_waiting(self) -> int:
        return len(self._first) + sum(map(len, self._groups.values()))

    def _repeat_or_report(self, job: _Job) -> None:
        """Do a job once more, after all others; if it was, give it and its group up.

        Others of its group wait with it: they have the same original, which may be to blame.
        """
        with self._changed:
            if not job.is_repeated and not self._is_closed:
                same_group = () if job.group is None else self._groups.pop(job.group, ())
                jobs = [job, *same_group]
                for each in jobs:
                    each.is_repeated = True
                self._repeated.extend(jobs)
                return
            same = [each for each in self._repeated if each.group == job.group is not None]
            for each in same:
                self._repeated.remove(each)
        for each in (job, *same):
            _settle(each, None, WorkerDied("the process died, perhaps for want of memory"))


def wait_for(future: Future[T]) -> T:
    """Return the result of a job; Ctrl+C is heeded meanwhile.

    Raises:
        WorkerDied: The process that did it died, when it was tried again as well.
        Exception: Whatever the job raised.
    """
    while not future.done():
        wait([future], _TICK)
    return future.result()


def _settle(job: _Job, value: Any, error: BaseException | None) -> None:  # noqa: ANN401
    """Give out a result, unless nobody waits for it any more."""
    if error is None and job.finish:
        try:
            value = job.finish(value)
        except Exception as failure:  # noqa: BLE001 - raised where the result is asked for
            error = failure
    with suppress(InvalidStateError):
        if error is None:
            job.future.set_result(value)
        else:
            job.future.set_exception(error)


class _Crash(Exception):
    """The process ended before it had a result."""


class _ThisProcess:
    """Does jobs in the thread that asks for it."""

    def run(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Any]:
        """Return the result of a job, or raise what it raises."""
        return work(*arguments), None

    def kill(self) -> None:
        """Let it come to its end: no thread can be stopped."""

    def end(self) -> None:
        """Nothing was started."""


class _Process:
    """A worker process, which is started for its first job and for the first one after a crash."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()
        self._is_killed = False

    def run(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Any]:
        """Return the result and the exception of a job, one of which is None.

        Raises:
            _Crash: There is neither.
            Exception: The job cannot be pickled.
        """
        job = pickle.dumps(pickle.dumps((work, arguments)))  # what it is made of is read later
        process = self._started()
        try:
            assert process.stdin is not None  # noqa: S101 - pipes, both
            assert process.stdout is not None  # noqa: S101
            process.stdin.write(job)
            process.stdin.flush()
            result, error = pickle.load(process.stdout)  # noqa: S301 - our own process wrote it
        except Exception as failure:  # what a damaged pickle raises may be anything
            self._forget(kill=True)
            raise _Crash from failure
        return result, error

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._is_killed:
                raise _Crash
            try:
                self._process = self._process or _start()
            except OSError as error:  # too many processes, or no memory for one more
                raise _Crash from error
            return self._process

    def kill(self) -> None:
        """End it whatever it does, for good."""
        with self._lock:
            self._is_killed = True
            if self._process:
                _kill(self._process)

    def end(self) -> None:
        """End it when it has nothing to do."""
        if self._process:
            with suppress(OSError):  # it has ended already
                self._process.stdin.write(_END)  # type: ignore[union-attr] # a pipe
            _close(self._process.stdin)
            is_late = False
            try:
                self._process.wait(_TIME_TO_END)
            except subprocess.TimeoutExpired:
                is_late = True
            self._forget(kill=is_late)

    def _forget(self, *, kill: bool) -> None:
        """Reap it, and kill first it and whatever it has left behind, where it did not end well.

        A process that is reaped must not be killed: its number may be another's by now.
        """
        with self._lock:
            process, self._process = self._process, None
            if process:
                if kill:
                    _kill(process)
                process.wait()
                _close(process.stdin)
                _close(process.stdout)


def _close(pipe: Any) -> None:  # noqa: ANN401 - a file, or None
    with suppress(OSError):  # something is still in it, for nobody
        pipe.close()


def _start() -> subprocess.Popen[bytes]:
    # A session of its own keeps Ctrl+C from it, and makes it and its programs one process group.
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    return subprocess.Popen(  # noqa: S603 - this Python, and our own code
        [sys.executable, "-c", _START.format(path=_import_path())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=without_secrets(),
        start_new_session=True,
        creationflags=flags,
    )


def _import_path() -> list[str]:
    """Return where modules are searched; Python ignores the entries that are no text."""
    entries: list[object] = [*sys.path]
    return [entry for entry in entries if isinstance(entry, str)]


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that is not reaped yet, and the programs that it runs."""
    if process.returncode is not None:  # its number may be another's by now
        return
    if sys.platform == "win32":  # where the guard of ffmpeg notices that its pipe has ended
        process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):  # macOS says so of a group of the dead
        os.killpg(process.pid, signal.SIGKILL)


def _can_start_processes() -> bool:
    """Tell whether this process may start workers.

    One that another process has started to share its work must not, or there would be more
    processes than cores; and a frozen program has no Python to start.
    """
    module = sys.modules.get("multiprocessing.process")
    is_worker = module is not None and module.current_process().name != "MainProcess"
    return bool(sys.executable) and not is_worker and not getattr(sys, "frozen", False)
