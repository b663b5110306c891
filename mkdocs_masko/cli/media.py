"""`prune`, and what other commands do with media: fetch them in sight, and lay them down."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from mkdocs_masko.cli.site import site_from, site_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.sync import Site


@click.command()
@site_options
@click.option("--all", "everything", is_flag=True, help="Remove all there is.")
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would be removed.")
def prune(*, everything: bool, dry: bool, **where: Any) -> None:  # noqa: ANN401 - of the site
    """Remove media from the cache that the manifest does not need.

    Nothing is lost by it but time: what a build misses is fetched and made again. Where several
    sites share a cache (MASKO_CACHE_DIR), the media of the others are removed too.

    \b
    Examples:
      mkdocs-masko prune
      mkdocs-masko prune --dry-run
      mkdocs-masko prune --all
    """
    from mkdocs_masko.assets.maintenance import prune as clean
    from mkdocs_masko.sizes import spoken_size
    from mkdocs_masko.sync import reload

    site = site_from(mode="frozen", **where)
    done = clean(site.cache, None if everything else reload(site), dry=dry)
    said = "would be removed" if dry else "removed"
    count = f"{done.files} file{'s' * (done.files != 1)}"
    click.echo(f"{site.cache}: {count} {said}, {spoken_size(done.size)}; {done.kept} kept")


def lay(site: Site, manifest: Manifest, folder: Path) -> None:
    """Put all media of a manifest into a folder, and say so."""
    from mkdocs_masko.assets import FOLDER, Cache
    from mkdocs_masko.assets.laying import lay_down
    from mkdocs_masko.hosting import Hosting
    from mkdocs_masko.sizes import spoken_size

    cache = Cache(site.cache, warn)
    hosting = Hosting(site, manifest, cache, laid=folder, warn=warn, watch=watch)
    taken = hosting.take_all()
    prefix = f"{FOLDER}/"
    index = {
        pose: {key: path.removeprefix(prefix) for key, path in files.items()}
        for pose, files in taken.items()
    }
    files = {path.removeprefix(prefix): file for path, file in hosting.gather().items()}
    laid = lay_down(index, files, folder)
    click.echo(
        f"{folder}: {laid.files} media, {spoken_size(laid.size)}; "
        f"{laid.written} written, {laid.removed} removed"
    )


def warn(text: str) -> None:
    """Say what is wrong but stops nothing."""
    click.echo(f"warning: {text}", err=True)


@contextmanager
def watch(count: int) -> Iterator[Callable[[int], None]]:
    """Show downloads on standard error: a bar on a terminal, elsewhere a line at the end."""
    from mkdocs_masko.sizes import spoken_size

    with watch_in_a_line(count) as counted:
        if not (count and sys.stderr.isatty()):
            yield counted
            return
        sizes: list[int] = []
        with _bar(count) as advance:

            def note(size: int) -> None:
                counted(size)
                sizes.append(size)
                advance(f"fetching media, {spoken_size(sum(sizes))}")

            yield note


@contextmanager
def watch_in_a_line(count: int) -> Iterator[Callable[[int], None]]:
    """Say in a line, at the end, what came."""
    from mkdocs_masko.sizes import spoken_size

    sizes: list[int] = []
    start = time.monotonic()
    yield sizes.append
    if count:
        there = f"{len(sizes)} of {count} media are in the cache"
        seconds = time.monotonic() - start
        click.echo(f"{there}; {spoken_size(sum(sizes))} fetched in {seconds:.1f} s", err=True)


@contextmanager
def _bar(count: int) -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("fetching media", total=count)
        yield lambda text: progress.update(task, advance=1, description=text)
