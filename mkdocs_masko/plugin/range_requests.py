"""Range requests under `mkdocs serve`: Safari plays no video without them.

RFC 9110, section 14: https://www.rfc-editor.org/rfc/rfc9110#section-14
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# One range of bytes; 18 digits are more than any file has, and a bound for int().
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_CHUNK = 64 * 1024  # bytes
_MEDIA = ("image/", "video/", "audio/")


def with_ranges(app: WSGIApplication) -> WSGIApplication:
    """Wrap a WSGI application that sends whole files, so that it answers ranges of media too.

    A request for several ranges at once gets the whole file, which HTTP allows (14.2).
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        response: list[Any] = []

        def delay(*arguments: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - WSGI's own
            response[:] = arguments
            return lambda _: None

        body = app(environ, delay)
        status, headers, *more = response
        size = _media_size(status, headers)
        if size is None:
            start_response(status, headers, *more)
            return body
        headers = [*headers, ("Accept-Ranges", "bytes")]
        return _answer_range(environ, start_response, body, headers, size)

    return answer


def _media_size(status: str, headers: list[tuple[str, str]]) -> int | None:
    by_name = {name.lower(): value for name, value in headers}
    size = by_name.get("content-length", "")
    is_whole = status.startswith("200") and size.isdigit()
    is_media = by_name.get("content-type", "").startswith(_MEDIA)
    return int(size) if is_whole and is_media else None


def _answer_range(
    environ: WSGIEnvironment,
    start_response: StartResponse,
    body: Iterable[bytes],
    headers: list[tuple[str, str]],
    size: int,
) -> Iterable[bytes]:
    span = _parse_range(environ.get("HTTP_RANGE", ""), size)
    # With If-Range, only an equal validator makes a range of use; the whole file is always right.
    if span is None or environ.get("HTTP_IF_RANGE"):
        start_response("200 OK", headers)
        return body
    others = [pair for pair in headers if pair[0].lower() != "content-length"]
    if not span:
        _close(body)
        no_range = [("Content-Range", f"bytes */{size}"), ("Content-Length", "0")]
        start_response("416 Range Not Satisfiable", [*others, *no_range])
        return []
    content_range = f"bytes {span[0]}-{span[-1]}/{size}"
    partial = [("Content-Range", content_range), ("Content-Length", str(len(span)))]
    start_response("206 Partial Content", [*others, *partial])
    return _read_range(body, span)


def _parse_range(text: str, size: int) -> range | None:
    """Return the range that a request asks for, empty beyond the end; None for the whole file."""
    match = _RANGE.fullmatch(text.strip())
    if not match or not (match[1] or match[2]):
        return None
    if not match[1]:  # the last bytes
        return range(max(0, size - int(match[2])), size)
    first = int(match[1])
    last = int(match[2]) if match[2] else size - 1
    if match[2] and last < first:
        return None
    return range(first, min(last + 1, size))


def _read_range(body: Iterable[bytes], span: range) -> Iterator[bytes]:
    """Yield a range of a body; of a file, nothing else is read."""
    try:
        file = getattr(body, "filelike", None)
        if file is None:
            yield b"".join(body)[span.start : span.stop]
            return
        file.seek(span.start)
        left = len(span)
        while left and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
    finally:
        _close(body)


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close:
        close()
