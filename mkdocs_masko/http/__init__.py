"""One request, one answer, inside a budget: everything about bytes on the wire.

`exchange` sends, `reading` and `streaming` read, `connections` connects, `deadline` bounds each
wait, `faults` and `refusals` say what went wrong.
"""

from __future__ import annotations

from mkdocs_masko.http.sockets import Budget, Limits
from mkdocs_masko.http.transport import LARGEST_MEDIUM, Answer, Stream, Transport

__all__ = ["LARGEST_MEDIUM", "Answer", "Budget", "Limits", "Stream", "Transport"]
