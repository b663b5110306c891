"""One request and its response, before a deadline.

`transport` sends requests and reads responses, `validators` tells whether a file has changed,
`sockets` bounds every wait and counts bytes, and `errors` turns statuses and the libraries'
exceptions into errors of this package.
"""

from __future__ import annotations

from mkdocs_masko.http.sockets import Budget, Limits
from mkdocs_masko.http.transport import (
    MAX_MEDIA_BYTES,
    NotModified,
    Part,
    Response,
    Stream,
    Transport,
)
from mkdocs_masko.http.validators import NO_VALIDATOR, Validator

__all__ = [
    "MAX_MEDIA_BYTES",
    "NO_VALIDATOR",
    "Budget",
    "Limits",
    "NotModified",
    "Part",
    "Response",
    "Stream",
    "Transport",
    "Validator",
]
