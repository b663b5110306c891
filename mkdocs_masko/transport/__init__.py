"""One request, one answer, inside a budget: everything about bytes on the wire.

`exchange` sends, `reading` and `streaming` read, `connections` connects, `deadline` bounds each
wait, `faults` and `refusals` say what went wrong.
"""

from __future__ import annotations

from mkdocs_masko.transport.deadline import Budget, Limits
from mkdocs_masko.transport.exchange import Transport
from mkdocs_masko.transport.reading import Answer
from mkdocs_masko.transport.streaming import LARGEST_MEDIUM, Stream

__all__ = ["LARGEST_MEDIUM", "Answer", "Budget", "Limits", "Stream", "Transport"]
