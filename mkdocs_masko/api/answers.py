"""From the bytes of an answer to data."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from mkdocs_masko.api.models import Page, Pagination, R
from mkdocs_masko.errors import MalformedAnswer
from mkdocs_masko.text import one_line

T = TypeVar("T")


def decoded(body: bytes, url: str) -> object:
    """Decode JSON.

    Raises:
        MalformedAnswer: It is something else, or a JSON that no program should take.
    """
    if not body.strip():
        raise MalformedAnswer("the API answered with nothing; check 'api_url'", url=url)
    if body.lstrip().startswith(b"<"):
        raise MalformedAnswer(
            "the API answered with a web page instead of JSON; check 'api_url' and the proxy",
            url=url,
        )
    try:
        return msgspec.json.decode(body)
    except RecursionError:
        fault = "it is nested too deeply"
    except (msgspec.MsgspecError, ValueError) as error:
        fault = "it is not UTF-8" if isinstance(error, UnicodeError) else one_line(str(error))
    raise MalformedAnswer(f"the API answered with unusable JSON: {fault}", url=url)


def unwrapped(raw: object) -> object:
    """Return what is inside `{"data": ...}`, or the object itself where it is bare."""
    if isinstance(raw, dict) and isinstance(raw.get("data"), dict):
        return raw["data"]
    return raw


def resource(raw: object, kind: type[T], url: str) -> T:
    """Make a resource from an answer, wrapped or bare.

    Raises:
        MalformedAnswer: A field has the wrong type.
    """
    return _converted(unwrapped(raw), kind, url)


def page(raw: object, key: str, kind: type[R], url: str) -> Page[R]:
    """Make a page from `{"data": [...], "meta": ...}` or from the older `{"<key>": [...]}`.

    Raises:
        MalformedAnswer: There is no list, or a field has the wrong type.
    """
    entries = raw.get("data", raw.get(key)) if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(entries, list):
        raise MalformedAnswer(f"the API answered without a list of {key}", url=url)
    pagination = _converted(_pagination_in(raw), Pagination, url)
    kept: tuple[R, ...] = _converted(entries, tuple[kind, ...], url)  # type: ignore[valid-type]
    return Page(data=kept, pagination=pagination)


def _pagination_in(raw: dict[str, Any]) -> object:
    meta = raw.get("meta")
    if not isinstance(meta, dict):
        return {}
    return meta.get("pagination") or {}


def _converted(raw: object, kind: type[T], url: str) -> T:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        fault = one_line(str(error))
    raise MalformedAnswer(f"the API's answer breaks its contract: {fault}", url=url)
