"""What a build or a command does about the manifest: the modes `auto`, `locked` and `frozen`.

| | without a manifest | with one |
|---|---|---|
| `auto` (`prepare`) | fetch and write it | update it; on failure build from it as it is |
| `locked` (`prepare`, `compare`) | fail | fail when it is out of date; write nothing |
| `frozen` (`prepare`) | fail | build from it; no network |
| `sync` (`update`) | fetch and write it | update it, or fail |
| `diff` (`preview`) | everything is new | report what would change; write nothing |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_masko.errors import (
    ApiError,
    BoundManifest,
    CacheError,
    DriftError,
    ManifestError,
    ManifestMissing,
    NotReady,
    OptionError,
)
from mkdocs_masko.manifest import diff_manifests, load, save
from mkdocs_masko.sync.site import Message, SyncResult
from mkdocs_masko.text import list_some

if TYPE_CHECKING:
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.sync.connection import PollPolicy
    from mkdocs_masko.sync.refresh import Refreshed
    from mkdocs_masko.sync.site import Site

_MOST_SHOWN = 5  # changes in one message


def prepare(site: Site, poll_policy: PollPolicy) -> SyncResult:
    """Get the manifest for a build, as the mode of the options says.

    Raises:
        OptionError: There is neither a key nor a manifest, or the key cannot be used.
        ManifestError: The manifest is invalid, out of date, or missing where the mode needs it.
        ApiError: The API failed and there is no manifest to fall back to; or an export was not
            ready, and the options say `not_ready: fail`.
        CacheError: Media cannot be stored anywhere, and there is no manifest to fall back to.
    """
    if site.options.mode == "frozen":
        return SyncResult(manifest=read_manifest(site))
    if site.options.mode == "locked":
        return compare(site, poll_policy)
    return _prepare_auto(site, poll_policy)


def _prepare_auto(site: Site, poll_policy: PollPolicy) -> SyncResult:
    old, notes = _load_old(site)
    if not site.has_api_access:
        return _without_key(site, old)
    try:
        refreshed = _refresh(site, old, poll_policy)
        is_written = save(site.manifest, refreshed.manifest)
    except (ApiError, CacheError, ManifestError) as error:
        is_fatal = isinstance(error, NotReady) and site.options.not_ready == "fail"
        if old is None or is_fatal:
            raise
        reason = str(error).rstrip(".")
        text = f"{reason}. The manifest is used as it is; its file is {site.manifest_age} old"
        warning = Message(level="warning", text=text)
        manifest = require_ids(site, old, f"{reason}. Nor is there a manifest to build from: ")
        return SyncResult(manifest=manifest, messages=(warning,))
    return _result(old, refreshed, is_written=is_written, notes=notes)


def _without_key(site: Site, old: Manifest | None) -> SyncResult:
    variable = site.options.api_key_env
    if old is None:
        raise OptionError(
            f"there is neither a manifest ({site.manifest.name}) nor a key: set {variable}, "
            "or try the plugin with 'api_url: sandbox' and 'collection: fox'"
        )
    text = f"no key in {variable}: building from {site.manifest.name} as it is"
    return SyncResult(manifest=require_ids(site, old), messages=(Message(level="info", text=text),))


def read_or_fetch(site: Site, poll_policy: PollPolicy) -> SyncResult:
    """Get a manifest to look at: from the file, or without one from the API. Write nothing.

    Raises:
        OptionError: There is neither a manifest nor a key, or the key cannot be used.
        ManifestError: The manifest is invalid.
        ApiError: The API failed.
    """
    manifest, _ = _load_old(site)
    if manifest is not None:
        return SyncResult(manifest=require_ids(site, manifest))
    if not site.has_api_access:
        return _without_key(site, None)
    return preview(site, poll_policy)


def read_manifest(site: Site) -> Manifest:
    """Read the manifest as it is, without network.

    Raises:
        ManifestError: It is missing or invalid, or has other mascots than the options name.
    """
    return require_ids(site, _load_required(site))


def reload(site: Site) -> Manifest:
    """Read the manifest again, for another build of the same process.

    Raises:
        ManifestError: It is missing or invalid.
    """
    return _load_required(site)


def update(site: Site, poll_policy: PollPolicy, *, revalidate: bool = False) -> SyncResult:
    """Update the manifest, or fail.

    Args:
        site: Whose manifest.
        poll_policy: How long to poll for an export that is not ready.
        revalidate: Read all media again, not only those at new URLs.

    Raises:
        OptionError: There is no key, or it cannot be used.
        ManifestError: The old manifest cannot be read, or the new one cannot be written.
        ApiError: The API or its CDN failed.
        CacheError: Media cannot be stored anywhere.
    """
    old, notes = _load_old(site)
    refreshed = _refresh(site, old, poll_policy, revalidate=revalidate)
    is_written = save(site.manifest, refreshed.manifest)
    return _result(old, refreshed, is_written=is_written, notes=notes)


def compare(site: Site, poll_policy: PollPolicy, *, revalidate: bool = False) -> SyncResult:
    """Compare the manifest with the API, and fail where they differ. Write nothing.

    Args:
        site: Whose manifest.
        poll_policy: How long to poll for an export that is not ready.
        revalidate: Read all media again, not only those at new URLs.

    Raises:
        DriftError: They differ; the message has the first changes and how to update the manifest.
        NotReady: A collection has no export; whatever the manifest has of it is not published.
        OptionError: There is no key, or it cannot be used.
        ManifestError: The manifest is missing or invalid.
        ApiError: The API or its CDN failed.
    """
    result = find_changes(site, poll_policy, revalidate=revalidate)
    require_no_changes(site, result)
    return result


def find_changes(site: Site, poll_policy: PollPolicy, *, revalidate: bool = False) -> SyncResult:
    """Find out in what the manifest differs from the API. Write nothing.

    It takes and raises what `compare` does, except that differences are part of the result.
    """
    manifest = _load_required(site)
    # What is kept of a collection in place of what is published would hide the difference.
    refreshed = _refresh(site, manifest, poll_policy, revalidate=revalidate, keep_unpublished=False)
    return _result(manifest, refreshed, is_written=False)


def require_no_changes(site: Site, result: SyncResult) -> None:
    """Fail where the manifest is out of date, or has media that readers do not get.

    Raises:
        DriftError: The message has the first changes and how to update the manifest.
    """
    if result.changes:
        summary = list_some(map(str, result.changes), _MOST_SHOWN, separator="; ")
        raise DriftError(
            f"{site.manifest.name}: the manifest is out of date: {summary}. "
            "Run 'mkdocs-masko sync' and commit the manifest."
        )
    if result.dead:
        raise DriftError(
            f"{site.manifest.name}: readers do not get {list_some(result.dead, _MOST_SHOWN)}: the "
            "CDN has no good file there. Publish it again in Masko, then run 'mkdocs-masko sync'."
        )


def preview(site: Site, poll_policy: PollPolicy, *, revalidate: bool = False) -> SyncResult:
    """Find out what a sync would change. Write nothing. Without a manifest everything is new.

    Args:
        site: Whose manifest.
        poll_policy: How long to poll for an export that is not ready.
        revalidate: Read all media again, not only those at new URLs.

    Raises:
        OptionError: There is no key, or it cannot be used.
        ManifestError: The manifest cannot be read.
        ApiError: The API or its CDN failed.
    """
    old, notes = _load_old(site)
    refreshed = _refresh(site, old, poll_policy, revalidate=revalidate)
    return _result(old, refreshed, is_written=False, notes=notes)


def _refresh(
    site: Site,
    old: Manifest | None,
    poll_policy: PollPolicy,
    *,
    revalidate: bool = False,
    keep_unpublished: bool = True,
) -> Refreshed:
    if not site.has_api_access:
        raise OptionError(
            f"no key in {site.options.api_key_env}: set it, or use 'api_url: sandbox' or "
            "'mode: frozen', which need no key"
        )
    # A build from the manifest alone must not pay for importing the downloader.
    from mkdocs_masko.sync.connection import connect, network_budget  # noqa: PLC0415
    from mkdocs_masko.sync.refresh import refresh  # noqa: PLC0415

    budget = network_budget(site, setting=poll_policy.time_setting)
    with connect(site, budget, sleep=poll_policy.sleep_before_retry) as connection:
        return refresh(
            connection,
            site,
            old,
            poll_policy.excluded_from(budget),
            revalidate=revalidate,
            keep_unpublished=keep_unpublished,
        )


def _result(
    old: Manifest | None,
    refreshed: Refreshed,
    *,
    is_written: bool,
    notes: tuple[Message, ...] = (),
) -> SyncResult:
    return SyncResult(
        manifest=refreshed.manifest,
        changes=diff_manifests(old, refreshed.manifest),
        messages=(*notes, *refreshed.messages),
        is_written=is_written,
        current=refreshed.current,
        dead=refreshed.dead,
    )


def _load_old(site: Site) -> tuple[Manifest | None, tuple[Message, ...]]:
    """Read the manifest to update, and say if there is one but nothing of it can be kept."""
    try:
        return _load(site), ()
    except ManifestMissing:
        return None, ()
    except BoundManifest as error:
        if not site.has_api_access:
            raise
        # The API that the options name now can be asked, and has none of those media.
        text = f"{str(error).partition('. ')[0]}. Everything is read anew"
        return None, (Message(level="info", text=text),)


def _load(site: Site) -> Manifest:
    # Where nothing is requested, a site that serves its media has them by their hashes, wherever
    # they came from. What is missing is not downloaded from a server that the options do not name.
    is_offline = site.options.mode == "frozen" or not site.has_api_access
    return load(site.manifest, site.origins, may_be_bound=site.is_self_hosted and is_offline)


def _load_required(site: Site) -> Manifest:
    try:
        return _load(site)
    except ManifestMissing as error:
        remedy = "Run 'mkdocs-masko sync' and commit the file."
        raise ManifestMissing(f"{error} {remedy}") from None


def require_ids(site: Site, manifest: Manifest, cause: str = "") -> Manifest:
    """Refuse a manifest of other mascots, which pages would show without a warning.

    Args:
        site: Whose options say which mascots.
        manifest: What to check.
        cause: Why the manifest could not be updated, which is to be mended first.

    Returns:
        The manifest.

    Raises:
        ManifestError: It has other mascots.
    """
    for alias, collection in manifest.collections.items():
        expected_id = site.options.ids.get(alias) or collection.id
        if collection.id != expected_id:
            raise ManifestError(
                f"{cause}{site.manifest.name}: has collection {collection.id!r}, but the options "
                f"name {expected_id!r}. Run 'mkdocs-masko sync' and commit the file."
            )
    return manifest
