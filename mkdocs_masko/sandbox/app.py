"""Requests to answers, without a socket."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mkdocs_masko.sandbox.access import Allowance, Signer, check_key
from mkdocs_masko.sandbox.api import Call, find_call
from mkdocs_masko.sandbox.bodies import query_of
from mkdocs_masko.sandbox.effects import Moment
from mkdocs_masko.sandbox.front_page import front_page
from mkdocs_masko.sandbox.media_answers import media_answer
from mkdocs_masko.sandbox.responses import Answer, Refusal, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.sandbox.armed import Faults
    from mkdocs_masko.sandbox.assets import Asset
    from mkdocs_masko.sandbox.responses import Envelope, Request, Row
    from mkdocs_masko.sandbox.world import World


class Service:
    """The API and its CDN as one function of requests.

    Attributes:
        origin: Where it listens.
        cdn_url: What the address of a medium begins with.
        legacy: Whether it speaks the older dialect.
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
        self._allowance = Allowance(clock)
        self._turns: Counter[str] = Counter()

    def answer(self, request: Request) -> Answer:
        """Answer a request.

        Raises:
            Hangup: A fault wants the connection closed without an answer.
        """
        usual = partial(self._usual, request)
        moment = Moment(
            request=request, usual=usual, wait=self._wait, placeholder=self._placeholder
        )
        try:
            answer = self._faults.answer(moment)
        except Refusal as refusal:
            answer = self.refuse(refusal)
        if not request.path.startswith("/v1/"):
            return answer
        limits = self._allowance.headers(answer.status)
        return replace(answer, headers={**answer.headers, **limits})

    def refuse(self, refusal: Refusal) -> Answer:
        """Answer with an error in the dialect that is spoken."""
        return json_answer(self._spoken(refusal), status=refusal.status, headers=refusal.headers)

    def _usual(self, request: Request) -> Answer:
        path, _, query = request.path.partition("?")
        if path.startswith("/v1/"):
            return self._call(request, path, query)
        if request.method not in {"GET", "HEAD"}:
            raise Refusal(405, "this path takes GET, HEAD", headers={"Allow": "GET, HEAD"})
        if path == "/":
            return self._front_page()
        if path.startswith("/storage/"):
            return media_answer(request, self._signed(path, query))
        return media_answer(request, self._published(path))

    def _call(self, request: Request, path: str, query: str) -> Answer:
        if self._needs_key:
            check_key(request)
        answer = find_call(request.method, path)
        call = Call(
            world=self._world,
            query=query_of(query),
            body=request.body,
            cdn_url=self.cdn_url,
            sign=self._sign,
            order=partial(self._ordered, path),
        )
        with self._world.lock:
            return json_answer(self._spoken(answer(call)))

    def _spoken(self, envelope: Envelope) -> Row:
        return envelope.legacy() if self.legacy else envelope.modern()

    def _ordered(self, path: str, rows: list[Row]) -> list[Row]:
        if not self.shuffle or not rows:
            return rows
        self._turns[path] += 1
        turn = self._turns[path] % len(rows)
        return rows[turn:] + rows[:turn]

    def _sign(self, asset: Asset) -> str:
        return self.origin + self._signer.path(asset)

    def _signed(self, path: str, query: str) -> bytes:
        asset_id = self._signer.asset_id(path.removeprefix("/storage/"), query_of(query))
        file = self._world.asset(asset_id).file
        return file.read_bytes() if file else b""

    def _published(self, path: str) -> bytes:
        content = self._world.content_at(path)
        if content is None:
            raise Refusal(404, "there is no medium at this path")
        return content

    def _front_page(self) -> Answer:
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        return Answer(body=front_page(f"{self.origin}/v1").encode(), headers=headers)

    def _placeholder(self) -> bytes:
        return (self._world.media_dir / "placeholder.png").read_bytes()
