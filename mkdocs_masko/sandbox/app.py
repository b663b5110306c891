"""The API and the CDN as one function from requests to answers, without a socket."""

from __future__ import annotations

import hmac
import re
import secrets
from collections import Counter
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING

from mkdocs_masko.sandbox.api import ApiCall, find_route, query_of
from mkdocs_masko.sandbox.cast import FOREIGN_KEY
from mkdocs_masko.sandbox.faults import Moment
from mkdocs_masko.sandbox.front_page import front_page
from mkdocs_masko.sandbox.ranges import media_answer
from mkdocs_masko.sandbox.responses import Answer, Refusal, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.sandbox.faults import Faults
    from mkdocs_masko.sandbox.responses import Envelope, Request, Row
    from mkdocs_masko.sandbox.world import Asset, World

_KEY = re.compile(r"[Bb]earer +(masko_[0-9a-fA-F]{64})")
_SIGNED_FOR = 3600  # seconds
_LIMIT = 60  # calls a second, announced in headers; more are not refused


def check_key(request: Request) -> None:
    """Check that a request carries a key of this workspace.

    Raises:
        Refusal: 401 without a well-formed key, 403 with the key of another workspace.
    """
    key = _KEY.fullmatch(request.headers.get("authorization", "").strip())
    if not key:
        raise Refusal(
            401,
            "send the header Authorization: Bearer masko_ and 64 hex digits",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if key[1] == FOREIGN_KEY:
        raise Refusal(403, "this key belongs to another workspace")


class Signer:
    """Signs URLs that expire, and verifies them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)

    def path(self, asset: Asset) -> str:
        """Return the signed path of an asset, good for an hour; each second gives another."""
        name = asset.id + (asset.file.suffix if asset.file else "")
        expires = f"{self._clock() + _SIGNED_FOR:.0f}"
        return f"/storage/{name}?expires={expires}&signature={self._sign(name, expires)}"

    def asset_id(self, name: str, query: dict[str, str]) -> str:
        """Return the id of the asset behind a signed path.

        Args:
            name: The path without `/storage/`.
            query: The parameters of the URL.

        Raises:
            Refusal: 403, when it was not signed here or has expired.
        """
        expires, signature = query.get("expires", ""), query.get("signature", "")
        valid = hmac.compare_digest(signature.encode(), self._sign(name, expires).encode())
        if not valid or self._clock() > int(expires):
            raise Refusal(403, "this URL has expired, or was not signed here")
        return name.partition(".")[0]

    def _sign(self, name: str, expires: str) -> str:
        return hmac.new(self._secret, f"{name} {expires}".encode(), "sha256").hexdigest()


class RateLimit:
    """Counts the calls of the current second, for the headers that announce a limit."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._second = 0
        self._count = 0

    def headers(self, status: int) -> dict[str, str]:
        """Count a call, and return what is left: none only when it was refused for that."""
        with self._lock:
            now = int(self._clock())
            self._count = self._count + 1 if now == self._second else 1
            self._second = now
            left = 0 if status == HTTPStatus.TOO_MANY_REQUESTS else max(1, _LIMIT - self._count)
        return {"X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": str(now + 1)}


class Service:
    """The API and its CDN as one function of requests.

    Attributes:
        origin: Where it listens.
        cdn_url: What the URL of a medium begins with.
        legacy: Whether it answers in the older dialect.
        shuffle: Whether each list and export comes in another order every time.
    """

    def __init__(
        self,
        world: World,
        faults: Faults,
        *,
        needs_key: bool,
        clock: Callable[[], float],
        wait: Callable[[float], object],
    ) -> None:
        self.origin = ""
        self.cdn_url = ""
        self.legacy = False
        self.shuffle = False
        self._world = world
        self._faults = faults
        self._needs_key = needs_key
        self._wait = wait
        self._signer = Signer(clock)
        self._rate_limit = RateLimit(clock)
        self._turns: Counter[str] = Counter()

    def answer(self, request: Request) -> Answer:
        """Answer a request.

        Raises:
            Hangup: A fault wants the connection closed without an answer.
        """
        usual = partial(self._answer_without_faults, request)
        moment = Moment(
            request=request, usual=usual, wait=self._wait, placeholder=self._placeholder
        )
        try:
            answer = self._faults.answer(moment)
        except Refusal as refusal:
            answer = self.refuse(refusal)
        if not request.path.startswith("/v1/"):
            return answer
        limits = self._rate_limit.headers(answer.status)
        return replace(answer, headers={**answer.headers, **limits})

    def refuse(self, refusal: Refusal) -> Answer:
        """Answer with an error, in the dialect in use."""
        return json_answer(
            self._in_dialect(refusal), status=refusal.status, headers=refusal.headers
        )

    def _answer_without_faults(self, request: Request) -> Answer:
        path, _, query = request.path.partition("?")
        if path.startswith("/v1/"):
            return self._call(request, path, query)
        if request.method not in {"GET", "HEAD"}:
            raise Refusal(405, "this path takes GET, HEAD", headers={"Allow": "GET, HEAD"})
        if path == "/":
            return front_page(request, self._world, f"{self.origin}/v1")
        if path.startswith("/storage/"):
            return media_answer(request, self._signed_content(path, query))
        return media_answer(request, self._published_content(path))

    def _call(self, request: Request, path: str, query: str) -> Answer:
        if self._needs_key:
            check_key(request)
        answer = find_route(request.method, path)
        call = ApiCall(
            world=self._world,
            query=query_of(query),
            body=request.body,
            cdn_url=self.cdn_url,
            sign=self._sign,
            order=partial(self._rotate, path),
        )
        with self._world.lock:
            return json_answer(self._in_dialect(answer(call)))

    def _in_dialect(self, envelope: Envelope) -> Row:
        return envelope.legacy() if self.legacy else envelope.modern()

    def _rotate(self, path: str, rows: list[Row]) -> list[Row]:
        if not self.shuffle or not rows:
            return rows
        self._turns[path] += 1
        turn = self._turns[path] % len(rows)
        return rows[turn:] + rows[:turn]

    def _sign(self, asset: Asset) -> str:
        return self.origin + self._signer.path(asset)

    def _signed_content(self, path: str, query: str) -> bytes:
        asset_id = self._signer.asset_id(path.removeprefix("/storage/"), query_of(query))
        file = self._world.asset(asset_id).file
        return file.read_bytes() if file else b""

    def _published_content(self, path: str) -> bytes:
        content = self._world.content_at(path)
        if content is None:
            raise Refusal(404, "there is no medium at this path")
        return content

    def _placeholder(self) -> bytes:
        return (self._world.media_dir / "placeholder.png").read_bytes()
