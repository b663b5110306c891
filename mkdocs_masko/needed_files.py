"""Which files have to lie in the docs, for a host that takes none from a plugin.

All media are among them, each pose at its default size, style sheets and scripts; or only what
pages and templates show. What those show, such as variants for other sizes, a build has collected
by then: `lint.show_site` reads the pages as a host would.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from mkdocs_masko.assets.site_files import name_in_folder
from mkdocs_masko.hosting import select_included
from mkdocs_masko.page_assets import GALLERY_ASSETS, POSE_ASSETS, shipped_file, site_path
from mkdocs_masko.rendering import GALLERY, make_call

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from mkdocs_masko.build import BuildSession
    from mkdocs_masko.manifest import Medium
    from mkdocs_masko.options import Options


def include_needed(build: BuildSession, options: Options, *, used: bool, originals: bool) -> None:
    """Have a build publish all that has to lie in the docs, when it has shown the pages.

    Args:
        build: The build.
        options: The plugin's options.
        used: Whether it is only what pages show, and what front matter and `include` name.
        originals: Whether it is also what variants on pages are made of, because the host makes
            them itself.
    """
    # What a pose shows are its media, which are included below, and their variants.
    shows_all = not used and build.hosting.files.has_variants
    for pose, count in _poses(build):
        if shows_all or pose in build.mascots:
            _show(build, "masko", pose, alt="")
            for number in range(1, count if shows_all else 0):
                _show(build, "masko_animation", pose, alt="", animation=number)
    if options.gallery_page:
        _show(build, GALLERY)
    media = list(_media(build, options, used=used))
    if originals:
        media += [file.medium for file in build.used_files()]
    for medium in media:
        file = build.hosting.files.file(medium)
        if file is not None:
            build.include(file)


def _poses(build: BuildSession) -> Iterator[tuple[str, int]]:
    """Yield the name of each pose, and how many animations it has."""
    for alias, collection in build.manifest.collections.items():
        for slug, pose in collection.poses.items():
            yield f"{alias}/{slug}", len(pose.animations)


def _show(build: BuildSession, function: str, *pose: str, **arguments: Any) -> None:  # noqa: ANN401 - as authors write them
    source = " ".join((function, *pose))
    build.show(source, lambda: make_call(function, pose, arguments, source))


def _media(build: BuildSession, options: Options, *, used: bool) -> Iterator[Medium]:
    if not used:
        yield from (medium for _, _, medium in build.manifest.media())
    for _, media in select_included(build.manifest, options.include, options.default):
        yield from (medium for _, _, medium in media)


def find_needed_names(build: BuildSession, *, used: bool, has_extension: bool) -> set[str]:
    """Return the names of all files, before there are any bytes of them.

    Args:
        build: The build that publishes them.
        used: Whether they are only what pages show.
        has_extension: Whether a host runs the Markdown extension alone; where the plugin builds
            the site for all of them, it brings along all but media.
    """
    files = build.used_files()
    if has_extension:
        paths = {file.path for file in files} | _shipped_files(build, used=used).keys()
    else:
        paths = {file.path for file in files if file.variant is None}
    return {name_in_folder(path) for path in paths}


def find_needed_files(build: BuildSession, *, used: bool) -> dict[str, Path]:
    """Return a sound file on disk for each name.

    Raises:
        MaskoError: Some cannot be had; all of them are named.
    """
    build.settle(lambda *_: True)  # nobody has the pages that are shown here
    files = build.site_files() | _shipped_files(build, used=used)
    return {name_in_folder(path): file for path, file in files.items()}


def _shipped_files(build: BuildSession, *, used: bool) -> dict[str, Path]:
    """Return style sheets and scripts by their paths in the site."""
    gallery = GALLERY_ASSETS if build.has_gallery or not used else ()
    return {site_path(name): shipped_file(name) for name in (*POSE_ASSETS, *gallery)}


def make_index(build: BuildSession, names: Collection[str]) -> dict[str, dict[str, str]]:
    """Return which of some files is which medium, by pose and key."""
    index: dict[str, dict[str, str]] = {}
    for pose, key, medium in build.manifest.media():
        file = build.hosting.files.file(medium)
        name = name_in_folder(file.path) if file else ""
        if name in names:
            index.setdefault(pose, {})[key] = name
    return index


def find_left_out(build: BuildSession, names: Collection[str]) -> dict[str, int | None]:
    """Return the bytes of variants that are not worth publishing; None if they cannot be made."""
    sizes = build.hosting.files.variant_sizes
    by_name = {name_in_folder(path): size for path, size in sizes.items()}
    return {
        name: int(size) if isfinite(size) else None
        for name, size in by_name.items()
        if name not in names
    }
