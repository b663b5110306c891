"""Collects the files that pages use, so that only those are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mkdocs_masko.assets.naming import FOLDER, file_name, form_name
from mkdocs_masko.variants import Form, forms

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.manifest import Medium


class Want(Struct, frozen=True, kw_only=True):
    """A file of the site that a page names.

    Attributes:
        medium: What it is, or is made of.
        sha256: Of the medium's bytes.
        form: Which small form it is, or None for the medium as it is.
    """

    medium: Medium
    sha256: str
    form: Form | None = None


class Choice(Struct, frozen=True, kw_only=True):
    """One format of a still.

    Attributes:
        type: Its MIME type.
        paths: The files in the site, for plain screens and, where that is another, dense ones.
    """

    type: str
    paths: tuple[str, ...]


class Shelf:
    """Names files while pages render; their bytes are got later, all together.

    Args:
        digest: Returns the sha256 of a medium that the site serves, or None when readers get
            it from elsewhere. May raise ReferenceProblem.
        small: Whether stills are published in small forms.
    """

    def __init__(self, digest: Callable[[Medium], str | None], *, small: bool = False) -> None:
        self._digest, self._small = digest, small
        self._digests: dict[str, str | None] = {}
        self._paths: dict[tuple[str, Form | None], str] = {}
        self.wants: dict[str, Want] = {}

    def take(self, medium: Medium) -> str | None:
        """Note that a medium is used.

        Returns:
            Its path in the site, or None when it is not served by the site.
        """
        sha256 = self._known(medium)
        if sha256 is None:
            return None
        return self._path(medium, sha256)

    def still(
        self, medium: Medium, box_width: int | None, box_height: int | None
    ) -> tuple[Choice, ...]:
        """Note that a still is used in a box of so many px, in every format.

        Returns:
            The formats, best first; none when there are no small forms.
        """
        sha256 = self._known(medium) if self._small else None
        if sha256 is None:
            return ()
        found: dict[str, list[str]] = {}
        for form in forms(medium.width, medium.height, box_width, box_height):
            path = self._path(medium, sha256, form)
            found.setdefault(f"image/{form.format}", []).append(path)
        return tuple(Choice(type=type_, paths=tuple(paths)) for type_, paths in found.items())

    def _known(self, medium: Medium) -> str | None:
        if medium.url not in self._digests:
            self._digests[medium.url] = self._digest(medium)
        return self._digests[medium.url]

    def _path(self, medium: Medium, sha256: str, form: Form | None = None) -> str:
        """Name a file, and want it, the first time that a page uses it."""
        known = (medium.url, form)
        if known not in self._paths:
            name = form_name(medium, sha256, form) if form else file_name(medium, sha256)
            path = self._paths[known] = f"{FOLDER}/{name}"
            self.wants[path] = Want(medium=medium, sha256=sha256, form=form)
        return self._paths[known]
