"""Parts of files from the server of `mkdocs serve`: Safari plays no video without them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_STEP = 64 * 1024
_MEDIA = ("image/", "video/", "audio/")


def with_ranges(app: WSGIApplication) -> WSGIApplication:
    """Wrap a WSGI application that sends whole files, so that it sends parts of media too.

    A request for several parts at once gets the whole file, which HTTP allows (RFC 9110, 14.2).
    """

    def ranged(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        held: list[Any] = []

        def hold(*arguments: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - WSGI's own
            held[:] = arguments
            return lambda _: None

        body = app(environ, hold)
        status, headers, *more = held
        size = _size_of_medium(status, headers)
        if size is None:
            start_response(status, headers, *more)
            return body
        headers = [*headers, ("Accept-Ranges", "bytes")]
        return _part(environ, start_response, body, headers, size)

    return ranged


def _size_of_medium(status: str, headers: list[tuple[str, str]]) -> int | None:
    known = {name.lower(): value for name, value in headers}
    size = known.get("content-length", "")
    whole = status.startswith("200") and size.isdigit()
    return int(size) if whole and known.get("content-type", "").startswith(_MEDIA) else None


def _part(
    environ: WSGIEnvironment,
    start_response: StartResponse,
    body: Iterable[bytes],
    headers: list[tuple[str, str]],
    size: int,
) -> Iterable[bytes]:
    wanted = _wanted(environ.get("HTTP_RANGE", ""), size)
    if wanted is None or environ.get("HTTP_IF_RANGE"):
        start_response("200 OK", headers)
        return body
    others = [pair for pair in headers if pair[0].lower() != "content-length"]
    if not wanted:
        _close(body)
        unmet = [*others, ("Content-Range", f"bytes */{size}"), ("Content-Length", "0")]
        start_response("416 Range Not Satisfiable", unmet)
        return []
    given = f"bytes {wanted[0]}-{wanted[-1]}/{size}"
    more = [("Content-Range", given), ("Content-Length", str(len(wanted)))]
    start_response("206 Partial Content", [*others, *more])
    return _cut(body, wanted)


def _wanted(text: str, size: int) -> range | None:
    """Return the bytes asked for, empty when there are none of them; None for the whole."""
    found = _RANGE.fullmatch(text.strip())
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:
        return range(max(0, size - int(found[2])), size)
    first = int(found[1])
    last = int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None
    return range(first, min(last + 1, size))


def _cut(body: Iterable[bytes], wanted: range) -> Iterator[bytes]:
    """Yield a part of a body; of a file only that part is read."""
    try:
        file = getattr(body, "filelike", None)
        if file is None:
            yield b"".join(body)[wanted.start : wanted.stop]
            return
        file.seek(wanted.start)
        left = len(wanted)
        while left and (piece := file.read(min(_STEP, left))):
            left -= len(piece)
            yield piece
    finally:
        _close(body)


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close:
        close()
