"""The catalogue without a site: a folder to open in a browser, which needs no server."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING

from mkdocs_masko.assets import FOLDER, Shelf
from mkdocs_masko.assets.checking import digest_of
from mkdocs_masko.errors import ManifestError, OptionError
from mkdocs_masko.gallery.page import render
from mkdocs_masko.rendering import AsWritten, Call, Renderer, templates_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mkdocs_masko.manifest import Manifest, Medium

PAGE = "index.html"
"""The page, in the folder."""

_MARK = b'class="masko-gallery-page"'
_SHIPPED = ("masko.css", "gallery.css", "masko.js", "gallery.js")


class _Folder(AsWritten):
    """A place whose files lie beside the page, where they are not fetched from the CDN."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def url(self, medium: Medium) -> str:
        """Return the address from the page."""
        return self._shelf.take(medium) or medium.url

    absolute = url


def write(
    manifest: Manifest, folder: Path, *, default: str, find: Callable[[str], Path | None]
) -> Path:
    """Write the catalogue into a folder.

    Args:
        manifest: What there is.
        folder: Where; it is made if it is not there, and other files in it are left alone.
        default: The collection whose poses need no prefix.
        find: Returns the file behind a medium that nobody else serves, to be copied.

    Returns:
        The page.

    Raises:
        OptionError: The folder has an `index.html` that is something else.
        ManifestError: The folder cannot be written.
    """
    _refuse_others(folder / PAGE)
    renderer, shelf = Renderer(manifest, default=default), Shelf(partial(_digest, find))
    call = Call(function="masko_gallery", reference="", arguments={"search": True}, source="")
    body = render(call, renderer, _Folder(shelf))
    names = " and ".join(each.name for each in manifest.collections.values())
    page = renderer.fill("gallery-page", body=body, names=names, folder=FOLDER)
    try:
        return _written(folder, page, {p: find(w.medium.url) for p, w in shelf.wants.items()})
    except OSError as error:
        raise ManifestError(f"{folder}: cannot be written: {error.strerror}.") from error


def _refuse_others(page: Path) -> None:
    """Never write over somebody's page."""
    if page.is_file() and _MARK not in page.read_bytes():
        raise OptionError(
            f"{page} is there already, and is no gallery: name another folder", option="--output"
        )


def _digest(find: Callable[[str], Path | None], medium: Medium) -> str | None:
    file = find(medium.url)
    return digest_of(file.resolve()) if file else None


def _written(folder: Path, page: str, media: Mapping[str, Path | None]) -> Path:
    ours = {f"{FOLDER}/{name}": templates_dir() / "masko" / name for name in _SHIPPED}
    for path, file in {**media, **ours}.items():
        if file is None:
            continue
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    target = folder / PAGE
    target.write_text(page, encoding="utf-8")
    return target
