"""`sync`, `check` and `diff`: the manifest against the API; and `prune`: the cache against it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import structs

from mkdocs_masko.cli.folder import find_stale_target, find_target, planned_files, write_target
from mkdocs_masko.cli.options import (
    SYNC_TIMEOUT,
    give_time,
    load_site,
    poll_policy,
    require_api_access,
    site_folder,
    site_options,
    timeout_option,
)
from mkdocs_masko.cli.output import (
    json_option,
    json_result_option,
    print_json,
    print_line,
    show_polling,
)
from mkdocs_masko.cli.report import Report, format_option, problem_document
from mkdocs_masko.errors import ManifestError, MaskoError, ReferenceProblem
from mkdocs_masko.text import format_size, sanitize

if TYPE_CHECKING:
    from mkdocs_masko.assets import SiteFiles
    from mkdocs_masko.lint import Findings
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.sync import PollPolicy, Site, SyncResult


@click.command()
@site_options
@click.option("--locked", is_flag=True, help="Compare only; fail if anything differs.")
@click.option("--frozen", is_flag=True, help="Read the manifest only; use no network.")
@click.option(
    "--wait",
    type=click.FloatRange(0, 86400),
    metavar="SECONDS",
    help="Poll for so long if the export is not ready.",
)
@timeout_option(SYNC_TIMEOUT)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write media, style sheets and scripts to a folder.",
)
@click.option(
    "--used/--all",
    default=None,
    help="Write only what pages and templates use, or all [as last time; all].",
)
@json_result_option
@format_option
def sync(  # noqa: PLR0913 - one for each option
    *,
    locked: bool,
    frozen: bool,
    wait: float | None,
    timeout: float | None,
    into: Path | None,
    used: bool | None,
    as_json: bool,
    annotate: bool,
    **where: Any,  # noqa: ANN401 - site_options
) -> None:
    """Update the manifest with what is published.

    Reads type, size and transparency of all media from their first bytes; with 'hosting: self' or
    --into, downloads the media to the cache. Writes the manifest only if something changed. A sync
    whose time is up goes on from there when you run it again.

    --into also writes what pages load to a folder: media, with 'hosting: self' their variants,
    style sheets and scripts. The option 'into' remembers the folder; for Zensical, it is
    assets/masko in the docs folder by default. Files that are in place are not written again, and
    those of an earlier sync that nothing needs are removed. The folder remembers whether it was
    written with --used.

    \b
    Examples:
      mkdocs-masko sync
      mkdocs-masko sync --wait 600
      mkdocs-masko sync --into docs/assets/masko --used
      mkdocs-masko sync --collection fox --api-url sandbox
    """
    from mkdocs_masko.sync import require_no_changes

    if locked and frozen:
        raise click.UsageError("--locked and --frozen cannot be used together.")
    report = Report(folder=site_folder(where["config_file"]), as_json=as_json, annotate=annotate)
    report.more["written"] = False
    with report.ending():
        mode = "locked" if locked else "frozen" if frozen else "auto"
        site = load_site(mode=mode, wait=wait, not_ready="fail", **where)
        report.site = site = give_time(site, timeout)
        target = find_target(site, where, into)
        if used and not (target and target.config):
            raise click.UsageError("--used needs a site, and --into or its option 'into'.")
        if not frozen:
            has_manifest = site.manifest.is_file()
            frozen_hint = "; --frozen reads the manifest without one" if has_manifest else ""
            require_api_access(site, frozen_hint)
        if into is not None and mode != "auto":
            _require_hashes(site, into)
        synced = site if into is None else _with_all_media(site)
        with show_polling(poll_policy(site, time_setting="--timeout")) as policy:
            report.result = result = _sync(synced, policy)
        if locked:
            require_no_changes(site, result)
        report.more["written"] = result.is_written
        report.print_result()
        report.say(_state(site, result))
        binding = result.binding(is_self_hosted=site.is_self_hosted)
        if result.is_written and binding:
            report.say(f"{site.manifest.name}: {binding}")
        if target is not None:
            write_target(target, site, result, report, used=used)


def _with_all_media(site: Site) -> Site:
    """Return a site whose sync reads all media as a whole."""
    return structs.replace(site, options=structs.replace(site.options, hosting="self"))


def _require_hashes(site: Site, into: Path) -> None:
    """Refuse to write media that a sync without the folder did not read as a whole.

    Raises:
        ManifestError: The manifest has no hashes of some media.
    """
    from mkdocs_masko.sync import reload

    if any(medium.sha256 is None for _, _, medium in reload(site).media()):
        raise ManifestError(
            f"{site.manifest.name}: has no hashes (sha256) of some media, which --into needs. "
            f"Run 'mkdocs-masko sync --into {sanitize(str(into))}' once, and commit the manifest."
        )


def _sync(site: Site, policy: PollPolicy) -> SyncResult:
    from mkdocs_masko.sync import find_changes, prepare, update

    if site.options.mode == "locked":
        return find_changes(site, policy)
    if site.options.mode == "frozen":
        return prepare(site, policy)
    return update(site, policy, revalidate=True)


@click.command()
@site_options
@click.option("--offline", is_flag=True, help="Check the pages only; needs no key and no network.")
@timeout_option(SYNC_TIMEOUT)
@json_result_option
@format_option
def check(
    *,
    offline: bool,
    timeout: float | None,
    as_json: bool,
    annotate: bool,
    **where: Any,  # noqa: ANN401 - site_options
) -> None:
    """Compare the manifest with the API and the pages; write nothing.

    Finds poses that the manifest lacks, changes in the API, files that the CDN has lost, and files
    missing from the folder of 'into'. Exits with 1 if it finds anything, so that a CI job fails.

    \b
    Examples:
      mkdocs-masko check
      mkdocs-masko check --offline
      mkdocs-masko check --json
      mkdocs-masko check -f website/mkdocs.yml
    """
    from mkdocs_masko.sync import read_manifest, reload

    report = Report(folder=site_folder(where["config_file"]), as_json=as_json, annotate=annotate)
    report.more["problems"] = []
    with report.ending():
        site = load_site(mode="locked", not_ready="fail", **where)
        report.site = site = give_time(site, timeout)
        # The comparison with the API says more of a manifest with other mascots.
        manifest = read_manifest(site) if offline else reload(site)
        report.revision = manifest.revision
        failure, stale = None if offline else _compare(site, report), ""
        # With --collection, no configuration is read that says where pages are.
        if not where["collection"]:
            target = find_target(site, where, None)
            files = planned_files(target, site, manifest)
            report.findings = findings = _check_pages(
                where["config_file"], site, manifest, report.result, files
            )
            report.more["problems"] = list(map(problem_document, findings.problems))
            report.print_findings()
            if target and findings.build:
                stale = find_stale_target(target, site, findings.build)
        if failure:
            raise failure
        if report.more["problems"]:
            count = len(report.more["problems"])
            raise ReferenceProblem(f"bad references on pages: {count}, listed above")
        if not where["collection"]:
            _require_extension(where["config_file"])
        if stale:
            raise ManifestError(stale)
        report.print_result()
        if report.result:
            report.say(_state(site, report.result))
        else:
            report.say(
                f"{site.manifest.name}: has all poses that pages use, revision {manifest.revision}"
            )


def _require_extension(config_file: Path | None) -> None:
    """Refuse a site whose program shows no pose.

    Raises:
        OptionError: It has the plugin, and needs the Markdown extension.
    """
    from mkdocs_masko.generator import generator_for, runs_plugins
    from mkdocs_masko.site_config.settings import chosen_config, load_settings, require_extension

    path = chosen_config(config_file)
    settings = load_settings(path) if path else {}
    if path and not runs_plugins(generator_for(path, settings)):
        require_extension(path, settings)


def _compare(site: Site, report: Report) -> MaskoError | None:
    """Compare the manifest with the API; return what is wrong, as the pages are to be read too."""
    from mkdocs_masko.sync import find_changes, require_no_changes

    try:
        require_api_access(site, "; or check the pages alone with --offline")
        policy = poll_policy(site, time_setting="--timeout")
        report.result = find_changes(site, policy, revalidate=True)
        require_no_changes(site, report.result)
    except MaskoError as error:
        return error
    return None


def _check_pages(
    config_file: Path | None,
    site: Site,
    manifest: Manifest,
    compared: SyncResult | None,
    files: SiteFiles,
) -> Findings:
    """Check the pages of a site, if it has a configuration."""
    from mkdocs_masko.lint import Findings, check_site
    from mkdocs_masko.site_config.settings import chosen_config, load_settings

    path = chosen_config(config_file)
    if path is None:
        return Findings(problems=[], warnings=[])
    remedy = compared.remedy if compared else lambda problem: problem.remedy
    return check_site(site, path, load_settings(path), manifest, remedy, files=files)


@click.command()
@site_options
@timeout_option(SYNC_TIMEOUT)
@json_option
def diff(*, as_json: bool, timeout: float | None, **where: Any) -> None:  # noqa: ANN401 - site_options
    """Show what a sync would change; write nothing.

    Compares the manifest with the API. 'check' does the same, and fails if they differ.

    \b
    Examples:
      mkdocs-masko diff
      mkdocs-masko diff --json
    """
    from msgspec import to_builtins

    from mkdocs_masko.sync import preview

    site = give_time(load_site(mode="locked", not_ready="fail", **where), timeout)
    require_api_access(site, "")
    policy = poll_policy(site, time_setting="--timeout")
    result = preview(site, policy, revalidate=True)
    folder = site_folder(where["config_file"])
    report = Report(folder=folder, as_json=as_json, annotate=False, site=site, result=result)
    report.print_result()
    report.say(_count_changes(result) or f"{site.manifest.name}: up to date")
    if as_json:
        print_json(to_builtins(result.changes))


def _state(site: Site, result: SyncResult) -> str:
    state = "written" if result.is_written else "up to date"
    return f"{site.manifest.name}: {state}, revision {result.manifest.revision}"


def _count_changes(result: SyncResult) -> str:
    kinds = [change.kind for change in result.changes]
    return ", ".join(f"{kinds.count(k)} {k}" for k in ("added", "changed", "removed") if k in kinds)


@click.command()
@site_options
@click.option("--all", "everything", is_flag=True, help="Remove everything.")
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would be removed.")
def prune(*, everything: bool, dry: bool, **where: Any) -> None:  # noqa: ANN401 - site_options
    """Remove media from the cache that the manifest does not need.

    It costs nothing but time: the next build downloads and encodes what it misses. If several
    sites share a cache (MASKO_CACHE_DIR), media of the other sites are removed, too.

    \b
    Examples:
      mkdocs-masko prune
      mkdocs-masko prune --dry-run
      mkdocs-masko prune --all
    """
    from mkdocs_masko.assets.maintenance import prune as prune_cache
    from mkdocs_masko.sync import reload

    site = load_site(mode="frozen", **where)
    summary = prune_cache(site.cache, None if everything else reload(site), dry_run=dry)
    verb = "would be removed" if dry else "removed"
    count = f"{summary.files} file{'s' * (summary.files != 1)}"
    print_line(f"{site.cache}: {count} {verb}, {format_size(summary.size)}; {summary.kept} kept")
