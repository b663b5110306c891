"""One request and its response, before a deadline.

`transport` sends requests and reads responses, `sockets` bounds every wait and counts bytes, and
`errors` turns statuses and the libraries' exceptions into errors of this package.
"""

from __future__ import annotations

from mkdocs_masko.http.sockets import Budget, Limits
from mkdocs_masko.http.transport import MAX_MEDIA_BYTES, Response, Stream, Transport

__all__ = ["MAX_MEDIA_BYTES", "Budget", "Limits", "Response", "Stream", "Transport"]
