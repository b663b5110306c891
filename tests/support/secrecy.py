"""What no error, log or traceback may show."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "masko_" + "5ec2e7" * 10 + "feed"


def assert_one_discreet_line(error: BaseException) -> None:
    """Check that an error is one short line, and that nothing about it shows the key."""
    assert "\n" not in str(error)
    assert str(error).isprintable()
    assert 0 < len(str(error)) < 450
    assert KEY not in "".join(_everything(error))


def _everything(error: BaseException) -> Iterator[str]:
    seen: list[BaseException | None] = [None]
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link not in seen and link is not None:
            seen.append(link)
            yield f"{link!s} {link!r} {vars(link)}"
            shown = traceback.TracebackException.from_exception(link, capture_locals=True)
            yield from (str(frame.locals) for frame in shown.stack if not _is_test(frame))
            waiting += [link.__cause__, link.__context__]


def _is_test(frame: traceback.FrameSummary) -> bool:
    """Tell whether a frame is of a test, which knows the key it tests with."""
    return Path(__file__).parents[1] in Path(frame.filename).parents
