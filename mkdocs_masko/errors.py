"""Every error of the package, as one tree.

```
MaskoError                    what the plugin and the command line catch
├── OptionError               an option, an argument or the API key cannot be used
├── ReferenceProblem          a page names a pose, collection or argument that does not exist
│   ├── MissingPose           the manifest has no such pose or collection; has a `remedy`
│   ├── MisplacedPose         none can be shown there; has a `host`
│   ├── UnreadableMacro       Jinja cannot read it; has `lines_below`
│   └── BadReferences         all that is wrong on a page; has `problems`
├── ManifestError             the manifest cannot be read or written
│   ├── ManifestMissing       there is no manifest, and the mode needs one
│   ├── BoundManifest         its media are on another server on this machine
│   └── DriftError            the manifest is out of date
├── MediaError                a file is damaged, or not an image or video we know
├── CacheError                the cache cannot be written
└── ApiError                  a request failed; has `status`, `code` and `url`
    ├── Unauthorized          401: the key is wrong or revoked
    ├── Forbidden             403: the key belongs to another workspace
    ├── NotFound              404, and 410 for media
    ├── NotReady              409: the collection has no export yet
    ├── RateLimited           429; has `retry_after`
    ├── RequestRejected       any other 4xx
    ├── ServerError           5xx, 408 or 425; has `retry_after`
    ├── NetworkError          no response, or not in time
    │   └── TimedOut          the time for all network work is up
    └── MalformedResponse     the response breaks HTTP or the API's contract
```

A message is one line that says what is wrong and how to fix it. It never holds the key.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typing_extensions import Self


def _printable(text: str) -> str:
    from mkdocs_masko.text import printable  # noqa: PLC0415 - `--help` shows no error

    return printable(text)


class MaskoError(Exception):
    """The root of the tree."""

    def __str__(self) -> str:
        # Whatever a message quotes, from a file's name to what a server said.
        return _printable(super().__str__())


class OptionError(MaskoError):
    """An option, an argument, an environment variable or the API key cannot be used.

    Attributes:
        option: The option's name, or an empty string.
        problem: What is wrong with it, as a sentence whose subject is the option.
        is_written: Whether the option is from a file, and not from the command line or the
            environment.
    """

    is_written = True

    def __init__(
        self, problem: str, *, option: str = "", errors: Sequence[OptionError] = ()
    ) -> None:
        super().__init__(f"option {option!r} {problem}" if option else problem)
        self.option = _printable(option)
        self.problem = _printable(problem)
        self._errors = tuple(errors)

    @property
    def errors(self) -> tuple[OptionError, ...]:
        """One error for each option where several cannot be used, otherwise this one alone."""
        return self._errors or (self,)

    def at(self, find_place: Callable[[str], str]) -> OptionError:
        """Return the same error with the place of each option in front of what is wrong with it.

        Args:
            find_place: Returns the place of an option by its name.
        """
        texts = [
            f"{find_place(each.option)}: {each}" if each.option and each.is_written else str(each)
            for each in self.errors
        ]
        return OptionError("; ".join(texts))


class ReferenceProblem(MaskoError):
    """A page names a pose, a collection or an argument that does not exist."""


class MissingPose(ReferenceProblem):
    """The manifest has no pose, or no collection, of the name that a page gives.

    What helps depends on more than the manifest, such as whether it was synced just now. So the
    remedy is kept apart, and whoever knows more can replace it.

    Attributes:
        problem: What is missing, and which names come close: a sentence without its full stop.
        remedy: What to do, as a sentence.
        alias: The collection that was looked in, or that is missing.
        slug: The pose, or an empty string where the collection is missing.
    """

    def __init__(self, problem: str, *, remedy: str, alias: str, slug: str = "") -> None:
        super().__init__(f"{problem}. {remedy}".rstrip())
        self.problem = problem
        self.remedy = remedy
        self.alias = alias
        self.slug = slug

    def with_remedy(self, remedy: str) -> MissingPose:
        """Return the same error with another remedy."""
        return MissingPose(self.problem, remedy=remedy, alias=self.alias, slug=self.slug)


class MisplacedPose(ReferenceProblem):
    """A page names a pose where none can be shown.

    Attributes:
        host: What holds the URL: a tag and its attribute, such as `a href`; `picture`; or `css`.
    """

    def __init__(self, message: str, *, host: str) -> None:
        super().__init__(message)
        self.host = host


class UnreadableMacro(ReferenceProblem):
    """A macro keeps Jinja from reading a page, wherever it stands: code is no code to Jinja.

    Attributes:
        lines_below: How many lines of the page there are below it; no front matter counts there.
    """

    def __init__(self, message: str, *, lines_below: int) -> None:
        super().__init__(message)
        self.lines_below = lines_below


class BadReferences(ReferenceProblem):
    """All that is wrong on a page, as the error that ends a build.

    Attributes:
        problems: What is wrong, each with its place.
    """

    def __init__(self, page: str, problems: Sequence[str]) -> None:
        count = f"{len(problems)} on {page}"
        super().__init__(f"{count}. 'mkdocs-masko check' lists those of all pages.")
        self.problems = tuple(map(_printable, problems))

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *self.problems])


class ManifestError(MaskoError):
    """The manifest cannot be read or written."""


class ManifestMissing(ManifestError):
    """There is no manifest, and the mode needs one."""


class BoundManifest(ManifestError):
    """The manifest was written with a server on a port of this machine that is not in use now."""


class DriftError(ManifestError):
    """The manifest is out of date: the API or its CDN has other content."""


class MediaError(MaskoError):
    """A file is damaged, or is not an image or video of a known format."""


class CacheError(MaskoError):
    """The cache cannot be written: the disk is full, or fails."""


class ApiError(MaskoError):
    """A request to the API or its CDN failed.

    Attributes:
        status: The HTTP status, or None when there was no response.
        code: The API's error code, such as `not_found`, or an empty string.
        url: The URL of the request, without its query.
    """

    def __init__(
        self, message: str, *, status: int | None = None, code: str = "", url: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.url = url

    def at(self, place: str) -> Self:
        """Return the same error with the place it concerns in front of its message."""
        return self.with_message(f"{place}: {self}")

    def with_message(self, message: str) -> Self:
        """Return the same error with another message."""
        error = copy(self)
        error.args = (message,)
        return error


class Unauthorized(ApiError):
    """401: the key is wrong or was revoked, or the API requires one."""


class Forbidden(ApiError):
    """403: the key is valid, but belongs to another workspace."""


class NotFound(ApiError):
    """404, and 410 for media: the key's workspace has nothing with this id or URL."""


class NotReady(ApiError):
    """409 `cdn_export_not_ready`: the collection has no export yet."""


class RateLimited(ApiError):
    """429: too many requests.

    Attributes:
        retry_after: Seconds that the server asks to wait, or None.
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


class RequestRejected(ApiError):
    """Any other 4xx: the request itself is at fault."""


class ServerError(ApiError):
    """5xx, 408 or 425: the server is at fault, or not ready for the request.

    Attributes:
        retry_after: Seconds that the server asks to wait, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str = "",
        url: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, status=status, code=code, url=url)
        self.retry_after = retry_after


class NetworkError(ApiError):
    """No connection, no response, or not in time."""


class TimedOut(NetworkError):
    """The time for network work is up.

    Attributes:
        seconds: How much there was.
        setting: What the user raises to get more.
    """

    def __init__(
        self, message: str, *, url: str = "", seconds: float = 0.0, setting: str = ""
    ) -> None:
        super().__init__(message, url=url)
        self.seconds = seconds
        self.setting = setting


class MalformedResponse(ApiError):
    """The response breaks HTTP or the API's contract: no JSON, wrong types, too large, redirect."""
