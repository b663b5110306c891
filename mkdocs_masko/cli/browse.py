"""What there is: `projects`, `collections`, `items`, `assets`, and one of each."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import click

from mkdocs_masko.api.models import parse_export
from mkdocs_masko.cli.options import collection_names
from mkdocs_masko.cli.output import (
    Column,
    day,
    is_for_a_person,
    json_option,
    plain,
    print_grid,
    print_groups,
    print_json,
    print_pairs,
)
from mkdocs_masko.cli.session import desk_options, open_session
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mkdocs_masko.api.models import ExportItem

_SIGNED = "Ask for file addresses that expire, too."


def _limit_option(command: Callable[..., None]) -> Callable[..., None]:
    text = "Stop after so many [all]."
    kind = click.IntRange(1)
    return click.option("--limit", type=kind, metavar="NUMBER", help=text)(command)


@click.command()
@desk_options
@json_option
@_limit_option
def projects(*, as_json: bool, limit: int | None, **where: Any) -> None:  # noqa: ANN401 - where to ask
    """List the projects of the key's workspace.

    \b
    Examples:
      mkdocs-masko projects
      mkdocs-masko projects --api-url sandbox --json
    """
    with open_session(**where) as there:
        _print_list(there.objects.projects(), PROJECTS, as_json=as_json, limit=limit)


@click.command()
@desk_options
@json_option
@_limit_option
@click.option("--project", metavar="PROJECT", help="Only those of a project: its id or name.")
def collections(
    *,
    project: str | None,
    as_json: bool,
    limit: int | None,
    **where: Any,  # noqa: ANN401 - where to ask
) -> None:
    """List the collections: each is a mascot.

    \b
    Examples:
      mkdocs-masko collections
      mkdocs-masko collections --api-url sandbox --project Drafts
    """
    with open_session(**where) as there:
        project_id = there.project(project) if project else None
        found = there.objects.collections(project_id)
        _print_list(found, COLLECTIONS, as_json=as_json, limit=limit)


@click.command("collection")
@click.argument("collection", metavar="COLLECTION", shell_complete=collection_names)
@desk_options
@json_option
def collection_(*, collection: str, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - where to ask
    """Show a collection with what it is drawn from.

    COLLECTION is an id, a name, the start of one, or a name that mkdocs.yml gives it.

    \b
    Examples:
      mkdocs-masko collection "Fox Mascot"
      mkdocs-masko collection fox --api-url sandbox
    """
    with open_session(**where) as there:
        found = there.objects.collection(there.collection(collection))
    _print_one(found, pairs(found), as_json=as_json)


@click.command()
@click.argument("collection", metavar="COLLECTION", shell_complete=collection_names)
@desk_options
@json_option
@_limit_option
def items(*, collection: str, as_json: bool, limit: int | None, **where: Any) -> None:  # noqa: ANN401 - where to ask
    """List the items of a collection: poses, published or not.

    COLLECTION is an id, a name, the start of one, or a name that mkdocs.yml gives it.

    \b
    Examples:
      mkdocs-masko items fox --api-url sandbox
      mkdocs-masko items owl --api-url sandbox --limit 3 --json
    """
    with open_session(**where) as there:
        found = there.objects.items(there.collection(collection))
        _print_list(found, ITEMS, as_json=as_json, limit=limit)


@click.command()
@click.argument(
    "collection", metavar="[COLLECTION]", required=False, shell_complete=collection_names
)
@desk_options
@json_option
@_limit_option
@click.option("--signed-urls", is_flag=True, help=_SIGNED)
def assets(
    *,
    collection: str | None,
    as_json: bool,
    limit: int | None,
    signed_urls: bool,
    **where: Any,  # noqa: ANN401 - where to ask
) -> None:
    """List the drawn files, of a collection or of all.

    COLLECTION is an id, a name, the start of one, or a name that mkdocs.yml gives it.

    \b
    Examples:
      mkdocs-masko assets fox --api-url sandbox
      mkdocs-masko assets --api-url sandbox --limit 10
    """
    with open_session(**where) as there:
        found = (
            there.objects.assets(there.collection(collection), signed_urls=signed_urls)
            if collection
            else there.objects.all_assets(signed_urls=signed_urls)
        )
        columns = (*ASSETS, SIGNED) if signed_urls else ASSETS
        _print_list(found, columns, as_json=as_json, limit=limit)


@click.command("asset")
@click.argument("asset", metavar="ASSET")
@desk_options
@json_option
@click.option("--signed-urls", is_flag=True, help=_SIGNED)
def asset_(*, asset: str, as_json: bool, signed_urls: bool, **where: Any) -> None:  # noqa: ANN401 - where to ask
    """Show a drawn file.

    ASSET is an id or the start of one.

    \b
    Examples:
      mkdocs-masko asset 82fe47af-5b46-5ea2-be64-0c392112b396
      mkdocs-masko asset 82fe --api-url sandbox
    """
    with open_session(**where) as there:
        found = there.objects.asset(there.asset(asset), signed_urls=signed_urls)
    _print_one(found, pairs(found), as_json=as_json)


@click.command()
@click.argument("collection", metavar="COLLECTION", shell_complete=collection_names)
@desk_options
@json_option
@_limit_option
def export(*, collection: str, as_json: bool, limit: int | None, **where: Any) -> None:  # noqa: ANN401 - where to ask
    """Show what a collection has published: every address.

    COLLECTION is an id, a name, the start of one, or a name that mkdocs.yml gives it.

    \b
    Examples:
      mkdocs-masko export fox --api-url sandbox
      mkdocs-masko export fox --api-url sandbox --json
    """
    with open_session(**where) as there:
        found = there.objects.cdn_export(there.collection(collection))
    found["items"] = found["items"][:limit]
    if as_json:
        print_json(found)
    else:
        print_groups(published(found))


def _print_list(
    found: Iterator[dict[str, Any]], columns: Sequence[Column], *, as_json: bool, limit: int | None
) -> None:
    from mkdocs_masko.cli.output import grid

    kept = list(islice(found, limit))
    if as_json:
        print_json(kept)
    elif kept:
        print_grid(grid(columns, kept))
    elif is_for_a_person():
        click.echo("There are none.", err=True)


def _print_one(found: dict[str, Any], shown: Sequence[tuple[str, str]], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        print_pairs(shown)


_ID: Final = Column(title="Id", key="id", style="cyan", whole=True)
_NAME: Final = Column(title="Name", key="name")
_MADE: Final = Column(title="Made", key="created_at", show=day, spare=True, whole=True)
_TYPE: Final = Column(title="Type", key="type", spare=True)

PROJECTS: Final = (_ID, _NAME, _MADE)
COLLECTIONS: Final = (
    _ID,
    _NAME,
    Column(title="Published", key="is_published", whole=True),
    _MADE,
    Column(title="Slug", key="public_slug", spare=True),
    Column(title="Project", key="project_id", spare=True),
)
ITEMS: Final = (_ID, _NAME, _TYPE, _MADE, Column(title="Prompt", key="prompt", spare=True))
ASSETS: Final = (
    _ID,
    _TYPE,
    Column(title="Status", key="status"),
    _MADE,
    Column(title="Item", key="item_id", spare=True, whole=True),
    Column(title="Address", key="cdn_url", spare=True),
)
SIGNED: Final = Column(title="Signed address, expires", key="file_url")

_LABELS: Final = {
    "id": "Id",
    "name": "Name",
    "type": "Type",
    "status": "Status",
    "project_id": "Project",
    "collection_id": "Collection",
    "item_id": "Item",
    "slug": "Slug",
    "prompt": "Prompt",
    "reference_asset_ids": "References",
    "style_card": "Style card",
    "caution_list": "Cautions",
    "cdn_status": "CDN",
    "cdn_url": "Address",
    "file_url": "Signed address",
    "created_at": "Made",
    "updated_at": "Changed",
}


def pairs(thing: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is known of one object, in words; what is empty or not known here is left out."""
    config = thing.get("config")
    flat = {**thing, **(config if isinstance(config, dict) else {})}
    return [
        (label, shown) for key, label in _LABELS.items() if (shown := _value(flat.get(key, "")))
    ]


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    return "" if value == {} else plain(value)


def published(export: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the name of each published pose, with its addresses by key."""
    for item in parse_export(export).items:
        yield sanitize(item.name), list(_addresses(item))


def _addresses(item: ExportItem) -> Iterator[tuple[str, str]]:
    for key in ("image", "transparent_image"):
        if url := getattr(item, key):
            yield key, sanitize(url)
    for number, animation in enumerate(item.animations):
        prefix = f"{number}." if len(item.animations) > 1 else ""
        yield from ((f"{prefix}{key}", sanitize(url)) for key, url in sorted(animation.items()))
