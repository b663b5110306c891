"""Everything that can go wrong, as one tree.

```
MaskoError                 what the plugin and the command line catch
├── OptionError            an option, a variable or the API key cannot be used
├── ReferenceProblem       a page names something that is not there
├── ManifestError          the manifest cannot be read or written
│   ├── ManifestMissing    there is none, and the mode needs one
│   └── DriftError         the API has something else than the manifest
├── MediaError             bytes that are no medium we know
├── CacheError             there is no place to put media
└── ApiError               a call failed; has `status`, `code` and `url`
    ├── BadKey             401: the key is wrong or revoked
    ├── WrongWorkspace     403: the key is good, but for another workspace
    ├── NotFound           404
    ├── NotReady           409: nothing is published yet
    ├── RateLimited        429; has `retry_after`
    ├── Refused            any other 4xx
    ├── ServerError        5xx
    ├── NetworkError       no answer, or not in time
    └── MalformedAnswer    an answer that breaks the contract
```

A message is one line and says what to do next. It never holds the key.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self


class MaskoError(Exception):
    """The root: one clear line for a person."""


class OptionError(MaskoError):
    """An option, an environment variable or the API key cannot be used.

    Attributes:
        option: The option's name, or an empty string.
        problem: What is wrong with it, to go on from its name.
    """

    def __init__(
        self, problem: str, *, option: str = "", errors: Sequence[OptionError] = ()
    ) -> None:
        super().__init__(f"option {option!r} {problem}" if option else problem)
        self.option = option
        self.problem = problem
        self._errors = tuple(errors)

    @property
    def errors(self) -> tuple[OptionError, ...]:
        """One error for each option where several cannot be used, otherwise this one alone."""
        return self._errors or (self,)


class ReferenceProblem(MaskoError):
    """A page names a pose, a collection or an argument that is not there."""


class ManifestError(MaskoError):
    """The manifest cannot be read or written."""


class ManifestMissing(ManifestError):
    """There is no manifest, and the mode needs one."""


class DriftError(ManifestError):
    """The API has something else than the manifest."""


class MediaError(MaskoError):
    """The bytes are not a medium that is known here, or are damaged."""


class CacheError(MaskoError):
    """There is no place to put media: the disk is full, or fails."""


class ApiError(MaskoError):
    """A call to the API or its CDN failed.

    Attributes:
        status: The HTTP status, or None when there was no answer.
        code: The API's own code (`not_found`), or an empty string.
        url: What was asked for, without its query.
    """

    def __init__(
        self, message: str, *, status: int | None = None, code: str = "", url: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.url = url

    def at(self, place: str) -> Self:
        """Return the same failure with the place it concerns in front."""
        moved = copy(self)
        moved.args = (f"{place}: {self}",)
        return moved


class BadKey(ApiError):
    """401: the key is wrong or was revoked."""


class WrongWorkspace(ApiError):
    """403: the key is good, but belongs to another workspace."""


class NotFound(ApiError):
    """404: nothing of that id is visible to this key."""


class NotReady(ApiError):
    """409 `cdn_export_not_ready`: nothing is published yet."""


class RateLimited(ApiError):
    """429: too many calls.

    Attributes:
        retry_after: Seconds that the server asked for, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = 429,
        code: str = "rate_limited",
        url: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, status=status, code=code, url=url)
        self.retry_after = retry_after


class Refused(ApiError):
    """Any other 4xx: the call itself is at fault."""


class ServerError(ApiError):
    """5xx: the server is at fault."""


class NetworkError(ApiError):
    """No connection, no answer, or not in time."""


class MalformedAnswer(ApiError):
    """An answer that breaks the contract: no JSON, wrong types, too large, a redirect."""
