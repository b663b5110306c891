"""What a request may say: the query and the body, checked."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import parse_qsl

from mkdocs_masko.sandbox.responses import Page, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST_PAGE = 100  # rows
_LONGEST = {"name": 200, "prompt": 4000}  # characters
_NUMBER = re.compile(r"[0-9]{1,9}")


def query_of(text: str) -> dict[str, str]:
    """Read a query; the last of equal names counts, unknown names do no harm.

    Raises:
        Refusal: 400, when it has more than 20 parameters.
    """
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=20))
    except ValueError as too_many:
        raise Refusal(400, "the query has too many parameters") from too_many


def page_of(query: Mapping[str, str]) -> Page:
    """Read `limit` (1 to 100 rows) and `offset` (0 or more).

    Raises:
        Refusal: 400, when one of them is something else.
    """
    limit = _number(query, "limit", 1, _LARGEST_PAGE) if "limit" in query else None
    offset = _number(query, "offset", 0, 10**9) if "offset" in query else 0
    return Page(limit=limit, offset=offset)


def _number(query: Mapping[str, str], name: str, least: int, most: int) -> int:
    text = query[name]
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise Refusal(400, f"{name} is a whole number from {least} to {most}")
    return int(text)


def wants_file_urls(query: Mapping[str, str]) -> bool:
    """Read `include_file_urls`, which is true unless it says otherwise.

    Raises:
        Refusal: 400, when it is neither `true` nor `false`.
    """
    answer = {"true": True, "false": False}.get(query.get("include_file_urls", "true"))
    if answer is None:
        raise Refusal(400, "include_file_urls is true or false")
    return answer


def item_changes(body: bytes) -> dict[str, str]:
    """Read the body of a change: an object with `name`, `prompt` or both.

    Raises:
        Refusal: 400, naming what is wrong with it.
    """
    try:
        changes = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise Refusal(400, "the body is no JSON") from wrong
    if not isinstance(changes, dict) or not changes or not changes.keys() <= _LONGEST.keys():
        _bad_change()
    for name, value in changes.items():
        _check_text(name, value)
    return changes


def _bad_change() -> NoReturn:
    raise Refusal(400, "the body is an object with name, prompt or both, and nothing else")


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or len(value) > _LONGEST[name]:
        raise Refusal(400, f"{name} is a text of at most {_LONGEST[name]} characters")
    if name == "name" and not value.strip():
        raise Refusal(400, "name is not empty")
    try:
        value.encode()
    except UnicodeEncodeError as lone:
        raise Refusal(400, f"{name} holds half a surrogate pair") from lone
