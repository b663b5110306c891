"""`init`: the plugin added to a `mkdocs.yml`, with a first manifest."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mkdocs_masko.cli.options import (
    api_url_option,
    collection_names,
    config_option,
    environment,
    give_time,
    poll_policy,
)
from mkdocs_masko.cli.output import (
    console,
    is_terminal,
    json_result_option,
    make_table,
    print_json,
    print_line,
    show_polling,
    to_rich,
)
from mkdocs_masko.cli.session import open_session, pick, session_plugin_options
from mkdocs_masko.errors import NotReady, OptionError
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.cli.session import ApiSession
    from mkdocs_masko.sync import SyncResult

_SANDBOX: Final = {"collection": "fox", "api_url": "sandbox"}


@click.command()
@click.option(
    "--collection",
    metavar="COLLECTION",
    shell_complete=collection_names,
    help="The mascot: its id, its name, or the start of one.",
)
@click.option("--sandbox", is_flag=True, help="Use a sample mascot; needs no key.")
@api_url_option("URL of the API, to be written to the file.")
@config_option("Configuration of the site [mkdocs.yml].")
@json_result_option
def init(
    *,
    collection: str | None,
    sandbox: bool,
    api_url: str | None,
    config_file: Path | None,
    as_json: bool,
) -> None:
    """Add the plugin to a site and write its first manifest.

    Asks for the mascot, unless --collection names it. The rest of mkdocs.yml stays as it is:
    comments, order and line ends.

    \b
    Examples:
      mkdocs-masko init
      mkdocs-masko init --collection "Fox Mascot"
      mkdocs-masko init --sandbox
    """
    from mkdocs_masko.files import replace_file
    from mkdocs_masko.generator import generator_for, installed_versions
    from mkdocs_masko.site_config import find_config
    from mkdocs_masko.yml_insertion import add_plugin

    path = config_file or find_config(Path.cwd())
    if path is None:
        generator = generator_for(Path("mkdocs.yml"), {}, installed_versions())
        raise OptionError(f"no mkdocs.yml in this folder. Create a site first: '{generator} new .'")
    path = path.resolve()  # replacing a symbolic link would leave the file behind it as it was
    add_plugin(path, _SANDBOX)  # fails before anybody is asked, if the file cannot be edited
    options = _choose_options(path, collection, api_url, sandbox=sandbox)
    content = add_plugin(path, options)
    # The manifest comes first: without access to the API, mkdocs.yml is to stay as it was.
    result, not_ready = _write_manifest(path, options)
    try:
        replace_file(path, content)
    except OSError as error:
        raise OptionError(f"{path.name}: cannot be written: {error.strerror}") from None
    if as_json:
        print_json(_document(path, options, result))
    else:
        print_line(f"{path.name}: plugin added")
    if not_ready or result is None:
        click.echo(
            "Next: publish the mascot in Masko, then run 'mkdocs-masko sync --wait 600'.",
            err=as_json,
        )
        raise not_ready or NotReady("nothing is published yet (409)")
    if not as_json:
        _print_next_steps(path, options, result)


def _document(path: Path, options: dict[str, Any], result: SyncResult | None) -> dict[str, Any]:
    """Return what was written, for a program."""
    from mkdocs_masko.options import DEFAULT_ALIAS, MANIFEST

    poses = result.manifest.collections[DEFAULT_ALIAS].poses if result else {}
    return {
        "config": path.name,
        "options": options,
        "manifest": MANIFEST if result else None,
        "revision": result.manifest.revision if result else None,
        "poses": sorted(poses),
    }


def _choose_options(
    path: Path, collection: str | None, api_url: str | None, *, sandbox: bool
) -> dict[str, Any]:
    """Return the options of the plugin; ask for what the command line leaves open."""
    if sandbox or api_url == "sandbox":
        return {**_SANDBOX, **({"collection": collection} if collection else {})}
    name = session_plugin_options(path, api_url, None).api_key_env
    if not os.environ.get(name, "").strip():
        if collection or not sys.stdin.isatty():
            raise OptionError(f"no key in {name}: set it, or try the plugin with --sandbox")
        question = f"There is no key in {name}. Try the plugin with a sample mascot?"
        click.confirm(question, default=True, abort=True, err=True)
        return dict(_SANDBOX)
    with open_session(path, api_url, None) as session:
        id_ = session.collection_id(collection) if collection else _ask_for_collection(session)
    return {"collection": id_, **({"api_url": api_url} if api_url else {})}


def _ask_for_collection(session: ApiSession) -> str:
    from mkdocs_masko.cli.browse import COLLECTION_COLUMNS

    if not sys.stdin.isatty():
        raise OptionError("name a mascot with --collection; 'mkdocs-masko collections' lists them")
    collections = list(session.raw.collections())
    if not collections:
        raise OptionError("no mascot in this workspace. Create one in Masko first.")
    terminal = console(err=True)  # as the question
    terminal.print(to_rich(make_table(COLLECTION_COLUMNS, collections), terminal.width))
    default = collections[0]["id"] if len(collections) == 1 else None
    answer = click.prompt("\nWhich mascot (id or name)", default=default, err=True)
    return str(pick(answer, collections, "collection")["id"])


def _write_manifest(
    path: Path, options: dict[str, Any]
) -> tuple[SyncResult | None, NotReady | None]:
    """Write the manifest, if something is published; if not, return the error instead."""
    from mkdocs_masko.options import read_options
    from mkdocs_masko.sync import site_of, update

    environ, api_url = environment(), options.get("api_url")
    chosen = read_options({**options, "not_ready": "fail"}, environ, flags={"api_url": api_url})
    site = give_time(site_of(chosen, path.parent, environ, api_url=api_url), None)
    try:
        with show_polling(poll_policy(site)) as policy:
            return update(site, policy, revalidate=True), None
    except NotReady as error:
        return None, error


def _print_next_steps(path: Path, options: dict[str, Any], result: SyncResult) -> None:
    from mkdocs_masko.options import DEFAULT_ALIAS, MANIFEST, SANDBOX

    poses = sorted(result.manifest.collections[DEFAULT_ALIAS].poses)
    count = "1 pose" if len(poses) == 1 else f"{len(poses)} poses"
    print_line(f"{MANIFEST}: written, {count}")
    pose = "wave" if "wave" in poses else next(iter(poses), "wave")
    click.secho("\nNext:", bold=is_terminal())
    for number, step in enumerate(_next_steps(path, options, pose), 1):
        print_line(f"  {number}. {step}")
    if options.get("api_url") == SANDBOX:
        click.echo("\nFor your own mascot, put its ID in 'collection' and remove 'api_url'.")


def _next_steps(path: Path, options: dict[str, Any], pose: str) -> Iterator[str]:
    from mkdocs_masko import generator as generators
    from mkdocs_masko.files import relative_name
    from mkdocs_masko.options import MANIFEST, SANDBOX
    from mkdocs_masko.site_config import load_settings
    from mkdocs_masko.urls import API_URL, is_known_api

    settings = load_settings(path)
    generator = generators.generator_for(path, settings, generators.installed_versions())
    theme = generators.theme_of(settings, generator)
    if theme is not None and theme not in generators.installed_themes(generator):
        remedy = generators.theme_remedy(theme, generator)
        yield f"The theme {sanitize(theme)!r} is not installed: {remedy}"
    serve = generators.command_line(generator, "serve", relative_name(path, Path.cwd()))
    yield f"Write ![What it shows](masko:{pose}) on a page, and run '{serve}'."
    if MANIFEST not in _git_attributes(path.parent):
        # So that its bytes are the same on every system, and a review folds it.
        yield f"Add to .gitattributes: {MANIFEST} eol=lf linguist-generated"
    yield f"git add {path.name} {MANIFEST}"
    api_url = options.get("api_url", API_URL)
    if api_url != SANDBOX and not is_known_api(api_url):
        yield f"Wherever the key is used: export MASKO_API_URL={api_url}"


def _git_attributes(folder: Path) -> str:
    try:
        return (folder / ".gitattributes").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
