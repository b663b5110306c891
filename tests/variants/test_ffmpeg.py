"""ffmpeg at work: one plain reason when it fails, and nothing left of it, however it ends."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from media_samples import FFMPEG
from mkdocs_masko.errors import MediaError
from mkdocs_masko.sandbox import MEDIA_DIR
from mkdocs_masko.variants import EncoderFailure, ffmpeg, ffmpeg_guard
from mkdocs_masko.variants.ffmpeg import FFmpegSession
from mkdocs_masko.variants.ffmpeg_package import ffmpeg_version, is_available
from processes import descendants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCE = MEDIA_DIR / "fox" / "wave" / "0" / "transparent_video_webm.webm"
PATIENCE = 60  # seconds, for a machine with other work
ENDLESS = ("-v", "error", "-f", "lavfi", "-i", "testsrc", "-f", "null", "-")

ENCODE = """
import sys
from contextlib import suppress
from pathlib import Path
from mkdocs_masko.variants import Variant
from mkdocs_masko.variants.videos import encode_video
encode_video(Path(sys.argv[1]), Variant(format="webm", width=512, height=512))
"""


def wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def processes_in(folder: Path) -> list[str]:
    """Return the processes whose current folder is below one, as Linux tells it."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            target = link.readlink()
        except OSError:  # it has ended meanwhile, or is somebody else's
            continue
        if folder in target.parents:
            found.append(link.parent.name)
    return found


@pytest.fixture
def encoding(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process whose ffmpeg is at work below `tmp_path`."""
    command = [sys.executable, "-c", ENCODE, str(SOURCE)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        wait_for(lambda: list(tmp_path.glob("*/variant.webm")) or process.poll() is not None)
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells where a process is")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_nothing_survives_whoever_started_it(
    tmp_path: Path, encoding: subprocess.Popen[bytes], how: signal.Signals
) -> None:
    """Neither ffmpeg nor its files, when the process that encodes is killed or interrupted."""
    assert processes_in(tmp_path), "ffmpeg runs in its folder"
    encoding.send_signal(how)
    assert encoding.wait(PATIENCE) != 0
    wait_for(lambda: not processes_in(tmp_path) and not list(tmp_path.iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells where a process is")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_nothing_survives_where_all_processes_are_ended(
    tmp_path: Path, encoding: subprocess.Popen[bytes], how: signal.Signals
) -> None:
    """A CI system ends those of a cancelled job one by one."""
    for pid in [*descendants(encoding.pid), encoding.pid]:
        with suppress(ProcessLookupError):  # it has ended with another one
            os.kill(pid, how)
    assert encoding.wait(PATIENCE) != 0
    wait_for(lambda: not processes_in(tmp_path) and not list(tmp_path.iterdir()))


def test_a_ctrl_c_in_the_terminal_reaches_no_ffmpeg() -> None:
    """The group of processes that a terminal interrupts is not ffmpeg's."""
    with FFmpegSession() as session:
        assert os.getpgid(session.pid) != os.getpgid(os.getpid())


def test_the_folder_is_gone_after_a_session() -> None:
    with FFmpegSession() as session:
        (session.folder / "left over").write_bytes(b"1")
    assert not session.folder.exists()


def test_what_takes_too_long_is_stopped() -> None:
    with FFmpegSession() as session, pytest.raises(MediaError, match=r"takes longer than 0\.1 s"):
        session.run(ENDLESS, most_bytes=1024, seconds=0.1)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX limits the files of a process")
def test_no_file_gets_larger_than_the_limit() -> None:
    endless = (*ENDLESS[:6], "-f", "rawvideo", "frames")
    with FFmpegSession() as session, pytest.raises(MediaError, match="larger than any variant"):
        session.run(endless, most_bytes=100_000)


def test_a_failure_is_one_reason_that_names_no_folder() -> None:
    with FFmpegSession() as session:
        (session.folder / "source").write_bytes(b"nothing that ffmpeg knows")
        with pytest.raises(MediaError) as caught:
            session.run(("-v", "error", "-f", "mov", "-i", "source", "out.mov"), most_bytes=1024)
        assert type(caught.value) is MediaError
        assert str(session.folder) not in str(caught.value)
        assert "\n" not in str(caught.value)
        assert "@ 0x" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "log", "reason"),
    [
        (228, "", "No space left on device"),
        (244, "something else", "Cannot allocate memory"),
        (1, "", "exit code 1"),
        (1, "x265: malloc of size 5 failed", "Cannot allocate memory"),
        (1, "[webm @ 0x1] ff_frame_thread_encoder_init failed", "Cannot allocate memory"),
        (1, "Error opening output: Disk quota exceeded", "Disk quota exceeded"),
    ],
)
def test_what_this_machine_lacks_is_no_fault_of_the_file(code: int, log: str, reason: str) -> None:
    """So it is tried again by the next build, and not remembered."""
    script = f"import os; os.write(2, {log.encode()!r}); os._exit({code})"
    with FFmpegSession() as session, pytest.raises(EncoderFailure, match=reason):
        session.run(("-c", script), most_bytes=10**6, program=sys.executable)


def test_of_many_lines_the_error_is_the_reason() -> None:
    log = "[vp9 @ 0x1] [info] v1.17.0\\n[vp9 @ 0x2] [error] Truncated packet\\n"
    script = f"import os; os.write(2, b'{log}'); os._exit(1)"
    with FFmpegSession() as session, pytest.raises(MediaError, match=r": Truncated packet\Z"):
        session.run(("-c", script), most_bytes=10**6, program=sys.executable)


def test_a_program_that_is_missing_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("mkdocs_masko.variants.ffmpeg.find_ffmpeg", lambda: str(tmp_path / "no"))
    with FFmpegSession() as session, pytest.raises(EncoderFailure, match="No such file"):
        session.run(("-version",), most_bytes=1024)


def test_without_the_extra_no_file_is_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    ffmpeg.find_ffmpeg.cache_clear()
    with FFmpegSession() as session, pytest.raises(EncoderFailure, match="there is no ffmpeg"):
        session.run(("-version",), most_bytes=1024)


def test_no_guard_no_encoding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where Python cannot start a second time, no file is at fault either."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python"))
    with pytest.raises(EncoderFailure, match="ffmpeg cannot be run: No such file"), FFmpegSession():
        pass


def test_a_guard_that_dies_is_no_fault_of_the_file() -> None:
    with FFmpegSession() as session:
        os.kill(session.pid, signal.SIGKILL)
        with pytest.raises(EncoderFailure, match="died"):
            session.run(("-version",), most_bytes=1024)


def test_an_ffmpeg_that_is_killed_is_no_fault_of_the_file() -> None:
    command = (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")
    with FFmpegSession() as session, pytest.raises(EncoderFailure, match="killed"):
        session.run(command[1:], most_bytes=1024, program=command[0])


def test_the_version_is_that_of_the_package_and_its_binary(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another ffmpeg, by the variable of imageio-ffmpeg, is another version."""
    assert is_available()
    bundled = ffmpeg_version()
    assert Path(FFMPEG).name in bundled
    other = tmp_path / "ffmpeg"
    other.write_bytes(b"1")
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(other))
    ffmpeg_version.cache_clear()
    assert ffmpeg_version() != bundled
    monkeypatch.undo()
    ffmpeg_version.cache_clear()


@pytest.mark.parametrize("name", ["MASKO_API_KEY", "MASKO_FOX", "TOP_SECRET"])
def test_neither_key_nor_reports_reach_ffmpeg(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("MASKO_API_KEY_ENV", name)
    monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("FFREPORT", "file=report.log")
    tell = "import json, os, sys; print(json.dumps(dict(os.environ)))"
    with FFmpegSession() as session:
        said = session.run(("-c", tell), most_bytes=10**6, program=sys.executable)
    assert "secret" not in said
    assert "FFREPORT" not in said


def test_the_guard_stops_what_runs_when_its_input_ends(tmp_path: Path) -> None:
    """In this process, so that it is measured."""
    request = {"command": [FFMPEG, "-y", *ENDLESS], "seconds": PATIENCE, "bytes": 10**9}
    answers = io.BytesIO()
    soft = ffmpeg_guard.limit_files
    try:
        ffmpeg_guard.limit_files = lambda _most: None  # pytest writes files as well
        ffmpeg_guard.serve(io.BytesIO(json.dumps(request).encode() + b"\n"), answers, tmp_path)
    finally:
        ffmpeg_guard.limit_files = soft
    assert json.loads(answers.getvalue().splitlines()[0]) == str(tmp_path)
