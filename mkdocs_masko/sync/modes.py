"""What a build does about its manifest: `auto`, `locked` and `frozen`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_masko.errors import (
    ApiError,
    DriftError,
    ManifestError,
    ManifestMissing,
    NotReady,
    OptionError,
)
from mkdocs_masko.manifest import differences, load, save
from mkdocs_masko.sync.site import Message, SyncResult
from mkdocs_masko.text import list_some

if TYPE_CHECKING:
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.sync.connection import PollPolicy
    from mkdocs_masko.sync.refresh import Refreshed
    from mkdocs_masko.sync.site import Site

_MOST_SHOWN = 5  # changes in one message


def prepare(site: Site, patience: PollPolicy) -> SyncResult:
    """Get the manifest that a build is made with, as its mode says.

    Raises:
        OptionError: There is neither a key nor a manifest, or the key cannot be used.
        ManifestError: The manifest is missing where the mode needs it, unsound, or has drifted.
        ApiError: The API failed and there is no manifest to go on with; or it was not ready, and
            the options want that to fail.
    """
    if site.options.mode == "frozen":
        return SyncResult(manifest=_check_ids(site, _load_required(site)))
    if site.options.mode == "locked":
        return compare(site, patience)
    return _auto(site, patience)


def read_or_fetch(site: Site, patience: PollPolicy) -> SyncResult:
    """Get a manifest to look at: the file, or where there is none, what the API has now.

    Nothing is written.

    Raises:
        OptionError: There is neither a manifest nor a key, or the key cannot be used.
        ManifestError: The manifest is unsound.
        ApiError: The API failed.
    """
    old = _load_or_none(site)
    if old is not None:
        return SyncResult(manifest=_check_ids(site, old))
    if not site.can_ask:
        return _without_key(site, None)
    return preview(site, patience)


def reload(site: Site) -> Manifest:
    """Read the manifest again, for another build of the same process.

    Raises:
        ManifestError: It is missing or unsound.
    """
    return _load_required(site)


def update(site: Site, patience: PollPolicy, *, anew: bool = False) -> SyncResult:
    """Bring the manifest up to date, or fail.

    Args:
        site: Whose manifest.
        patience: How long to wait for an export that is not ready.
        anew: Read all media again, not only those at new addresses.

    Raises:
        OptionError: There is no key, or it cannot be used.
        ManifestError: The manifest there is cannot be read, or the new one not be written.
        ApiError: The API or its CDN failed.
    """
    old = _load_or_none(site)
    fresh = _fresh(site, old, patience, anew=anew)
    written = save(site.manifest, fresh.manifest)
    return _outcome(old, fresh, written=written)


def compare(site: Site, patience: PollPolicy, *, anew: bool = False) -> SyncResult:
    """Compare the manifest with the API; write nothing.

    Args:
        site: Whose manifest.
        patience: How long to wait for an export that is not ready.
        anew: Read all media again, not only those at new addresses.

    Raises:
        DriftError: They differ; the message has the first changes and the command that mends it.
        OptionError: There is no key, or it cannot be used.
        ManifestError: There is no sound manifest.
        ApiError: The API or its CDN failed.
    """
    old = _load_required(site)
    outcome = _surveyed(site, old, patience, anew=anew)
    if outcome.changes:
        changes = list_some(map(str, outcome.changes), _MOST_SHOWN, separator="; ")
        raise DriftError(
            f"{site.manifest.name}: the API has something else: {changes}. "
            "Run 'mkdocs-masko sync' and commit the manifest."
        )
    return SyncResult(manifest=old, notes=outcome.notes)


def preview(site: Site, patience: PollPolicy, *, anew: bool = False) -> SyncResult:
    """Find out what a sync would change; write nothing. Without a manifest all is new.

    Args:
        site: Whose manifest.
        patience: How long to wait for an export that is not ready.
        anew: Read all media again, not only those at new addresses.

    Raises:
        OptionError: There is no key, or it cannot be used.
        ManifestError: The manifest there is cannot be read.
        ApiError: The API or its CDN failed.
    """
    return _surveyed(site, _load_or_none(site), patience, anew=anew)


def _surveyed(site: Site, old: Manifest | None, patience: PollPolicy, *, anew: bool) -> SyncResult:
    return _outcome(old, _fresh(site, old, patience, anew=anew), written=False)


def _auto(site: Site, patience: PollPolicy) -> SyncResult:
    old = _load_or_none(site)
    if not site.can_ask:
        return _without_key(site, old)
    try:
        fresh = _fresh(site, old, patience)
        written = save(site.manifest, fresh.manifest)
    except (ApiError, ManifestError) as error:
        unready = isinstance(error, NotReady) and site.options.not_ready == "fail"
        if old is None or unready:
            raise
        reason = str(error).rstrip(".")
        text = f"{reason}. The manifest is used as it is; its file is {site.age} old"
        return SyncResult(
            manifest=_check_ids(site, old), notes=(Message(level="warning", text=text),)
        )
    return _outcome(old, fresh, written=written)


def _without_key(site: Site, old: Manifest | None) -> SyncResult:
    name = site.options.api_key_env
    if old is None:
        raise OptionError(
            f"there is neither a manifest ({site.manifest.name}) nor a key: set {name}, "
            "or try the plugin with 'api_url: sandbox' and 'collection: fox'"
        )
    text = f"no key in {name}: building from {site.manifest.name} as it is"
    return SyncResult(manifest=_check_ids(site, old), notes=(Message(level="info", text=text),))


def _fresh(
    site: Site, old: Manifest | None, patience: PollPolicy, *, anew: bool = False
) -> Refreshed:
    if not site.can_ask:
        raise OptionError(
            f"no key in {site.options.api_key_env}: set it, try 'api_url: sandbox', "
            "or build with 'mode: frozen'; these need none"
        )
    # A build from the manifest alone needs none of this.
    from mkdocs_masko.sync.connection import connect  # noqa: PLC0415
    from mkdocs_masko.sync.refresh import refresh  # noqa: PLC0415

    with connect(site, wait=patience.seconds) as connection:
        return refresh(connection, site, old, patience, anew=anew)


def _load_or_none(site: Site) -> Manifest | None:
    try:
        return load(site.manifest, site.origins)
    except ManifestMissing:
        return None


def _load_required(site: Site) -> Manifest:
    try:
        return load(site.manifest, site.origins)
    except ManifestMissing as error:
        remedy = "Run 'mkdocs-masko sync' and commit the file."
        raise ManifestMissing(f"{error} {remedy}") from None


def _check_ids(site: Site, manifest: Manifest) -> Manifest:
    """Refuse a manifest of other mascots: pages would show them without a word."""
    for alias, collection in manifest.collections.items():
        wanted = site.options.ids.get(alias, collection.id)
        if wanted != collection.id:
            raise ManifestError(
                f"{site.manifest.name}: holds collection {collection.id!r} where the options name "
                f"{wanted!r}. Run 'mkdocs-masko sync' and commit the file."
            )
    return manifest


def _outcome(old: Manifest | None, fresh: Refreshed, *, written: bool) -> SyncResult:
    changes = differences(old, fresh.manifest)
    return SyncResult(manifest=fresh.manifest, changes=changes, notes=fresh.notes, written=written)
