"""`projects`, `collections`, `items`, `assets`, one of each, and `export`: what the API has."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import click

from mkdocs_masko.api.models import parse_export
from mkdocs_masko.cli.options import collection_names
from mkdocs_masko.cli.output import (
    Column,
    format_day,
    format_value,
    is_terminal,
    json_option,
    make_table,
    print_groups,
    print_json,
    print_pairs,
    print_table,
)
from mkdocs_masko.cli.session import open_session, session_options
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mkdocs_masko.api.models import ExportItem
    from mkdocs_masko.cli.session import ApiObject

_SIGNED_TEXT: Final = "Also request signed URLs, which expire."


def _limit_option(command: Callable[..., None]) -> Callable[..., None]:
    text = "Stop after this many [all]."
    kind = click.IntRange(1)
    return click.option("--limit", type=kind, metavar="NUMBER", help=text)(command)


@click.command()
@session_options
@json_option
@_limit_option
def projects(*, as_json: bool, limit: int | None, **where: Any) -> None:  # noqa: ANN401 - session_options
    """List the projects of the workspace.

    The API key says which workspace.

    \b
    Examples:
      mkdocs-masko projects
      mkdocs-masko projects --api-url sandbox --json
    """
    with open_session(**where) as session:
        _print_list(session.raw.projects(), _PROJECT_COLUMNS, as_json=as_json, limit=limit)


@click.command()
@session_options
@json_option
@_limit_option
@click.option("--project", metavar="PROJECT", help="Only those of a project: its id or name.")
def collections(
    *,
    project: str | None,
    as_json: bool,
    limit: int | None,
    **where: Any,  # noqa: ANN401 - session_options
) -> None:
    """List the collections; each is a mascot.

    \b
    Examples:
      mkdocs-masko collections
      mkdocs-masko collections --api-url sandbox --project Drafts
    """
    with open_session(**where) as session:
        project_id = session.project_id(project) if project else None
        listed = session.raw.collections(project_id)
        _print_list(listed, COLLECTION_COLUMNS, as_json=as_json, limit=limit)


@click.command("collection")
@click.argument("collection", metavar="COLLECTION", shell_complete=collection_names)
@session_options
@json_option
def collection_(*, collection: str, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - session_options
    """Show a collection with its prompt and style.

    COLLECTION is an id, a name, the start of one, or an alias of the site.

    \b
    Examples:
      mkdocs-masko collection "Fox Mascot"
      mkdocs-masko collection fox --api-url sandbox
    """
    with open_session(**where) as session:
        obj = session.raw.collection(session.collection_id(collection))
    _print_object(obj, as_json=as_json)


@click.command()
@click.argument("collection", metavar="COLLECTION", shell_complete=collection_names)
@session_options
@json_option
@_limit_option
def items(*, collection: str, as_json: bool, limit: int | None, **where: Any) -> None:  # noqa: ANN401 - session_options
    """List the items of a collection: poses, published or not.

    COLLECTION is an id, a name, the start of one, or an alias of the site.

    \b
    Examples:
      mkdocs-masko items fox --api-url sandbox
      mkdocs-masko items owl --api-url sandbox --limit 3 --json
    """
    with open_session(**where) as session:
        listed = session.raw.items(session.collection_id(collection))
        _print_list(listed, _ITEM_COLUMNS, as_json=as_json, limit=limit)


@click.command()
@click.argument(
    "collection", metavar="[COLLECTION]", required=False, shell_complete=collection_names
)
@session_options
@json_option
@_limit_option
@click.option("--signed-urls", is_flag=True, help=_SIGNED_TEXT)
def assets(
    *,
    collection: str | None,
    as_json: bool,
    limit: int | None,
    signed_urls: bool,
    **where: Any,  # noqa: ANN401 - session_options
) -> None:
    """List the assets of a collection, or all assets.

    COLLECTION is an id, a name, the start of one, or an alias of the site.

    \b
    Examples:
      mkdocs-masko assets fox --api-url sandbox
      mkdocs-masko assets --api-url sandbox --limit 10
    """
    with open_session(**where) as session:
        listed = (
            session.raw.assets(session.collection_id(collection), signed_urls=signed_urls)
            if collection
            else session.raw.all_assets(signed_urls=signed_urls)
        )
        columns = (*_ASSET_COLUMNS, _SIGNED_URL) if signed_urls else _ASSET_COLUMNS
        _print_list(listed, columns, as_json=as_json, limit=limit)


@click.command("asset")
@click.argument("asset", metavar="ASSET")
@session_options
@json_option
@click.option("--signed-urls", is_flag=True, help=_SIGNED_TEXT)
def asset_(*, asset: str, as_json: bool, signed_urls: bool, **where: Any) -> None:  # noqa: ANN401 - session_options
    """Show an asset.

    ASSET is an id or the start of one.

    \b
    Examples:
      mkdocs-masko asset 82fe47af-5b46-5ea2-be64-0c392112b396
      mkdocs-masko asset 82fe --api-url sandbox
    """
    with open_session(**where) as session:
        obj = session.raw.asset(session.asset_id(asset), signed_urls=signed_urls)
    _print_object(obj, as_json=as_json)


@click.command()
@click.argument("collection", metavar="COLLECTION", shell_complete=collection_names)
@session_options
@json_option
@_limit_option
def export(*, collection: str, as_json: bool, limit: int | None, **where: Any) -> None:  # noqa: ANN401 - session_options
    """Show what a collection has published, with all URLs.

    COLLECTION is an id, a name, the start of one, or an alias of the site.

    \b
    Examples:
      mkdocs-masko export fox --api-url sandbox
      mkdocs-masko export fox --api-url sandbox --json
    """
    with open_session(**where) as session:
        document = session.raw.cdn_export(session.collection_id(collection))
    document["items"] = document["items"][:limit]
    if as_json:
        print_json(document)
    else:
        poses = parse_export(document).items
        print_groups((sanitize(pose.name), list(_urls(pose))) for pose in poses)


def _urls(pose: ExportItem) -> Iterator[tuple[str, str]]:
    """Yield the URLs of a pose by key; with a number where it has several animations."""
    for key in ("image", "transparent_image"):
        if url := getattr(pose, key):
            yield key, sanitize(url)
    yield from ((key, sanitize(url)) for key, url in sorted(pose.image_sizes.items()))
    for number, animation in enumerate(pose.animations):
        prefix = f"{number}." if len(pose.animations) > 1 else ""
        yield from ((f"{prefix}{key}", sanitize(url)) for key, url in sorted(animation.items()))


def _print_list(
    objects: Iterator[ApiObject], columns: Sequence[Column], *, as_json: bool, limit: int | None
) -> None:
    listed = list(islice(objects, limit))  # a page that the limit does not reach is not requested
    if as_json:
        print_json(listed)
    elif listed:
        print_table(make_table(columns, listed))
    elif is_terminal():
        click.echo("None found.", err=True)


def _print_object(obj: ApiObject, *, as_json: bool) -> None:
    if as_json:
        print_json(obj)
    else:
        print_pairs(_properties(obj))


def _properties(obj: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return labels and values of an object; empty values and unknown fields are left out."""
    config = obj.get("config")  # what a collection is generated from, one level down
    flat = {**obj, **(config if isinstance(config, dict) else {})}
    values = ((label, _property(flat.get(key, ""))) for key, label in _LABELS.items())
    return [(label, text) for label, text in values if text]


def _property(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(format_value, value))
    return "" if value == {} else format_value(value)


_ID: Final = Column(title="ID", key="id", style="cyan", no_wrap=True)
_NAME: Final = Column(title="Name", key="name")
_CREATED: Final = Column(
    title="Created", key="created_at", format=format_day, optional=True, no_wrap=True
)
_TYPE: Final = Column(title="Type", key="type", optional=True)
_SIGNED_URL: Final = Column(title="Signed URL, expires", key="file_url")

_PROJECT_COLUMNS: Final = (_ID, _NAME, _CREATED)
COLLECTION_COLUMNS: Final = (
    _ID,
    _NAME,
    Column(title="Published", key="is_published", no_wrap=True),
    _CREATED,
    Column(title="Slug", key="public_slug", optional=True),
    Column(title="Project", key="project_id", optional=True),
)
_ITEM_COLUMNS: Final = (
    _ID,
    _NAME,
    _TYPE,
    _CREATED,
    Column(title="Prompt", key="prompt", optional=True),
)
_ASSET_COLUMNS: Final = (
    _ID,
    _TYPE,
    Column(title="Status", key="status"),
    _CREATED,
    Column(title="Item", key="item_id", optional=True, no_wrap=True),
    Column(title="URL", key="cdn_url", optional=True),
)

_LABELS: Final = {
    "id": "ID",
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
    "cdn_url": "URL",
    "file_url": "Signed URL",
    "created_at": "Created",
    "updated_at": "Updated",
}
"""Fields of the API's objects that are shown, in order."""
