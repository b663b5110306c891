"""Requests, answers, and the envelopes of both dialects of the API."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

Row = Mapping[str, object]
Order = Callable[[list[Row]], list[Row]]

_CODES = {402: "insufficient_credits", 429: "rate_limited", 500: "internal_error"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request.

    Attributes:
        method: `GET`, `PATCH` and so on.
        path: As it was sent, with the query.
        headers: By name in lower case.
        body: The whole body.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer.

    Attributes:
        status: The HTTP status.
        body: The whole body, also for HEAD.
        headers: All but `Content-Length` and `Date`.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Envelope(Protocol):
    """A body in both of the API's dialects: that of its documentation today, and an older one."""

    def modern(self) -> Row:
        """Return it as the documentation shows it."""

    def legacy(self) -> Row:
        """Return it as the older documentation shows it."""


class Refusal(Exception):
    """An error answer.

    Attributes:
        status: The HTTP status.
        message: A sentence for a person.
        code: The API's error code.
        headers: What is sent with it.
    """

    def __init__(
        self, status: int, message: str, *, code: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or error_code(status)
        self.headers = headers or {}

    def modern(self) -> Row:
        """Return the body with code and message."""
        return {"error": {"code": self.code, "message": self.message}}

    def legacy(self) -> Row:
        """Return the body with the message alone."""
        return {"error": self.message}


def error_code(status: int) -> str:
    """Return the API's error code for an HTTP status: 404 is `not_found`."""
    return _CODES.get(status) or re.sub(r"[^a-z]+", "_", phrase(status).lower())


def phrase(status: int) -> str:
    """Return the reason phrase of a status, or `Error` when it has none."""
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a list; a limit of None is the dialect's default."""

    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A page of a list.

    Attributes:
        name: The key of the rows in the older dialect.
        rows: All of them.
        page: The page to send.
        order: Puts the page into the order in which it is sent.
    """

    name: str
    rows: list[Row]
    page: Page
    order: Order

    def modern(self) -> Row:
        """Return at most 50 rows, or as many as the limit says, with their pagination."""
        limit = 50 if self.page.limit is None else self.page.limit
        total, offset = len(self.rows), self.page.offset
        meta = {
            "total": total,
            "limit": limit,
            "offset": offset,
            "has_more": offset + limit < total,
        }
        return {"data": self._slice(limit), "meta": {"pagination": meta}}

    def legacy(self) -> Row:
        """Return all rows, or as many as the limit says, under the name of the list."""
        return {self.name: self._slice(sys.maxsize if self.page.limit is None else self.page.limit)}

    def _slice(self, limit: int) -> list[Row]:
        return self.order(self.rows[self.page.offset : self.page.offset + limit])


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """A single resource."""

    body: Row

    def modern(self) -> Row:
        """Return it under `data`."""
        return {"data": self.body}

    def legacy(self) -> Row:
        """Return it bare."""
        return self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export, which the documentation shows bare and the OpenAPI description wrapped."""

    body: Row

    def modern(self) -> Row:
        """Return it bare."""
        return self.body

    def legacy(self) -> Row:
        """Return it under `data`."""
        return {"data": self.body}


def json_answer(
    body: Row, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """Send a body as JSON; a lone surrogate in a name goes out as it is."""
    text = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Answer(
        status=status,
        body=text,
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "Cache-Control": "no-store",
            **(headers or {}),
        },
    )
