"""`rename` and `delete`: what changes the mascots themselves."""

from __future__ import annotations

import sys
from typing import Any

import click

from mkdocs_masko.cli.options import collection_names
from mkdocs_masko.cli.session import desk_options, open_session
from mkdocs_masko.errors import OptionError

_COLLECTION = "Of which collection [those of mkdocs.yml]."


@click.command()
@click.argument("item", metavar="ITEM")
@click.option("--name", metavar="TEXT", help="Its new name.")
@click.option("--prompt", metavar="TEXT", help="What it is to be drawn from.")
@click.option(
    "--collection", metavar="COLLECTION", help=_COLLECTION, shell_complete=collection_names
)
@desk_options
def rename(
    *,
    item: str,
    name: str | None,
    prompt: str | None,
    collection: str | None,
    **where: Any,  # noqa: ANN401 - where to ask
) -> None:
    """Give an item another name or prompt.

    ITEM is an id, a name, or the start of one. Pages name a pose by its name: after the next sync
    they need the new one.

    \b
    Examples:
      mkdocs-masko rename wave --name "Wave hello"
      mkdocs-masko rename wave --collection fox --name hello --api-url sandbox
    """
    from mkdocs_masko.cli.session import named

    if not (name or prompt):
        raise click.UsageError("Give --name, --prompt or both.")
    with open_session(**where) as there:
        collection_id, found = there.item(item, collection)
        there.client.rename_item(collection_id, found["id"], name, prompt)
    click.echo(f"changed {named(found)}" + (f": it is {_quoted(name)} now" if name else ""))


@click.command()
@click.argument("kind", metavar="item|asset", type=click.Choice(["item", "asset"]))
@click.argument("wanted", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--collection", metavar="COLLECTION", help=f"For an item: {_COLLECTION.lower()}")
@desk_options
def delete(
    *,
    kind: str,
    wanted: str,
    yes: bool,
    collection: str | None,
    **where: Any,  # noqa: ANN401 - where to ask
) -> None:
    """Delete an item, or archive a drawn file.

    ID is an id, a name, or the start of one. It asks first, and says what goes. Where nobody can
    answer, it needs --yes.

    \b
    Examples:
      mkdocs-masko delete item wave
      mkdocs-masko delete item wave --collection fox --yes --api-url sandbox
      mkdocs-masko delete asset 82fe --yes --api-url sandbox
    """
    with open_session(**where) as there:
        if kind == "asset":
            asset_id = there.asset(wanted)
            _confirm(_asset_words(there.objects.asset(asset_id)), yes=yes)
            there.client.delete_asset(asset_id)
            click.echo(f"archived asset {asset_id}")
            return
        collection_id, found = there.item(wanted, collection)
        words = _item_words(found, there.objects.collection(collection_id))
        own = [a for a in there.objects.assets(collection_id) if a.get("item_id") == found["id"]]
        _confirm(f"{words} and its {len(own)} drawn files", yes=yes)
        there.client.delete_item(collection_id, found["id"])
    click.echo(f"deleted {words}")


def _item_words(item: dict[str, Any], collection: dict[str, Any]) -> str:
    from mkdocs_masko.cli.session import named

    return f"item {named(item)} of {named(collection)}"


def _asset_words(asset: dict[str, Any]) -> str:
    from mkdocs_masko.cli.output import plain

    shown = [plain(asset.get(key)) for key in ("type", "status")]
    item = plain(asset.get("item_id"))
    return f"asset {asset['id']} ({', '.join(shown)})" + (f" of item {item}" if item else "")


def _confirm(what: str, *, yes: bool) -> None:
    """Ask, unless the answer is given.

    Raises:
        OptionError: Nobody can answer.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise OptionError(f"nothing was deleted: this would delete {what}; say so with --yes")
    click.confirm(f"Delete {what}?", abort=True, err=True)


def _quoted(text: str) -> str:
    from mkdocs_masko.text import sanitize

    return repr(sanitize(text))
