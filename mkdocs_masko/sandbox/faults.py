"""Trouble on demand: what goes wrong with which requests, and how often."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from mkdocs_masko.errors import OptionError
from mkdocs_masko.sandbox.cdn import media_answer
from mkdocs_masko.sandbox.responses import Answer, Refusal, phrase
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.sandbox.responses import Request


class Hangup(Exception):
    """The connection is to be closed without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A request that something may go wrong with.

    Attributes:
        request: What was asked.
        usual: Gives the answer that would be sent without this fault.
        wait: Lets seconds pass; returns at once when the sandbox stops.
        placeholder: Gives the image that stands where a medium is still to come.
    """

    request: Request
    usual: Callable[[], Answer]
    wait: Callable[[float], object]
    placeholder: Callable[[], bytes]


class Effect(Protocol):
    """What happens to a request: an answer, or `Refusal` or `Hangup` raised."""

    def __call__(self, moment: Moment, /) -> Answer:
        """Answer in place of the sandbox, or ask `moment.usual` and change that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Answer with an error in the API's own form."""

    status: int
    message: str
    code: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def __call__(self, _moment: Moment, /) -> Answer:
        """Raise the error."""
        raise Refusal(self.status, self.message, code=self.code, headers=dict(self.headers))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPage:
    """Answer with a page of HTML, as a proxy in between would."""

    status: int

    def __call__(self, _moment: Moment, /) -> Answer:
        """Return the page."""
        title = f"{self.status} {phrase(self.status)}"
        page = f"<!doctype html>\n<title>{title}</title>\n<h1>{title}</h1>\n"
        headers = {"Content-Type": "text/html; charset=utf-8"}
        return Answer(status=self.status, body=page.encode(), headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linger:
    """Answer as usual, but late."""

    seconds: float

    def __call__(self, moment: Moment, /) -> Answer:
        """Wait, then answer."""
        moment.wait(self.seconds)
        return moment.usual()


def hang_up(_moment: Moment, /) -> Answer:
    """Close the connection without an answer."""
    raise Hangup


def show_placeholder(moment: Moment, /) -> Answer:
    """Answer with the placeholder's bytes where there is a medium, under its own type."""
    moment.usual()  # raises where there is no medium
    return media_answer(moment.request, moment.placeholder())


GRAMMAR = (
    "not-ready:N, not-ready:SECONDSs, rate-limit:N[:RETRY_AFTER], error:STATUS:N[:html], "
    "placeholder:PATTERN, slow:SECONDS or drop:N, each with @PATTERN at its end for some paths only"
)
"""How a fault is typed; N is how many requests it happens to, PATTERN is a glob."""

_EXPORTS = re.compile(r"/v1/collections/[^/]+/cdn-export")
_API = re.compile(r"/v1/.*", re.DOTALL)
_ALL = re.compile(r".*", re.DOTALL)
_NOT_READY = Refuse(
    status=409,
    code="cdn_export_not_ready",
    message="the media of this collection are still being published; retry in a moment",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong.

    Attributes:
        effect: What happens; any callable that takes a `Moment` will do.
        paths: To which paths, matched whole and without the query.
        times: To how many requests, or None for all.
        seconds: For how long from the start of the sandbox, or from when it was added to a
            running one; None for ever.
    """

    effect: Effect
    paths: re.Pattern[str] = _ALL
    times: int | None = None
    seconds: float | None = None

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read a fault as it is typed: `rate-limit:2:1`, `error:502:1:html@*.webm`.

        Raises:
            OptionError: It is no fault; the message holds the grammar and an example.
        """
        typed, at, pattern = text.partition("@")
        kind, _, rest = typed.partition(":")
        try:
            fault = _KINDS[kind](rest)
            return replace(fault, paths=_glob(pattern)) if at else fault
        except (KeyError, ValueError):
            shown = sanitize(text)
            raise OptionError(
                f"no such fault: {shown!r}. Write {GRAMMAR}; for example rate-limit:2:1"
            ) from None


def _not_ready(rest: str) -> Fault:
    if rest.endswith("s"):
        return Fault(effect=_NOT_READY, paths=_EXPORTS, seconds=_seconds(rest[:-1]))
    return Fault(effect=_NOT_READY, paths=_EXPORTS, times=_count(rest))


def _rate_limit(rest: str) -> Fault:
    times, colon, after = rest.partition(":")
    if colon and not re.fullmatch(r"[!-~]([ -~]*[!-~])?", after):
        raise ValueError(after)
    headers = (("Retry-After", after),) if colon else ()
    effect = Refuse(status=429, message="too many calls; wait a little", headers=headers)
    return Fault(effect=effect, paths=_API, times=_count(times))


def _error(rest: str) -> Fault:
    typed = re.fullmatch(r"(?:([45][0-9]{2}):([0-9]+)|(200|[45][0-9]{2}):([0-9]+):html)", rest)
    if not typed:
        raise ValueError(rest)
    status, times = int(typed[1] or typed[3]), _count(typed[2] or typed[4])
    page, refusal = ShowPage(status=status), Refuse(status=status, message=phrase(status).lower())
    return Fault(effect=refusal if typed[1] else page, paths=_API, times=times)


def _placeholder(rest: str) -> Fault:
    media = re.compile(rf"(?!/v1/|/storage/|/\Z){_glob(rest).pattern}")
    return Fault(effect=show_placeholder, paths=media)


def _slow(rest: str) -> Fault:
    return Fault(effect=Linger(seconds=_seconds(rest)))


def _drop(rest: str) -> Fault:
    return Fault(effect=hang_up, times=_count(rest))


_KINDS = {
    "not-ready": _not_ready,
    "rate-limit": _rate_limit,
    "error": _error,
    "placeholder": _placeholder,
    "slow": _slow,
    "drop": _drop,
}


def _count(text: str) -> int:
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", text):
        raise ValueError(text)
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise ValueError(text)
    return float(text)


def _glob(text: str) -> re.Pattern[str]:
    if not text:
        raise ValueError(text)
    return re.compile(fnmatch.translate(text))


class _Armed:
    """A fault that counts."""

    def __init__(self, fault: Fault, clock: Callable[[], float]) -> None:
        self.fault = fault
        self._clock = clock
        self._lock = Lock()
        self._left = fault.times
        self.restart()

    def restart(self) -> None:
        """Let its seconds begin now."""
        self._until = None if self.fault.seconds is None else self._clock() + self.fault.seconds

    def strikes(self, path: str) -> bool:
        """Tell whether it happens to this request, and count it."""
        if not self.fault.paths.fullmatch(path):
            return False
        if self._until is not None and self._clock() >= self._until:
            return False
        with self._lock:
            if self._left == 0:
                return False
            self._left = None if self._left is None else self._left - 1
            return True


class Faults:
    """The faults of a sandbox: each wraps what would be answered without it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._armed: tuple[_Armed, ...] = ()

    def add(self, fault: Fault) -> None:
        """Let a fault happen from now on; those that are there already strike before it."""
        self._armed = (*self._armed, _Armed(fault, self._clock))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._armed = ()

    def restart(self) -> None:
        """Let the seconds of all faults begin now."""
        for armed in self._armed:
            armed.restart()

    def answer(self, moment: Moment) -> Answer:
        """Answer a request, with everything that goes wrong with it."""
        usual = moment.usual
        for armed in reversed(self._armed):
            usual = partial(_through, armed, moment, usual)
        return usual()


def _through(armed: _Armed, moment: Moment, usual: Callable[[], Answer]) -> Answer:
    if not armed.strikes(moment.request.path.partition("?")[0]):
        return usual()
    return armed.fault.effect(replace(moment, usual=usual))
