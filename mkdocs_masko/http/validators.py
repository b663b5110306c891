"""Validators: what tells whether a server still has the bytes that somebody has read before.

https://www.rfc-editor.org/rfc/rfc9110.html#name-validator-fields
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

# What is sent back in a header later is printable and short, whatever came. A weak ETag (`W/"v1"`)
# says nothing of the bytes.
_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')
_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")

# A file that has just changed may change again within the second that a date can tell apart. RFC
# 9110, 8.8.2.2, asks for a second; a minute is room for clocks that differ.
_SETTLED = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Validator:
    """What a server has said of the bytes of a medium.

    Attributes:
        etag: The strong ETag, or an empty string.
        modified: The date in `Last-Modified`, where there is no strong ETag and the date is as good
            as one, or an empty string.
    """

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self:
        """Return the validator of a response."""
        etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
        if _STRONG_ETAG.fullmatch(etag):
            return cls(etag=etag)
        return cls(modified=modified if _is_settled(modified, headers.get("Date", "")) else "")

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self.etag or self.modified)

    def conditions(self) -> dict[str, str]:
        """Return the headers that request a medium only where it has changed."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.modified} if self.modified else {}

    def stated_in(self, headers: Mapping[str, str]) -> str | None:
        """Return what the headers of a 304 say in place of this validator, or None."""
        return headers.get("ETag" if self.etag else "Last-Modified")

    def __str__(self) -> str:
        return self.etag or self.modified


NO_VALIDATOR: Final = Validator()


def _is_settled(modified: str, date: str) -> bool:
    """Tell whether a file had not been changed for a while when a response was sent."""
    if not (_DATE.fullmatch(modified) and _DATE.fullmatch(date)):
        return False
    try:
        return parsedate_to_datetime(date) - parsedate_to_datetime(modified) >= _SETTLED
    except ValueError:  # the 31st of February
        return False
