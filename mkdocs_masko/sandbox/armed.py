"""The faults of a running sandbox, counted down."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.sandbox.effects import Moment
    from mkdocs_masko.sandbox.faults import Fault
    from mkdocs_masko.sandbox.responses import Answer


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
