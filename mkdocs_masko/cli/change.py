"""`rename` and `delete`: what changes objects of the API."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from mkdocs_masko.cli.options import collection_names
from mkdocs_masko.cli.output import format_value, json_result_option, print_json, print_line
from mkdocs_masko.cli.session import describe, open_session, session_options
from mkdocs_masko.errors import OptionError
from mkdocs_masko.text import printable, quote

if TYPE_CHECKING:
    from mkdocs_masko.cli.session import ApiObject, ApiSession

_COLLECTION_TEXT: Final = "Collection of the item [those of the site]."


@click.command()
@click.argument("item", metavar="ITEM")
@click.option("--name", metavar="TEXT", help="New name.")
@click.option("--prompt", metavar="TEXT", help="New prompt to generate the item from.")
@click.option(
    "--collection", metavar="COLLECTION", help=_COLLECTION_TEXT, shell_complete=collection_names
)
@session_options
@json_result_option
def rename(
    *,
    item: str,
    name: str | None,
    prompt: str | None,
    collection: str | None,
    as_json: bool,
    **where: Any,  # noqa: ANN401 - session_options
) -> None:
    """Change the name or the prompt of an item.

    ITEM is an id, or a whole name if no other item has it. Pages name a pose by its name: change
    them after the next sync.

    \b
    Examples:
      mkdocs-masko rename wave --name "Wave hello"
      mkdocs-masko rename wave --collection fox --name hello --api-url sandbox
    """
    if not (name or prompt):
        raise click.UsageError("Give --name, --prompt or both.")
    with open_session(**where) as session:
        collection_id, obj = session.exact_item(item, collection)
        session.client.rename_item(collection_id, obj["id"], name, prompt)
    if as_json:
        print_json(
            {
                "updated": "item",
                "id": obj["id"],
                "collection_id": collection_id,
                "old_name": obj.get("name"),
                "name": name or obj.get("name"),
                "prompt": prompt or obj.get("prompt"),
            }
        )
        return
    new_name = f": the name is now {quote(name)}" if name else ""
    print_line(f"updated {describe(obj)}{new_name}")
    _note_if_passing(session)


@click.command()
@click.argument("kind", metavar="item|asset", type=click.Choice(["item", "asset"]))
@click.argument("text", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option(
    "--collection",
    metavar="COLLECTION",
    help=_COLLECTION_TEXT,
    shell_complete=collection_names,
)
@session_options
@json_result_option
def delete(
    *,
    kind: str,
    text: str,
    yes: bool,
    collection: str | None,
    as_json: bool,
    **where: Any,  # noqa: ANN401 - session_options
) -> None:
    """Delete an item, or archive an asset.

    ID is a whole id or, for an item, a whole name if no other item has it. The command names what
    it will delete and asks for confirmation; without a terminal, it needs --yes.

    \b
    Examples:
      mkdocs-masko delete item wave
      mkdocs-masko delete item wave --collection fox --yes --api-url sandbox
      mkdocs-masko delete asset 82fe47af-5b46-5ea2-be64-0c392112b396
    """
    with open_session(**where) as session:
        if kind == "asset":
            document, text = _delete_asset(session, text, yes=yes)
        else:
            document, text = _delete_item(session, text, collection, yes=yes)
    if as_json:
        print_json(document)
    else:
        print_line(text)
        _note_if_passing(session)


def _note_if_passing(session: ApiSession) -> None:
    """Say where a change is gone at once."""
    if session.is_passing:
        text = (
            "note: this sandbox ends with the command, and forgets the change. Start one that "
            "lasts with 'mkdocs-masko sandbox', and name its URL with --api-url."
        )
        print_line(text, err=True)


def _delete_asset(session: ApiSession, text: str, *, yes: bool) -> tuple[dict[str, Any], str]:
    """Archive an asset; return what was done, for a program and for a person."""
    asset_id = session.exact_asset_id(text)
    asset = session.raw.asset(asset_id)
    _confirm(_describe_asset(asset), yes=yes)
    session.client.delete_asset(asset_id)
    document = {"archived": "asset", "id": asset_id, "item_id": asset.get("item_id")}
    return document, f"archived asset {asset_id}"


def _delete_item(
    session: ApiSession, text: str, collection: str | None, *, yes: bool
) -> tuple[dict[str, Any], str]:
    """Delete an item with its assets; return what was done, for a program and for a person."""
    collection_id, item = session.exact_item(text, collection)
    owner = session.raw.collection(collection_id)
    description = f"item {describe(item)} of {describe(owner)}"
    assets = [a["id"] for a in session.raw.assets(collection_id) if a.get("item_id") == item["id"]]
    count = "1 asset" if len(assets) == 1 else f"{len(assets)} assets"
    _confirm(f"{description} and its {count}", yes=yes)
    session.client.delete_item(collection_id, item["id"])
    document = {
        "deleted": "item",
        "id": item["id"],
        "collection_id": collection_id,
        "name": item.get("name"),
        "asset_ids": assets,
    }
    return document, f"deleted {description}"


def _describe_asset(asset: ApiObject) -> str:
    properties = ", ".join(format_value(asset.get(key)) for key in ("type", "status"))
    item = format_value(asset.get("item_id"))
    return f"asset {format_value(asset['id'])} ({properties})" + (
        f" of item {item}" if item else ""
    )


def _confirm(description: str, *, yes: bool) -> None:
    """Ask for confirmation, unless the command line has given it.

    Raises:
        OptionError: There is no terminal to ask on.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise OptionError(f"nothing was deleted: confirm with --yes to delete {description}")
    click.confirm(printable(f"Delete {description}?"), abort=True, err=True)
