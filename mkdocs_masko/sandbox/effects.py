"""What can happen to a request besides the usual answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mkdocs_masko.sandbox.media_answers import media_answer
from mkdocs_masko.sandbox.responses import Answer, Refusal, phrase

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
