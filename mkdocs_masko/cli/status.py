"""`status`: how far each pose of a collection is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click
from msgspec import Struct, to_builtins

from mkdocs_masko.api.models import parse_export
from mkdocs_masko.cli.options import collection_names
from mkdocs_masko.cli.output import (
    Column,
    Table,
    format_list,
    is_terminal,
    json_option,
    make_table,
    print_json,
    print_line,
    print_table,
)
from mkdocs_masko.cli.poses import video_formats
from mkdocs_masko.cli.session import describe, open_session, session_options
from mkdocs_masko.errors import NotReady, OptionError
from mkdocs_masko.manifest import find_gaps
from mkdocs_masko.media_types import image_keys, without_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mkdocs_masko.api.models import Export, ExportItem
    from mkdocs_masko.cli.session import ApiObject, ApiSession

_FINISHED: Final = {"completed", "ready", "published", "archived"}
_FAILED: Final = {"failed", "error", "cancelled"}


@click.command()
@click.argument(
    "collection", metavar="[COLLECTION]", required=False, shell_complete=collection_names
)
@session_options
@json_option
def status(*, collection: str | None, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - session_options
    """Show which poses are published, generating or incomplete.

    COLLECTION is an id, a name, the start of one, or an alias of the site; without it, the
    command shows all collections of the site.

    \b
    Examples:
      mkdocs-masko status
      mkdocs-masko status owl --api-url sandbox
    """
    with open_session(**where) as session:
        ids = {collection: session.collection_id(collection)} if collection else session.site_ids
        if not ids:
            raise OptionError("no site here names a collection: give one as an argument")
        statuses = {alias: _collection_status(session, id_) for alias, id_ in ids.items()}
    if as_json:
        print_json(to_builtins({alias: poses for alias, (_, poses) in statuses.items()}))
        return
    for title, poses in statuses.values():
        print_table(_table(poses), title=title)
        if is_terminal():
            click.echo(f"\n{_summary(poses)}")


def _collection_status(session: ApiSession, collection_id: str) -> tuple[str, list[PoseStatus]]:
    """Return the name of a collection and the status of its poses."""
    collection = session.raw.collection(collection_id)
    items, assets = session.raw.items(collection_id), session.raw.assets(collection_id)
    try:
        export = parse_export(session.raw.cdn_export(collection_id))
    except NotReady as error:
        print_line(f"info: {describe(collection)}: {error}", err=True)
        export = None
    return describe(collection), list(pose_statuses(items, assets, export))


def _table(poses: list[PoseStatus]) -> Table:
    columns = (
        Column(title="Pose", key="name", style="cyan"),
        Column(title="State", key="state", format=format_list),
        Column(title="Formats", key="formats", format=partial(format_list, separator=" ")),
        Column(title="Missing", key="missing", format=format_list),
        Column(title="ID", key="id", optional=True, no_wrap=True),
    )
    return make_table(columns, to_builtins(poses))


def _summary(poses: list[PoseStatus]) -> str:
    count = "1 pose" if len(poses) == 1 else f"{len(poses)} poses"
    unfinished = sum(map(needs_attention, poses))
    if not unfinished:
        return f"{count}, all published and complete"
    return f"{count}, {unfinished} incomplete or not published"


class PoseStatus(Struct, frozen=True, kw_only=True):
    """How far a pose is.

    Attributes:
        name: What the API calls it.
        id: The item's id, or an empty string for what is published without an item.
        state: `published`, `generating`, `failed`, `not published` or `no assets`, or several of
            them: published and generating.
        formats: What is published of it: `png`, `mov`.
        missing: What browsers need of it and is not published: `MOV`.
    """

    name: str
    id: str
    state: tuple[str, ...]
    formats: tuple[str, ...]
    missing: tuple[str, ...]


def pose_statuses(
    items: Iterable[ApiObject], assets: Iterable[ApiObject], export: Export | None
) -> Iterator[PoseStatus]:
    """Yield the status of each item of a collection, then of poses that have no item any more.

    Args:
        items: Items of the collection.
        assets: Assets of the collection.
        export: What the collection has published; None if that is nothing.
    """
    unmatched = list(export.items) if export else []
    asset_statuses: dict[str, list[str]] = {}
    for asset in assets:
        owner = asset.get("item_id") or ""
        asset_statuses.setdefault(owner, []).append(asset.get("status") or "")
    for item in items:
        # The export has no ids. Two items may have the same name: each takes the next entry.
        name = item.get("name") or ""
        pose = next((pose for pose in unmatched if pose.name == name), None)
        if pose:
            unmatched.remove(pose)
        yield _pose_status(name, item["id"], asset_statuses.get(item["id"], []), pose)
    yield from (_pose_status(pose.name, "", [], pose) for pose in unmatched)


def needs_attention(pose: PoseStatus) -> bool:
    """Tell whether there is something to do or to wait for."""
    return pose.state != ("published",) or bool(pose.missing)


def _pose_status(
    name: str, id_: str, asset_statuses: list[str], pose: ExportItem | None
) -> PoseStatus:
    return PoseStatus(
        name=name,
        id=id_,
        state=tuple(_states(asset_statuses, is_published=pose is not None)),
        formats=tuple(_formats(pose)) if pose else (),
        missing=tuple(_missing(pose)) if pose else (),
    )


def _states(asset_statuses: list[str], *, is_published: bool) -> Iterator[str]:
    unfinished = [status for status in asset_statuses if status not in _FINISHED]
    if is_published:
        yield "published"
    if any(status not in _FAILED for status in unfinished):
        yield "generating"
    if any(status in _FAILED for status in unfinished):
        yield "failed"
    if not is_published and not unfinished:
        yield "not published" if asset_statuses else "no assets"


def _formats(item: ExportItem) -> list[str]:
    still = ["png"] if item.transparent_image else ["opaque png"] if item.image else []
    return [*still, *video_formats(key for animation in item.animations for key in animation)]


def _missing(item: ExportItem) -> Iterator[str]:
    animations = [set(map(without_size, animation)) for animation in item.animations]
    yield from (gap.file for gap in find_gaps(image_keys(item), animations) if gap.incomplete)
