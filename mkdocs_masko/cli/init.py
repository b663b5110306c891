"""`init`: what shows poses added to a site's configuration, with a first manifest."""

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
from mkdocs_masko.text import sanitize, shell_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.cli.session import ApiSession
    from mkdocs_masko.generator import Generator
    from mkdocs_masko.sync import Site, SyncResult

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
@config_option("Configuration of the site [mkdocs.yml or zensical.toml].")
@click.option(
    "--zensical", is_flag=True, help="Add what Zensical needs to mkdocs.yml, not the plugin."
)
@json_result_option
def init(  # noqa: PLR0913 - one for each option
    *,
    collection: str | None,
    sandbox: bool,
    api_url: str | None,
    config_file: Path | None,
    zensical: bool,
    as_json: bool,
) -> None:
    """Add Masko to a site and write its first manifest.

    Asks for the mascot, unless --collection names it. Adds the plugin to mkdocs.yml; for Zensical,
    adds the Markdown extension to zensical.toml, has Zensical watch the manifest, and writes what
    pages load to the docs folder. A mkdocs.yml is for Zensical if you say so with --zensical, or if
    nothing else is installed that could build it. Options of a site that has the plugin are taken
    over. The rest of the file stays as it is: comments, order and line ends.

    \b
    Examples:
      mkdocs-masko init
      mkdocs-masko init --collection "Fox Mascot"
      mkdocs-masko init --sandbox
      mkdocs-masko init --sandbox --zensical
    """
    from mkdocs_masko.files import replace_file
    from mkdocs_masko.generator import runs_plugins
    from mkdocs_masko.options import PLUGIN_OPTIONS

    path, generator = _find_file(config_file, zensical=zensical)
    _edited(path, generator, _SANDBOX)  # fails before anybody is asked, if it cannot be edited
    chosen = _choose_options(path, collection, api_url, generator=generator, sandbox=sandbox)
    left_out: list[str] = []
    options = chosen
    if not runs_plugins(generator):
        left_out = [name for name in chosen if name in PLUGIN_OPTIONS]
        used = {name: value for name, value in chosen.items() if name not in left_out}
        options = _with_folder(path, used)
    content = _edited(path, generator, options)
    # The manifest comes first: without access to the API, the file is to stay as it was.
    site = _site(path, options)
    result, not_ready = _write_manifest(site)
    try:
        replace_file(path, content)
    except OSError as error:
        raise OptionError(f"{path.name}: cannot be written: {error.strerror}") from None
    added = "plugin" if runs_plugins(generator) else "Markdown extension"
    if not as_json:
        print_line(f"{path.name}: {added} added")
        if left_out:
            print_line(f"{path.name}: left out, without effect in Zensical: {', '.join(left_out)}")
    more = _report_files(path, site, result, as_json=as_json) if result else {}
    if as_json:
        print_json({**_document(path, options, site, result), **more})
    if not_ready or result is None:
        click.echo(
            "Next: publish the mascot in Masko, then run 'mkdocs-masko sync --wait 600'.",
            err=as_json,
        )
        if not runs_plugins(generator):
            click.echo(
                "Until then, Zensical 0.1 and later stop: paths in 'watch' must exist.", err=as_json
            )
        raise not_ready or NotReady("nothing is published yet (409)")
    if not as_json:
        pages = [more["gallery"]] if "gallery" in more else []
        _print_next_steps(path, generator, site, result, pages)


def _find_file(config_file: Path | None, *, zensical: bool) -> tuple[Path, Generator]:
    """Return the file to edit, and the program that it is edited for."""
    from mkdocs_masko.generator import generator_for
    from mkdocs_masko.site_config.settings import first_config, load_settings

    path = config_file or first_config(Path.cwd())
    if path is None:
        generator = "zensical" if zensical else generator_for(Path("mkdocs.yml"), {})
        raise OptionError(
            "no mkdocs.yml or zensical.toml in this folder. "
            f"Create a site first: '{generator} new .'"
        )
    path = path.resolve()  # replacing a symbolic link would leave the file behind it as it was
    return path, "zensical" if zensical else generator_for(path, load_settings(path))


def _edited(path: Path, generator: Generator, options: dict[str, Any]) -> bytes:
    """Return the content of the file with what its program needs."""
    from mkdocs_masko.generator import runs_plugins
    from mkdocs_masko.options import MANIFEST
    from mkdocs_masko.site_config import toml_insertion, yml_insertion
    from mkdocs_masko.site_config.settings import appends_inherited_lists, is_toml

    if runs_plugins(generator):
        return yml_insertion.add_plugin(path, options)
    # Zensical takes from its cache whatever page depends on no file that has changed.
    watched = [options.get("manifest", MANIFEST), _laid_folder(path, options)]
    if is_toml(path):
        return toml_insertion.add_extension(path, options, watched)
    appends = appends_inherited_lists()
    return yml_insertion.add_extension(path, options, watched, appends_lists=appends)


def _laid_folder(path: Path, options: dict[str, Any]) -> str:
    """Return the folder for what pages load, from that of the site's configuration."""
    from mkdocs_masko.files import relative_name
    from mkdocs_masko.laid_files import laid_folder
    from mkdocs_masko.options import read_options
    from mkdocs_masko.site_config.settings import load_settings
    from mkdocs_masko.sources.docs_files import DocsFolder

    docs = DocsFolder(path.parent, load_settings(path)).path
    chosen = read_options(options, {}, complete=False)
    folder = laid_folder(chosen, path.parent, docs, is_needed=True)
    assert folder is not None  # noqa: S101 - it is needed
    return relative_name(folder, path.parent)


def _with_folder(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Return options that name the folder for what pages load."""
    from mkdocs_masko.options import read_options

    named = {**options, "into": _laid_folder(path, options)}
    try:
        read_options(named, {}, complete=False)
    except OptionError:  # such as a docs folder with a name that is no option's; it need not be
        return options
    return named


def _document(
    path: Path, options: dict[str, Any], site: Site, result: SyncResult | None
) -> dict[str, Any]:
    """Return what was written, for a program."""
    poses = result.manifest.collections[site.options.default].poses if result else {}
    return {
        "config": path.name,
        "options": options,
        "manifest": site.options.manifest if result else None,
        "revision": result.manifest.revision if result else None,
        "poses": sorted(poses),
    }


def _choose_options(
    path: Path,
    collection: str | None,
    api_url: str | None,
    *,
    generator: Generator,
    sandbox: bool,
) -> dict[str, Any]:
    """Return the options of masko; ask for what the command line leaves open."""
    if not (sandbox or collection or api_url) and (options := _options_of_plugin(path, generator)):
        return options
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


def _options_of_plugin(path: Path, generator: Generator) -> dict[str, Any]:
    """Return the options that a site has under MkDocs; none where that builds the file.

    Raises:
        OptionError: An option is wrong, or has a value that only the environment has.
    """
    from mkdocs_masko.generator import runs_plugins
    from mkdocs_masko.options import read_options
    from mkdocs_masko.site_config.option_places import option_places
    from mkdocs_masko.site_config.settings import find_config, find_plugin_options, tagged_options

    if runs_plugins(generator):
        return {}
    for each in (path, find_config(path.parent)):
        if each and (options := find_plugin_options(each)):
            with option_places(each):
                read_options(options, {})  # wrong ones, and a key, are not copied
            if names := tagged_options(each):
                raise _edit_by_hand(each, path, names)
            return {name: value for name, value in options.items() if value is not None}
    return {}


def _edit_by_hand(source: Path, path: Path, names: list[str]) -> OptionError:
    """Refuse options with tags: what stands behind one is not for a file that is committed."""
    quoted = ", ".join(repr(sanitize(name)) for name in names)
    return OptionError(
        f"{sanitize(source.name)}: masko has a value with a tag, such as !ENV, in {quoted}, which "
        f"'init' does not write to a file. Add the Markdown extension 'masko' with its options to "
        f"'markdown_extensions' in {sanitize(path.name)} by hand, and its manifest to 'watch'."
    )


def _site(path: Path, options: dict[str, Any]) -> Site:
    from mkdocs_masko.options import read_options
    from mkdocs_masko.sync import site_of

    environ, api_url = environment(), options.get("api_url")
    chosen = read_options({**options, "not_ready": "fail"}, environ, flags={"api_url": api_url})
    return give_time(site_of(chosen, path.parent, environ, api_url=api_url), None)


def _write_manifest(site: Site) -> tuple[SyncResult | None, NotReady | None]:
    """Write the manifest, if something is published; if not, return the error instead."""
    from mkdocs_masko.sync import prepare, update

    try:
        with show_polling(poll_policy(site)) as policy:
            if not site.has_api_access and site.manifest.is_file():
                return prepare(site, policy), None  # options that are taken over come without a key
            return update(site, policy, revalidate=True), None
    except NotReady as error:
        return None, error


def _report_files(path: Path, site: Site, result: SyncResult, *, as_json: bool) -> dict[str, Any]:
    """Write what pages load to the folder of the option `into`, if the site needs one.

    Returns:
        What there is to say of it, for a program.
    """
    from mkdocs_masko.cli.folder import find_target, write_target
    from mkdocs_masko.cli.report import Report

    report = Report(folder=path.parent, as_json=as_json, annotate=False, site=site, result=result)
    poses = sum(len(each.poses) for each in result.manifest.collections.values())
    state = "written" if result.is_written else "up to date"
    report.say(f"{site.options.manifest}: {state}, {poses} pose{'s' * (poses != 1)}")
    target = find_target(site, {"collection": None, "config_file": path}, None)
    if target:
        write_target(target, site, result, report)
    return report.more


def _print_next_steps(
    path: Path, generator: Generator, site: Site, result: SyncResult, pages: list[str]
) -> None:
    from mkdocs_masko.options import SANDBOX

    poses = sorted(result.manifest.collections[site.options.default].poses)
    pose = "wave" if "wave" in poses else next(iter(poses), "wave")
    click.secho("\nNext:", bold=is_terminal())
    for number, step in enumerate(_next_steps(path, generator, site, pose, pages), 1):
        print_line(f"  {number}. {step}")
    if site.options.api_url == SANDBOX:
        click.echo(
            "\nFor your own mascot, put its ID in 'collection', remove 'api_url', and run\n"
            f"'mkdocs-masko sync' with your API key in {site.options.api_key_env}."
        )


def _next_steps(
    path: Path, generator: Generator, site: Site, pose: str, pages: list[str]
) -> Iterator[str]:
    from mkdocs_masko.cli.report import repository_root
    from mkdocs_masko.cli.repository import attribute_steps, workflow_steps
    from mkdocs_masko.files import relative_name
    from mkdocs_masko.generator import command_line, installed_themes, theme_of, theme_remedy
    from mkdocs_masko.options import SANDBOX
    from mkdocs_masko.site_config.settings import load_settings
    from mkdocs_masko.urls import is_known_api

    theme = theme_of(load_settings(path), generator)
    if theme is not None and theme not in installed_themes(generator):
        yield f"The theme {sanitize(theme)!r} is not installed: {theme_remedy(theme, generator)}"
    serve = command_line(generator, "serve", relative_name(path, Path.cwd()))
    yield f"Write ![What it shows](masko:{pose}) on a page, and run '{serve}'."
    manifest, folder = site.options.manifest, site.options.into
    attribute_lines = list(attribute_steps(path.parent, manifest, folder))
    yield from attribute_lines
    yield from workflow_steps(repository_root(path.parent), path.parent, generator)
    paths = [path.name, manifest, *([folder] if folder else []), *pages]
    if attribute_lines:
        paths.append(".gitattributes")
    typed = (shell_word(relative_name(path.parent / each, Path.cwd())) for each in paths)
    yield " ".join(["git add", *typed])
    api_url = site.options.api_url
    if api_url != SANDBOX and not is_known_api(api_url):
        yield f"Wherever the key is used: export MASKO_API_URL={api_url}"
