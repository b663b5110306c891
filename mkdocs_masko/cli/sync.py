"""`sync`, `check` and `diff`: the manifest against the API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mkdocs_masko.cli.options import patience_of, site_from, site_options
from mkdocs_masko.cli.output import json_option, print_json, waiting, watch
from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.sync import Site, SyncResult


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
    from mkdocs_masko.sync import reload
    from mkdocs_masko.text import format_size

    site = site_from(mode="frozen", **where)
    done = clean(site.cache, None if everything else reload(site), dry=dry)
    said = "would be removed" if dry else "removed"
    count = f"{done.files} file{'s' * (done.files != 1)}"
    click.echo(f"{site.cache}: {count} {said}, {format_size(done.size)}; {done.kept} kept")


def lay(site: Site, manifest: Manifest, folder: Path) -> None:
    """Put all media of a manifest into a folder, and say so."""
    from mkdocs_masko.assets import FOLDER, Cache
    from mkdocs_masko.assets.maintenance import export_to
    from mkdocs_masko.hosting import SelfHosting
    from mkdocs_masko.text import format_size

    cache = Cache(site.cache, warn)
    hosting = SelfHosting(site, manifest, cache, laid=folder, warn=warn, watch=watch)
    taken = hosting.take_all()
    prefix = f"{FOLDER}/"
    index = {
        pose: {key: path.removeprefix(prefix) for key, path in files.items()}
        for pose, files in taken.items()
    }
    files = {path.removeprefix(prefix): file for path, file in hosting.gather().items()}
    laid = export_to(index, files, folder)
    click.echo(
        f"{folder}: {laid.files} media, {format_size(laid.size)}; "
        f"{laid.written} written, {laid.removed} removed"
    )


def warn(text: str) -> None:
    """Say what is wrong but stops nothing."""
    click.echo(f"warning: {text}", err=True)


@click.command()
@site_options
@click.option("--locked", is_flag=True, help="Compare only; fail when something differs.")
@click.option("--frozen", is_flag=True, help="Read the manifest only; use no network.")
@click.option("--wait", type=click.FloatRange(0, 86400), metavar="SECONDS", help="Poll that long.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Also lay the media down there.",
)
def sync(
    *,
    locked: bool,
    frozen: bool,
    wait: float | None,
    into: Path | None,
    **where: Any,  # noqa: ANN401
) -> None:
    """Bring the manifest up to date with what is published.

    Reads type, size and transparency of all media from their first bytes; with 'hosting: self',
    or --into, fetches them whole into the cache. The file is written only when something changed.

    \b
    Examples:
      mkdocs-masko sync
      mkdocs-masko sync --wait 600
      mkdocs-masko sync --into docs/assets/masko
      mkdocs-masko sync --collection fox --api-url sandbox
    """
    from mkdocs_masko.sync import prepare, update

    if locked and frozen:
        raise click.UsageError("--locked and --frozen cannot both be given.")
    mode = "locked" if locked else "frozen" if frozen else "auto"
    hosting = None if into is None else "self"
    site = site_from(mode=mode, wait=wait, not_ready="fail", hosting=hosting, **where)
    with waiting(site.options.wait) as patience:
        outcome = update(site, patience, anew=True) if mode == "auto" else prepare(site, patience)
    _say(site, outcome)
    if into is not None:
        lay(site, outcome.manifest, into)


@click.command()
@site_options
@click.option("--offline", is_flag=True, help="Pages only; needs no key and no network.")
def check(*, offline: bool, **where: Any) -> None:  # noqa: ANN401 - the options of the site
    """Compare manifest, pages and API; write nothing.

    Finds poses that pages use and the manifest lacks, and what the API has otherwise. Exits with 1
    when anything differs, so that a CI job fails.

    \b
    Examples:
      mkdocs-masko check
      mkdocs-masko check --offline
      mkdocs-masko check -f docs/mkdocs.yml
    """
    from mkdocs_masko.sync import compare, reload

    site = site_from(mode="locked", not_ready="fail", **where)
    manifest = reload(site)
    problems = _problems(where["config_file"], site, manifest, whole=where["collection"] is None)
    for problem in problems:
        click.echo(problem, err=True)
    outcome = None if offline else compare(site, patience_of(site), anew=True)
    if problems:
        raise ReferenceProblem(f"bad references: {len(problems)}; they are listed above")
    if outcome:
        _say(site, outcome)
    else:
        click.echo(f"{site.manifest.name}: has all that pages use, revision {manifest.revision}")


def _problems(
    config_file: Path | None, site: Site, manifest: Manifest, *, whole: bool
) -> list[str]:
    """Return what is wrong on pages, where a configuration says which pages there are."""
    from mkdocs_masko.lint import bad_references
    from mkdocs_masko.mkdocs_yml import find_config, load_settings

    path = config_file or find_config(Path.cwd())
    if path is None or not whole:
        return []
    found = bad_references(path.parent, load_settings(path), manifest, site.options.default)
    return [str(problem) for problem in found]


@click.command()
@site_options
@json_option
def diff(*, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - the options of the site
    """Say what a sync would change; write nothing.

    Compares the manifest with the API. 'check' does the same and fails when they differ.

    \b
    Examples:
      mkdocs-masko diff
      mkdocs-masko diff --json
    """
    from msgspec import to_builtins

    from mkdocs_masko.sync import preview

    site = site_from(mode="locked", not_ready="fail", **where)
    outcome = preview(site, patience_of(site), anew=True)
    _note(outcome)
    if as_json:
        print_json(to_builtins(outcome.changes))
    elif outcome.changes:
        _list(outcome)
        click.echo(_count(outcome))
    else:
        click.echo(f"{site.manifest.name}: nothing differs")


def _say(site: Site, outcome: SyncResult) -> None:
    _note(outcome)
    _list(outcome)
    state = "written" if outcome.written else "up to date"
    click.echo(f"{site.manifest.name}: {state}, revision {outcome.manifest.revision}")


def _note(outcome: SyncResult) -> None:
    for note in outcome.notes:
        click.echo(f"{note.level}: {note.text}", err=True)


def _list(outcome: SyncResult) -> None:
    for change in outcome.changes:
        click.echo(f"  {sanitize(str(change))}")


def _count(outcome: SyncResult) -> str:
    kinds = [change.kind for change in outcome.changes]
    return ", ".join(f"{kinds.count(k)} {k}" for k in ("added", "changed", "removed") if k in kinds)
