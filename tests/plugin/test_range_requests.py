"""Parts of media from the server of `mkdocs serve`, as RFC 9110 has them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from wsgiref.util import FileWrapper

import pytest

from mkdocs_masko.plugin.range_requests import with_ranges

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTENT = bytes(range(200)) * 1000
SIZE = len(CONTENT)


class App:
    """Sends a file whole, as MkDocs' server does; or what is given."""

    def __init__(self, kind: str = "video/webm", *, listed: bool = False) -> None:
        self.file = io.BytesIO(CONTENT)
        self._kind, self._listed = kind, listed

    def __call__(self, _: dict[str, Any], start_response: Any) -> Iterable[bytes]:  # noqa: ANN401 - WSGI's own
        """Answer any request."""
        start_response("200 OK", [("Content-Type", self._kind), ("Content-Length", str(SIZE))])
        return [CONTENT[:9], CONTENT[9:]] if self._listed else FileWrapper(self.file)


def _ask(app: Any, wanted: str = "", **more: str) -> tuple[str, dict[str, str], bytes]:  # noqa: ANN401
    told: list[Any] = []
    environ = {"HTTP_RANGE": wanted, **more} if wanted else more
    body = with_ranges(app)(environ, lambda *given: told.extend(given))  # type: ignore[arg-type, return-value] # a test's
    content = b"".join(body)
    return told[0], dict(told[1]), content


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("bytes=0-1", range(2)),
        ("bytes=0-", range(SIZE)),
        ("bytes=70000-140000", range(70_000, 140_001)),
        ("bytes=199999-", range(SIZE - 1, SIZE)),
        ("bytes=-5", range(SIZE - 5, SIZE)),
        ("bytes=-999999", range(SIZE)),
        ("bytes=199990-999999", range(199_990, SIZE)),
    ],
)
@pytest.mark.parametrize("listed", [False, True], ids=["a file", "a list"])
def test_a_part_is_sent(wanted: str, part: range, listed: bool) -> None:
    app = App(listed=listed)
    status, headers, content = _ask(app, wanted)
    assert status == "206 Partial Content"
    assert headers == {
        "Content-Type": "video/webm",
        "Accept-Ranges": "bytes",
        "Content-Range": f"bytes {part[0]}-{part[-1]}/{SIZE}",
        "Content-Length": str(len(part)),
    }
    assert content == CONTENT[part.start : part.stop]
    assert listed or app.file.closed


@pytest.mark.parametrize("wanted", ["bytes=200000-", "bytes=999999-9999999", "bytes=-0"])
def test_what_is_beyond_the_end_is_refused(wanted: str) -> None:
    app = App()
    status, headers, content = _ask(app, wanted)
    assert status == "416 Range Not Satisfiable"
    assert headers["Content-Range"] == f"bytes */{SIZE}"
    assert (headers["Content-Length"], content) == ("0", b"")
    assert app.file.closed


@pytest.mark.parametrize(
    "wanted", ["", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes"]
)
def test_anything_else_gets_the_whole(wanted: str) -> None:
    """Several parts at once too, which HTTP allows."""
    status, headers, content = _ask(App(), wanted)
    assert status == "200 OK"
    assert headers["Accept-Ranges"] == "bytes"
    assert content == CONTENT


def test_a_file_that_may_have_changed_comes_whole() -> None:
    """The server has no validators to compare with."""
    assert _ask(App(), "bytes=0-1", HTTP_IF_RANGE='"v1"')[0] == "200 OK"


def test_pages_are_left_alone() -> None:
    """The server puts a script into them, and no browser asks for parts."""
    status, headers, content = _ask(App("text/html"), "bytes=0-1")
    assert status == "200 OK"
    assert "Accept-Ranges" not in headers
    assert content == CONTENT


def test_an_error_is_handed_on() -> None:
    """With whatever WSGI gives beside status and headers."""

    def app(_: Any, start_response: Any) -> list[bytes]:  # noqa: ANN401 - WSGI's own
        start_response("404 Not Found", [("Content-Type", "video/webm")], None)
        return [b"no"]

    assert _ask(app, "bytes=0-1") == ("404 Not Found", {"Content-Type": "video/webm"}, b"no")
