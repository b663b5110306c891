"""`status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click
from msgspec import Struct

from mkdocs_masko.cli.options import collection_names
from mkdocs_masko.cli.output import json_option, print_grid, print_json
from mkdocs_masko.cli.poses import video_formats
from mkdocs_masko.cli.session import desk_options, open_session
from mkdocs_masko.errors import NotReady, OptionError
from mkdocs_masko.manifest import find_gaps
from mkdocs_masko.media_types import IMAGE_KEYS, without_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mkdocs_masko.api.models import Export, ExportItem
    from mkdocs_masko.cli.output import Grid
    from mkdocs_masko.cli.session import ApiSession


@click.command()
@click.argument(
    "collection", metavar="[COLLECTION]", required=False, shell_complete=collection_names
)
@desk_options
@json_option
def status(*, collection: str | None, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - where to ask
    """Say how far each pose is: published, generating, incomplete.

    COLLECTION is an id, a name, the start of one, or a name that mkdocs.yml gives it; without it,
    all those of mkdocs.yml are meant.

    \b
    Examples:
      mkdocs-masko status
      mkdocs-masko status owl --api-url sandbox
    """
    from msgspec import to_builtins

    with open_session(**where) as there:
        ids = {collection: there.collection(collection)} if collection else there.site_ids
        if not ids:
            raise OptionError("say which collection; here is no site that does")
        found = {alias: _standings(there, id_) for alias, id_ in ids.items()}
    if as_json:
        print_json(to_builtins({alias: rows for alias, (_, rows) in found.items()}))
        return
    for title, rows in found.values():
        print_grid(_table(rows), title=title)
        _sum_up(rows)


def _standings(there: ApiSession, collection_id: str) -> tuple[str, list[Standing]]:
    from mkdocs_masko.api.models import export_from
    from mkdocs_masko.cli.session import named

    collection = there.objects.collection(collection_id)
    items, assets = there.objects.items(collection_id), there.objects.assets(collection_id)
    try:
        export = export_from(there.objects.export(collection_id))
    except NotReady as error:
        click.echo(f"info: {named(collection)}: {error}", err=True)
        export = None
    return named(collection), list(standings(items, assets, export))


def _table(rows: list[Standing]) -> Grid:
    from msgspec import to_builtins

    from mkdocs_masko.cli.output import Column, grid

    columns = (
        Column(title="Pose", key="name", style="cyan"),
        Column(title="State", key="state"),
        Column(title="Formats", key="formats"),
        Column(title="Missing", key="missing"),
        Column(title="Id", key="id", spare=True, whole=True),
    )
    return grid(columns, to_builtins(rows))


def _sum_up(rows: list[Standing]) -> None:
    from mkdocs_masko.cli.output import is_for_a_person

    if is_for_a_person():
        waiting = sum(map(needs_attention, rows))
        poses = "1 pose" if len(rows) == 1 else f"{len(rows)} poses"
        click.echo(f"\n{poses}, {waiting or 'none'} to look after")


Object: TypeAlias = "Mapping[str, Any]"

_DONE: Final = {"completed", "ready", "published", "archived"}
_FAILED: Final = {"failed", "error", "cancelled"}


class Standing(Struct, frozen=True, kw_only=True):
    """How far a pose is.

    Attributes:
        name: What the API calls it.
        id: The item's id, or an empty string for what is published without an item.
        state: `published`, `generating`, `failed`, `not published` or `nothing drawn`, or two of
            them: `published, generating`.
        formats: What is published of it: `png mov webm mp4`.
        missing: What pages would need of it, and is not published: `MOV`.
    """

    name: str
    id: str
    state: str
    formats: str
    missing: str


def standings(
    items: Iterable[Object], assets: Iterable[Object], export: Export | None
) -> Iterator[Standing]:
    """Say how far each item of a collection is.

    Args:
        items: Of the collection.
        assets: Of the collection.
        export: What it has published; None while that is nothing.
    """
    public = list(export.items) if export else []
    statuses: dict[str, list[str]] = {}
    for asset in assets:
        statuses.setdefault(asset.get("item_id") or "", []).append(asset.get("status") or "")
    for item in items:
        name = item.get("name") or ""
        found = next((entry for entry in public if entry.name == name), None)
        if found:
            public.remove(found)  # names may stand there twice, for two items
        yield _standing(name, item["id"], statuses.get(item["id"], []), found)
    yield from (_standing(entry.name, "", [], entry) for entry in public)


def _standing(name: str, id_: str, statuses: list[str], found: ExportItem | None) -> Standing:
    return Standing(
        name=name,
        id=id_,
        state=", ".join(_states(statuses, published=found is not None)),
        formats=" ".join(_formats(found)) if found else "",
        missing=", ".join(_missing(found)) if found else "",
    )


def _states(statuses: list[str], *, published: bool) -> Iterator[str]:
    unfinished = [status for status in statuses if status not in _DONE]
    if published:
        yield "published"
    if any(status not in _FAILED for status in unfinished):
        yield "generating"
    if any(status in _FAILED for status in unfinished):
        yield "failed"
    if not published and not unfinished:
        yield "not published" if statuses else "nothing drawn"


def _formats(item: ExportItem) -> list[str]:
    still = ["png"] if item.transparent_image else ["opaque png"] if item.image else []
    return [*still, *video_formats(key for animation in item.animations for key in animation)]


def _missing(item: ExportItem) -> Iterator[str]:
    images = [key for key in IMAGE_KEYS if getattr(item, key)]
    animations = [set(map(without_size, animation)) for animation in item.animations]
    yield from (gap.file for gap in find_gaps(images, animations) if gap.incomplete)


def needs_attention(standing: Standing) -> bool:
    """Tell whether there is something to do, or to wait for."""
    return standing.state != "published" or bool(standing.missing)
