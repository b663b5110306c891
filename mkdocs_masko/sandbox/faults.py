"""Trouble on demand: what goes wrong with which requests, and how often."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mkdocs_masko.errors import OptionError
from mkdocs_masko.sandbox.effects import Linger, Refuse, ShowPage, hang_up, show_placeholder
from mkdocs_masko.sandbox.responses import phrase
from mkdocs_masko.text import one_line

if TYPE_CHECKING:
    from mkdocs_masko.sandbox.effects import Effect

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
            shown = one_line(text)
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
