"""The CDN's answers with a medium: ranges, validators, and how long a cache may keep it."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mkdocs_masko.sandbox.cdn import TYPES
from mkdocs_masko.sandbox.responses import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mkdocs_masko.sandbox.responses import Request

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def media_answer(request: Request, content: bytes) -> Answer:
    """Answer with a medium, or the part of it that was asked for.

    The type follows the suffix of the path, whatever the bytes are. A URL may get other bytes
    later, so caches have to revalidate after five minutes.
    """
    path = PurePosixPath(request.path.partition("?")[0])
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=300",
        "ETag": etag,
    }
    if _matches_etag(request, etag):
        return Answer(status=304, headers=headers)
    headers["Content-Type"] = TYPES.get(path.suffix, "application/octet-stream")
    byte_range = _RANGE.fullmatch(request.headers.get("range", ""))
    if request.method != "GET" or not byte_range or _is_outdated(request, etag):
        return Answer(body=content, headers=headers)
    return _part(content, headers, *byte_range.groups())


def _matches_etag(request: Request, etag: str) -> bool:
    etags = request.headers.get("if-none-match", "")
    return etags.strip() == "*" or etag in re.findall(r'"[^"]*"', etags)


def _is_outdated(request: Request, etag: str) -> bool:
    return request.headers.get("if-range", etag) != etag


def _part(content: bytes, headers: Mapping[str, str], first: str, last: str) -> Answer:
    size = len(content)
    if not first and not last:
        return Answer(body=content, headers=headers)
    start = int(first) if first else max(0, size - int(last))
    stop = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < int(first):
        return Answer(body=content, headers=headers)
    if start >= size:
        return Answer(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    part = {**headers, "Content-Range": f"bytes {start}-{stop - 1}/{size}"}
    return Answer(status=206, body=content[start:stop], headers=part)
