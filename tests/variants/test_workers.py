"""Worker processes: jobs side by side, in a good order, and no process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import worker_jobs
from mkdocs_masko.variants.pool import WorkerDied, WorkerPool, wait_for
from processes import alive, children, wait_until_gone

TIMEOUT = 60  # seconds, for a machine with other work


def wait_for_file(path: Path) -> None:
    end = time.monotonic() + TIMEOUT
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} never came"
        time.sleep(0.01)


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_job_gives_what_its_function_returns(workers: int) -> None:
    with WorkerPool(workers) as pool:
        jobs = [pool.submit(worker_jobs.add, number, 1) for number in range(5)]
        assert [wait_for(job) for job in jobs] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("workers", [0, 1])
def test_what_a_job_raises_is_raised_where_its_result_is_asked_for(workers: int) -> None:
    with WorkerPool(workers) as pool:
        failed, other = pool.submit(worker_jobs.fail, "no luck"), pool.submit(worker_jobs.add, 2)
        with pytest.raises(ValueError, match=r"^no luck$"):
            wait_for(failed)
        assert wait_for(other) == 2


def test_an_exception_that_no_other_process_knows_is_told_in_words() -> None:
    with WorkerPool(1) as pool, pytest.raises(RuntimeError, match=r"^Unknown: cannot leave$"):
        wait_for(pool.submit(worker_jobs.fail_unpicklably))


def test_a_job_that_cannot_be_handed_over_is_an_error_and_stops_no_other() -> None:
    with WorkerPool(1) as pool:
        bad = pool.submit(lambda: None)
        good = pool.submit(worker_jobs.add, 3)
        with pytest.raises(Exception, match="local object"):
            wait_for(bad)
        assert wait_for(good) == 3


def test_what_a_library_prints_is_not_taken_for_a_result() -> None:
    with WorkerPool(1) as pool:
        assert wait_for(pool.submit(worker_jobs.talk)) == "result"


def test_the_result_is_finished_before_anybody_gets_it() -> None:
    with WorkerPool(1) as pool:
        assert wait_for(pool.submit(worker_jobs.add, 20, 1, finish=lambda sum_: sum_ * 2)) == 42


def test_what_fails_while_a_result_is_finished_is_raised() -> None:
    with WorkerPool(1) as pool, pytest.raises(ZeroDivisionError):
        wait_for(pool.submit(worker_jobs.add, 0, finish=lambda sum_: 1 / sum_))


def test_jobs_of_one_group_run_side_by_side(tmp_path: Path) -> None:
    """One still keeps both cores busy: each of these ends only when the other one runs."""
    with WorkerPool(2) as pool:
        pairs = [("one", "two"), ("two", "one")]
        jobs = [pool.submit(worker_jobs.meet, tmp_path, *pair, group="fox") for pair in pairs]
        assert len({wait_for(job) for job in jobs}) == 2


def test_no_more_processes_are_started_than_there_are_jobs(tmp_path: Path) -> None:
    before = children()
    with WorkerPool(8) as pool:
        pool.submit(worker_jobs.hold, tmp_path, "runs")
        wait_for_file(tmp_path / "runs")
        assert len(children() - before) == 1


def test_a_process_goes_on_with_what_it_has_decoded_and_then_helps_the_others(
    tmp_path: Path,
) -> None:
    """Jobs of the owl wait longer; the process that had the fox takes those of the fox first."""
    order: list[str] = []
    with WorkerPool(2) as pool:
        for name in ("owl", "fox"):
            pool.submit(worker_jobs.hold, tmp_path, name, group=name)
            wait_for_file(tmp_path / name)
        jobs = [
            pool.submit(worker_jobs.add, group=name, finish=lambda _, name=name: order.append(name))
            for name in ("owl", "fox", "owl", "fox")
        ]
        (tmp_path / "release-fox").touch()
        for job in jobs:
            wait_for(job)
    assert order == ["fox", "fox", "owl", "owl"]


def test_long_jobs_start_before_all_others(tmp_path: Path) -> None:
    order: list[str] = []
    with WorkerPool(1) as pool:
        pool.submit(worker_jobs.hold, tmp_path, "runs")
        wait_for_file(tmp_path / "runs")
        jobs = [
            pool.submit(worker_jobs.add, finish=lambda _: order.append("still"), group="fox"),
            pool.submit(worker_jobs.add, finish=lambda _: order.append("video"), is_long=True),
        ]
        (tmp_path / "release-runs").touch()
        for job in jobs:
            wait_for(job)
    assert order == ["video", "still"]


def test_a_job_whose_process_dies_once_is_done_by_another(tmp_path: Path) -> None:
    with WorkerPool(2) as pool:
        assert wait_for(pool.submit(worker_jobs.die, tmp_path, 1)) == "alive"


def test_a_job_whose_process_always_dies_is_given_up_with_its_group_alone(tmp_path: Path) -> None:
    """Others of its group have the same original, which would be tried for each of them."""
    with WorkerPool(2) as pool:
        bad = [pool.submit(worker_jobs.die, tmp_path, 99, group="bomb") for _ in range(6)]
        good = [pool.submit(worker_jobs.add, number, group="fox") for number in range(6)]
        assert [wait_for(job) for job in good] == [*range(6)]
        for job in bad:
            with pytest.raises(WorkerDied, match=r"^the process died, perhaps"):
                wait_for(job)
    assert len(list(tmp_path.glob("died-*"))) <= 4  # both processes, at most, and each once more


def test_what_python_ignores_in_its_path_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [Path("/nowhere"), None, *sys.path])
    with WorkerPool(1) as pool:
        assert wait_for(pool.submit(worker_jobs.add, 1, 2)) == 3


@pytest.mark.parametrize("name", ["MASKO_API_KEY", "MASKO_FOX", "TOP_SECRET"])
def test_a_worker_knows_no_key(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whoever finds a hole in a decoder finds no secret of ours behind it, whatever its name."""
    monkeypatch.setenv("MASKO_API_KEY_ENV", name)
    monkeypatch.setenv(name, "masko_secret")
    monkeypatch.setenv("FONTCONFIG_PATH", "elsewhere")
    with WorkerPool(1) as pool:
        variables = wait_for(pool.submit(worker_jobs.environment))
    assert name not in variables
    assert variables["FONTCONFIG_PATH"] == "elsewhere"


def test_a_module_of_the_project_does_not_pass_for_one_of_pythons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pickle", "signal", "PIL", "mkdocs_masko"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not the real one')\n")
    monkeypatch.chdir(tmp_path)
    with WorkerPool(1) as pool:
        assert wait_for(pool.submit(worker_jobs.add, 1, 1)) == 2


def test_a_closed_pool_takes_no_jobs() -> None:
    pool = WorkerPool(1)
    pool.close()
    with pytest.raises(WorkerDied):
        pool.submit(worker_jobs.add)


def test_closing_gives_up_what_is_not_done_and_ends_all_processes(tmp_path: Path) -> None:
    before = children()
    with WorkerPool(2) as pool:
        jobs = [pool.submit(worker_jobs.run_forever, folder) for folder in _folders(tmp_path)]
        pids = _programs(tmp_path)
        waiting = [pool.submit(worker_jobs.add, number) for number in range(9)]
        pids |= children() - before
    assert len(pids) == 2 * 3
    wait_until_gone(pids)
    assert all(job.cancelled() for job in waiting)
    for job in jobs:
        with pytest.raises(WorkerDied):
            wait_for(job)


def test_processes_without_work_end_with_the_pool() -> None:
    before = children()
    with WorkerPool(2) as pool:
        for job in [pool.submit(worker_jobs.add, number) for number in range(4)]:
            wait_for(job)
        pids = children() - before
        assert pids
    assert not alive(pids)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_first_one_however_it_ends(
    tmp_path: Path, how: signal.Signals
) -> None:
    """Neither workers nor the programs that they run, nor what those have started."""
    command = [sys.executable, "-c", "import worker_jobs; worker_jobs.main()", tmp_path]
    paths = os.pathsep.join(sys.path)
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths},
    ) as parent:
        pids = _programs(tmp_path) | children(parent.pid)
        assert len(pids) == 2 * 3
        parent.send_signal(how)
        assert parent.wait(TIMEOUT) != 0
    wait_until_gone(pids)


def _folders(folder: Path) -> list[Path]:
    folders = [folder / name for name in ("one", "two")]
    for each in folders:
        each.mkdir(exist_ok=True)
    return folders


def _programs(folder: Path) -> set[int]:
    """Wait for the programs that both workers run; return their processes."""
    pids: set[int] = set()
    for name in ("one", "two"):
        wait_for_file(folder / name / "pids")
        pids |= {*map(int, (folder / name / "pids").read_text().split())}
    return pids
