"""Fault injection: what goes wrong with which requests, and how often."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from mkdocs_masko.errors import OptionError
from mkdocs_masko.sandbox.ranges import media_answer
from mkdocs_masko.sandbox.responses import Answer, Refusal, phrase
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.sandbox.responses import Request


class Hangup(Exception):
    """Raised to close the connection without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A request that a fault may change the answer to.

    Attributes:
        request: The request.
        usual: Returns the answer that would be sent without this fault.
        wait: Sleeps for some seconds; returns at once when the sandbox stops.
        placeholder: Returns the image that the CDN serves while a medium is not ready.
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
    """Answer with an error in the API's own envelope."""

    status: int
    message: str
    code: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def __call__(self, _moment: Moment, /) -> Answer:
        """Raise the error."""
        raise Refusal(self.status, self.message, code=self.code, headers=dict(self.headers))


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlError:
    """Answer with an HTML page, as a proxy in between would."""

    status: int

    def __call__(self, _moment: Moment, /) -> Answer:
        """Return the page."""
        title = f"{self.status} {phrase(self.status)}"
        page = f"<!doctype html>\n<title>{title}</title>\n<h1>{title}</h1>\n"
        headers = {"Content-Type": "text/html; charset=utf-8"}
        return Answer(status=self.status, body=page.encode(), headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """Answer as usual, but later."""

    seconds: float

    def __call__(self, moment: Moment, /) -> Answer:
        """Wait, then answer."""
        moment.wait(self.seconds)
        return moment.usual()


def drop_connection(_moment: Moment, /) -> Answer:
    """Close the connection without an answer."""
    raise Hangup


def serve_placeholder(moment: Moment, /) -> Answer:
    """Answer with the placeholder's bytes in place of a medium, under the medium's type."""
    moment.usual()  # raises where there is no medium
    return media_answer(moment.request, moment.placeholder())


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
    """A fault to inject.

    Attributes:
        effect: What happens; any callable that takes a `Moment` will do.
        paths: The paths that it applies to, matched whole and without the query.
        times: The number of requests that it applies to, or None for all.
        seconds: How long it applies, from the start of the sandbox, or from when it was added
            to a running one; None for ever.
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
        words, at, pattern = text.partition("@")
        kind, _, rest = words.partition(":")
        try:
            fault = FAULTS[kind].parse(rest)
            return replace(fault, paths=_parse_glob(pattern)) if at else fault
        except (KeyError, ValueError):
            raise OptionError(
                f"no such fault: {sanitize(text)!r}. Write {GRAMMAR}; for example rate-limit:2:1"
            ) from None


def _not_ready(rest: str) -> Fault:
    if rest.endswith("s"):
        return Fault(effect=_NOT_READY, paths=_EXPORTS, seconds=_parse_seconds(rest[:-1]))
    return Fault(effect=_NOT_READY, paths=_EXPORTS, times=_parse_count(rest))


def _rate_limit(rest: str) -> Fault:
    times, colon, after = rest.partition(":")
    if colon and not re.fullmatch(r"[!-~]([ -~]*[!-~])?", after):
        raise ValueError(after)
    headers = (("Retry-After", after),) if colon else ()
    effect = Refuse(status=429, message="too many calls; wait a little", headers=headers)
    return Fault(effect=effect, paths=_API, times=_parse_count(times))


def _error(rest: str) -> Fault:
    match = re.fullmatch(r"(?:([45][0-9]{2}):([0-9]+)|(200|[45][0-9]{2}):([0-9]+):html)", rest)
    if not match:
        raise ValueError(rest)
    status, times = int(match[1] or match[3]), _parse_count(match[2] or match[4])
    page, refusal = HtmlError(status=status), Refuse(status=status, message=phrase(status).lower())
    return Fault(effect=refusal if match[1] else page, paths=_API, times=times)


def _placeholder(rest: str) -> Fault:
    media = re.compile(rf"(?!/v1/|/storage/|/\Z){_parse_glob(rest).pattern}")
    return Fault(effect=serve_placeholder, paths=media)


def _slow(rest: str) -> Fault:
    return Fault(effect=Delay(seconds=_parse_seconds(rest)))


def _drop(rest: str) -> Fault:
    return Fault(effect=drop_connection, times=_parse_count(rest))


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """A kind of fault, as it is typed.

    Attributes:
        parse: Reads what is typed after its name.
        forms: What can be typed after the name, for messages.
        examples: What somebody may type, with what it does.
    """

    parse: Callable[[str], Fault]
    forms: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]


FAULTS: Final = {
    "not-ready": FaultKind(
        parse=_not_ready,
        forms=("N", "SECONDSs"),
        examples=(
            ("not-ready:3", "answer 409 to the next 3 exports"),
            ("not-ready:20s", "answer 409 to exports for 20 seconds"),
        ),
    ),
    "rate-limit": FaultKind(
        parse=_rate_limit,
        forms=("N[:RETRY_AFTER]",),
        examples=(("rate-limit:2:5", "answer 429 twice, with 'Retry-After: 5'"),),
    ),
    "error": FaultKind(
        parse=_error,
        forms=("STATUS:N[:html]",),
        examples=(("error:503:2", "answer 503 twice; with ':html' as a web page"),),
    ),
    "placeholder": FaultKind(
        parse=_placeholder,
        forms=("PATTERN",),
        examples=(("placeholder:*.webm", "serve the placeholder image at these URLs"),),
    ),
    "slow": FaultKind(
        parse=_slow,
        forms=("SECONDS",),
        examples=(("slow:2.5", "answer everything 2.5 seconds late"),),
    ),
    "drop": FaultKind(
        parse=_drop,
        forms=("N",),
        examples=(("drop:2", "close 2 connections without an answer"),),
    ),
}
"""Every kind of fault by its name."""

_FORMS = [f"{name}:{form}" for name, kind in FAULTS.items() for form in kind.forms]
GRAMMAR = (
    f"{', '.join(_FORMS[:-1])} or {_FORMS[-1]}, each with @PATTERN at its end for some paths only"
)
"""How a fault is typed; N is the number of requests that it applies to, PATTERN is a glob."""


def _parse_count(text: str) -> int:
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", text):
        raise ValueError(text)
    return int(text)


def _parse_seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise ValueError(text)
    return float(text)


def _parse_glob(text: str) -> re.Pattern[str]:
    if not text:
        raise ValueError(text)
    return re.compile(fnmatch.translate(text))


class _ActiveFault:
    """A fault with the requests and seconds that are left of it."""

    def __init__(self, fault: Fault, clock: Callable[[], float]) -> None:
        self.fault = fault
        self._clock = clock
        self._lock = Lock()
        self._left = fault.times
        self.restart()

    def restart(self) -> None:
        """Start its seconds anew."""
        self._until = None if self.fault.seconds is None else self._clock() + self.fault.seconds

    def consume(self, path: str) -> bool:
        """Return whether it applies to this request, and count it."""
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
    """The faults of a sandbox, each wrapped around the answer without it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._active: tuple[_ActiveFault, ...] = ()

    def add(self, fault: Fault) -> None:
        """Add a fault; those that were added before come first."""
        self._active = (*self._active, _ActiveFault(fault, self._clock))

    def clear(self) -> None:
        """Remove all faults."""
        self._active = ()

    def restart(self) -> None:
        """Start the seconds of all faults anew."""
        for fault in self._active:
            fault.restart()

    def answer(self, moment: Moment) -> Answer:
        """Answer a request, with all faults that apply to it."""
        usual = moment.usual
        for fault in reversed(self._active):
            usual = partial(_answer_with, fault, moment, usual)
        return usual()


def _answer_with(active: _ActiveFault, moment: Moment, usual: Callable[[], Answer]) -> Answer:
    if not active.consume(moment.request.path.partition("?")[0]):
        return usual()
    return active.fault.effect(replace(moment, usual=usual))
