"""Many stills at once: the same as one by one, and no dead process stops the rest."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import pytest

from mkdocs_masko.errors import MediaError
from mkdocs_masko.variants import Variant, encode, encode_all, plan_variants
from processes import alive, children, kill_children
from still_samples import SIDE, drawn, made_here

if TYPE_CHECKING:
    from pathlib import Path

    Job = tuple[Path, tuple[Variant, ...]]

VARIANTS = plan_variants(SIDE, SIDE, 16, None)
TIMEOUT = 60  # seconds, for a machine with other work


def jobs(folder: Path, count: int) -> list[Job]:
    return [(drawn(folder, f"fox-{number}.png"), VARIANTS) for number in range(count)]


def fifo(folder: Path) -> Path:
    """Make a still that never ends, so that a process which reads it can be met at work."""
    path = folder / "endless.png"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_side_by_side_is_the_same_as_one_by_one(tmp_path: Path, workers: int) -> None:
    """Every variant of every still, in the order of the jobs, byte for byte."""
    todo = jobs(tmp_path, 3)
    output = list(encode_all(todo, workers=workers))
    assert output == [
        (path, variant, encode(path, variant)) for path, variants in todo for variant in variants
    ]


def test_the_cores_decide_when_nobody_does(tmp_path: Path) -> None:
    assert len(list(encode_all(jobs(tmp_path, 2)))) == 2 * len(VARIANTS)


def test_nothing_to_do_is_done_at_once() -> None:
    assert list(encode_all([], workers=2)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_a_broken_still_is_reported_in_its_place(tmp_path: Path, workers: int) -> None:
    good, bad = jobs(tmp_path, 2)
    bad[0].write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    output = list(encode_all([bad, good], workers=workers))
    errors, results = output[: len(VARIANTS)], output[len(VARIANTS) :]
    assert {str(error) for *_, error in errors} == {
        "fox-1.png: the file ends before its header is complete"
    }
    assert all(isinstance(error, MediaError) for *_, error in errors)
    assert all(isinstance(data, bytes) for *_, data in results)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_variant_that_is_too_large_is_reported_beside_the_others(
    tmp_path: Path, workers: int
) -> None:
    variants = (*VARIANTS[:1], Variant(format="png", width=900, height=900))
    todo = [(path, variants) for path, _ in jobs(tmp_path, 2)]
    output = [result for *_, result in encode_all(todo, workers=workers)]
    assert [type(result) for result in output] == [bytes, MediaError, bytes, MediaError]


def test_when_a_process_is_killed_another_takes_its_work_on(tmp_path: Path) -> None:
    todo = jobs(tmp_path, 8)
    working = encode_all(todo, workers=2)
    first = next(working)
    kill_children()
    rest = list(working)
    assert [(path, variant) for path, variant, _ in [first, *rest]] == [
        (path, variant) for path, variants in todo for variant in variants
    ]
    assert all(isinstance(result, bytes) for *_, result in rest)


def test_a_still_whose_process_always_dies_is_an_error_and_the_others_are_made(
    tmp_path: Path,
) -> None:
    """Whoever reads the endless file is killed, however often that is tried."""
    endless = fifo(tmp_path)
    before, after = jobs(tmp_path, 2)
    is_over = threading.Event()
    killer = threading.Thread(target=kill_readers, args=(endless, is_over), daemon=True)
    killer.start()
    output = list(encode_all([before, (endless, VARIANTS), after], workers=2))
    is_over.set()
    with open(os.open(endless, os.O_RDONLY | os.O_NONBLOCK)):  # noqa: PTH123 - lets the killer end
        killer.join(TIMEOUT)
    assert not killer.is_alive()
    results = [result for *_, result in output]
    lost = results[len(VARIANTS) : -len(VARIANTS)]
    assert {str(error) for error in lost} == {
        "endless.png: the process that encoded it died, perhaps for want of memory"
    }
    assert sum(isinstance(result, bytes) for result in results) == 2 * len(VARIANTS)


def kill_readers(path: Path, is_over: threading.Event) -> None:
    while not is_over.is_set():
        with path.open("wb"):  # waits until a process opens the other end
            kill_children()


def test_who_stops_early_leaves_no_process_behind(tmp_path: Path) -> None:
    working = encode_all(jobs(tmp_path, 6), workers=2)
    next(working)
    workers = children()
    assert workers
    working.close()  # type: ignore[attr-defined]
    assert not alive(workers)


def test_inside_the_process_of_another_pool_no_more_are_started(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        count = pool.submit(made_here, jobs(tmp_path, 2)).result(TIMEOUT)
    assert count == (2 * len(VARIANTS), 0)


SCRIPT = """
import sys
from pathlib import Path
from mkdocs_masko.variants import Variant, encode_all

def main():
    variant = Variant(format="png", width=16, height=16)
    todo = [(Path(name), (variant,)) for name in sys.argv[1:]]
    for path, _, result in encode_all(todo, workers=2):
        # In one piece, even unbuffered: the lines of several processes are not to mix.
        sys.stdout.write(f"{path.name} {type(result).__name__}\\n")
        sys.stdout.flush()

"""
GUARDED = SCRIPT + 'if __name__ == "__main__":\n    main()\n'


def script(folder: Path, text: str, stills: list[Path]) -> list[str | Path]:
    path = folder / "build.py"
    path.write_text(text)
    return [sys.executable, path, *stills]


def test_a_script_without_a_guard_works_too(tmp_path: Path) -> None:
    """Starting a process runs the script again, which must not start more."""
    stills = [path for path, _ in jobs(tmp_path, 2)]
    command = script(tmp_path, SCRIPT + "main()\n", stills)
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=True)
    assert {"fox-0.png bytes", "fox-1.png bytes"} == {*done.stdout.splitlines()}
    assert done.stderr == ""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_parent_is_killed_its_workers_end(tmp_path: Path, how: signal.Signals) -> None:
    """They hold its output open, which ends when the last of them does."""
    stills = [path for path, _ in jobs(tmp_path, 2)]
    command = script(tmp_path, GUARDED, [*stills, fifo(tmp_path)])
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        with (tmp_path / "endless.png").open("wb"):  # a worker reads it
            parent.send_signal(how)
            ended = threading.Thread(target=parent.stdout.read, daemon=True)
            ended.start()
            ended.join(TIMEOUT)
            assert not ended.is_alive()
