"""`status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mkdocs_masko.cli.completing import collection_names
from mkdocs_masko.cli.desk import desk, desk_options
from mkdocs_masko.cli.output import json_option, print_grid, print_json
from mkdocs_masko.errors import NotReady, OptionError

if TYPE_CHECKING:
    from mkdocs_masko.cli.desk import Desk
    from mkdocs_masko.standing import Standing
    from mkdocs_masko.tables import Grid


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

    with desk(**where) as there:
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


def _standings(there: Desk, collection_id: str) -> tuple[str, list[Standing]]:
    from mkdocs_masko.api.models import export_from
    from mkdocs_masko.finding import named
    from mkdocs_masko.standing import standings

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

    from mkdocs_masko.tables import Column, grid

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
    from mkdocs_masko.standing import needs_attention

    if is_for_a_person():
        waiting = sum(map(needs_attention, rows))
        poses = "1 pose" if len(rows) == 1 else f"{len(rows)} poses"
        click.echo(f"\n{poses}, {waiting or 'none'} to look after")
