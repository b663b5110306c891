"""`list`, `show` and `gallery`: the poses of the manifest."""

from __future__ import annotations

import webbrowser
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from msgspec import structs

from mkdocs_masko.cli.folder import find_target
from mkdocs_masko.cli.options import (
    completion_site,
    load_site,
    poll_policy,
    site_folder,
    site_options,
)
from mkdocs_masko.cli.output import (
    Column,
    Table,
    console,
    is_terminal,
    json_option,
    make_table,
    print_groups,
    print_json,
    print_line,
    print_table,
    warn,
)
from mkdocs_masko.errors import MaskoError
from mkdocs_masko.media_types import EMBEDDABLE_VIDEOS, MEDIA_TYPES, without_size
from mkdocs_masko.rendering import Renderer, StandalonePage, make_call
from mkdocs_masko.snippets import html_snippet, image_snippet, macro_snippet
from mkdocs_masko.text import format_size, printable, replace_controls, sanitize
from mkdocs_masko.urls import SCHEME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mkdocs_masko.assets import SiteFile
    from mkdocs_masko.cli.folder import DocsTarget
    from mkdocs_masko.hosting import CdnHosting, SelfHosting
    from mkdocs_masko.manifest import Manifest, Match, Medium, Pose
    from mkdocs_masko.rendering import Embed
    from mkdocs_masko.sync import Site


def pose_names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Complete a pose of the manifest, as pages name it."""
    from mkdocs_masko.sync import reload

    names: list[str] = []
    with suppress(MaskoError, OSError):  # a shell has no place for an error
        site = completion_site(ctx)
        written = (row[0] for row in rows(reload(site), site.options.default))
        names = [text.removeprefix(SCHEME) for text in written]
    return [name for name in names if name.startswith(incomplete.removeprefix(SCHEME))]


@click.command(name="list")
@site_options
@json_option
def list_(*, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - site_options
    """List the poses in the manifest.

    \b
    Examples:
      mkdocs-masko list
      mkdocs-masko list --json
    """
    from mkdocs_masko.sync import prepare

    site = load_site(mode="frozen", **where)
    manifest = prepare(site, poll_policy(site)).manifest
    if as_json:
        print_json(manifest_document(manifest))
    else:
        print_table(pose_table(manifest, site.options.default))


@click.command()
@click.argument("pose", metavar="POSE", shell_complete=pose_names)
@site_options
@json_option
def show(*, pose: str, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - site_options
    """Show a pose: its files, its markup and how to write it.

    POSE is written as on pages: wave, "Plush Swagger", owl/wave. With 'hosting: self',
    the command shows the files that the site serves. It reads the manifest and uses no network.

    \b
    Examples:
      mkdocs-masko show wave
      mkdocs-masko show wave --json
    """
    from mkdocs_masko.manifest import find_pose
    from mkdocs_masko.sync import prepare

    site = load_site(mode="frozen", **where)
    manifest, default = prepare(site, poll_policy(site)).manifest, site.options.default
    match = find_pose(manifest, pose, default)
    embed = embed_of(manifest, match, default, _hosting(site, manifest, where["config_file"]))
    embed = _move(embed, find_target(site, where, None))
    if as_json:
        print_json(_pose_document(match, default, embed))
    elif is_terminal():
        _print_pose(manifest, match, default, embed)
    else:
        print_table(_served_table(match, embed) or _file_table(match, with_urls=True))


@click.command()
@site_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write to [a new temporary folder].",
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def gallery(*, output: Path | None, no_open: bool, **where: Any) -> None:  # noqa: ANN401 - site_options
    """Open a page with all poses in the browser.

    Shows the still image and the animation of every pose, its files, what is missing, and the
    Markdown to copy. The page is a folder of files and needs no server. It shows the poses of the
    manifest or, without a manifest, those of the API. It does not write the manifest.

    \b
    Examples:
      mkdocs-masko gallery
      mkdocs-masko gallery --collection fox --api-url sandbox
      mkdocs-masko gallery --output poses --no-open
    """
    from mkdocs_masko.gallery.page import write
    from mkdocs_masko.hosting import packaged_file
    from mkdocs_masko.sync import read_or_fetch

    site = load_site(**where)
    result = read_or_fetch(site, poll_policy(site))
    for note in result.messages:
        print_line(f"{note.level}: {note.text}", err=True)
    folder = output or Path(mkdtemp(prefix="masko-gallery-"))
    page = write(result.manifest, folder, default=site.options.default, packaged=packaged_file)
    print_line(str(page))
    if not no_open and not webbrowser.open(page.absolute().as_uri()):
        click.echo("no browser found: open this page yourself", err=True)


Row: TypeAlias = tuple[str, str, str, str]


def pose_table(manifest: Manifest, default: str) -> Table:
    """Return a table of all poses.

    Args:
        manifest: What pages may show.
        default: Alias of the collection whose poses need no prefix.
    """
    columns = (
        Column(title="Write", key="write", style="cyan", no_wrap=True),
        Column(title="Name", key="name"),
        Column(title="Still", key="still"),
        Column(title="Animation", key="animation"),
    )
    return Table(columns=columns, rows=tuple(rows(manifest, default)))


def manifest_document(manifest: Manifest) -> dict[str, Any]:
    """Return name and URLs of every pose, by collection and slug, for a program."""
    return {
        alias: {
            slug: {"name": pose.name, "media": {p: m.url for p, m in pose.media()}}
            for slug, pose in sorted(collection.poses.items())
        }
        for alias, collection in sorted(manifest.collections.items())
    }


def rows(manifest: Manifest, default: str) -> Iterator[Row]:
    """Yield the row of each pose."""
    yield from (row(match, default) for match in matches(manifest))


def matches(manifest: Manifest) -> Iterator[Match]:
    """Yield all poses, in the order of aliases and slugs."""
    from mkdocs_masko.manifest import Match

    for alias, collection in sorted(manifest.collections.items()):
        for slug, pose in sorted(collection.poses.items()):
            yield Match(alias, slug, pose)


def row(match: Match, default: str) -> Row:
    """Return what to write, the name, the still and the animations of a pose."""
    return (
        sanitize(f"masko:{match.reference(default)}"),
        sanitize(match.pose.name),
        _still(match.pose),
        _animations(match.pose),
    )


def _still(pose: Pose) -> str:
    if pose.transparent_image:
        return _size(pose.transparent_image)
    return f"{_size(pose.image)} opaque" if pose.image else "none"


def _size(medium: Medium) -> str:
    return f"{medium.width}x{medium.height}"


def _animations(pose: Pose) -> str:
    formats = (" ".join(video_formats(animation)) for animation in pose.animations)
    return ", ".join(filter(None, formats)) or "none"


def video_formats(keys: Iterable[str]) -> list[str]:
    """Return the formats of videos that pages can show, by the API's keys: `mov`, `webm`."""
    keys = set(map(without_size, keys))
    return [video.name.lower() for video in EMBEDDABLE_VIDEOS if video.key in keys]


def _print_pose(manifest: Manifest, match: Match, default: str, embed: Embed) -> None:
    collection = manifest.collections[match.alias].name or match.alias
    title = f"{sanitize(match.pose.name)!r} of {sanitize(collection)!r}"
    print_table(_file_table(match, with_urls=False), title=title)
    terminal = console()
    terminal.print()
    served = _served_paths(match, embed)
    print_groups([("URLs", _urls(match)), *([("Files of the site", served)] if served else [])])
    for title, lines in (
        ("Write it in one of three ways", ways(match, default)),
        ("HTML on a page", markup(embed).splitlines()),
    ):
        terminal.print(f"\n{title}", style="bold")
        for line in lines:
            terminal.print(f"  {printable(line)}", soft_wrap=True)


def ways(match: Match, default: str) -> list[str]:
    """Return the three ways to write a pose, with its name as the alt text."""
    return [str(write(match, default)) for write in (image_snippet, macro_snippet, html_snippet)]


def _hosting(site: Site, manifest: Manifest, config_file: Path | None) -> SelfHosting | CdnHosting:
    """Return where readers load media from, for a command that downloads nothing."""
    from mkdocs_masko.assets import FOLDER, Cache, SiteFiles
    from mkdocs_masko.cli.output import show_downloads
    from mkdocs_masko.hosting import CdnHosting, SelfHosting
    from mkdocs_masko.laid_files import laid_folder
    from mkdocs_masko.site_config.settings import chosen_config, load_settings
    from mkdocs_masko.sources.docs_files import DocsFolder

    if not site.is_self_hosted:
        return CdnHosting(SiteFiles())
    path = chosen_config(config_file)
    folder = site_folder(path)
    docs = DocsFolder(folder, load_settings(path) if path else {}).path
    return SelfHosting(
        site,
        manifest,
        Cache(site.cache, warn),
        media_folder=laid_folder(site.options, folder, docs, is_needed=False) or docs / FOLDER,
        warn=warn,
        progress=show_downloads,
    )


def embed_of(
    manifest: Manifest, match: Match, default: str, hosting: SelfHosting | CdnHosting
) -> Embed:
    """Return what a page gets, in its own size, at the root of the site."""
    name = match.reference(default)
    call = make_call("masko", [name], {"alt": match.pose.name}, name)
    renderer = Renderer(manifest, hosting.files, default=default)
    embed = renderer.embed(call, StandalonePage())
    with suppress(MaskoError):  # without the bytes, nobody knows which variants are worth it
        hosting.resolve(load.file for load in embed.loads if load.file)
        embed = renderer.embed(call, StandalonePage())
    return embed


def _move(embed: Embed, target: DocsTarget | None) -> Embed:
    """Return an embed whose files lie in the folder from which the site has them."""
    from mkdocs_masko.assets import FOLDER

    if target is None or target.uri == FOLDER:
        return embed

    def moved(file: SiteFile) -> SiteFile:
        return structs.replace(file, path=target.uri + file.path.removeprefix(FOLDER))

    html = embed.html
    for file in _served(embed):  # their names have a hash, so that no text has one by chance
        html = html.replace(file.path, target.url + file.path.removeprefix(FOLDER))
    loads = (
        structs.replace(load, file=moved(load.file)) if load.file else load for load in embed.loads
    )
    return structs.replace(embed, html=html, loads=tuple(loads))


def markup(embed: Embed) -> str:
    """Return the HTML that a page gets, fit for a terminal."""
    return "\n".join(map(replace_controls, embed.html.splitlines()))


def _served(embed: Embed) -> list[SiteFile]:
    """Return the files that the site serves for a pose, each once; none where a CDN serves them."""
    return list(dict.fromkeys(load.file for load in embed.loads if load.file))


def _served_rows(match: Match, embed: Embed) -> Iterator[dict[str, Any]]:
    """Yield where each file of the site stands, and what it is made of."""
    places = {medium.url: place for place, medium in _media(match)}
    for file in _served(embed):
        shape = file.variant or file.medium
        yield {
            "path": file.path,
            "place": places[file.medium.url],
            "type": file.path.rpartition(".")[2],
            "size": f"{shape.width}x{shape.height}",
            "width": shape.width,
            "height": shape.height,
        }


def _served_paths(match: Match, embed: Embed) -> list[tuple[str, str]]:
    rows = _served_rows(match, embed)
    return [(f"{row['place']} {row['size']} {row['type']}", row["path"]) for row in rows]


def _served_table(match: Match, embed: Embed) -> Table | None:
    """Return a table of the files that the site serves, or None where a CDN serves them."""
    columns = (
        Column(title="File", key="place", style="cyan", no_wrap=True),
        Column(title="Type", key="type", no_wrap=True),
        Column(title="Size", key="size", no_wrap=True),
        Column(title="Path in the site", key="path"),
    )
    rows = list(_served_rows(match, embed))
    return make_table(columns, rows) if rows else None


def _file_table(match: Match, *, with_urls: bool) -> Table:
    """Return a table of all files of a pose."""
    columns = (
        Column(title="File", key="place", style="cyan", no_wrap=True),
        Column(title="Type", key="type", no_wrap=True),
        Column(title="Size", key="size", no_wrap=True),
        Column(title="Bytes", key="bytes", no_wrap=True),
        Column(title="Alpha", key="alpha"),
        Column(title="Seconds", key="seconds", no_wrap=True, optional=True),
        *([Column(title="URL", key="url")] if with_urls else []),
    )
    return make_table(columns, (_row(key, medium) for key, medium in _media(match)))


def _row(key: str, medium: Medium) -> dict[str, object]:
    return {
        "place": key,
        "type": MEDIA_TYPES[medium.type].suffix,
        "size": f"{medium.width}x{medium.height}",
        "bytes": "" if medium.bytes is None else format_size(medium.bytes),
        "alpha": medium.alpha,
        "seconds": medium.duration,
        "url": medium.url,
    }


def _urls(match: Match) -> list[tuple[str, str]]:
    return [(key, sanitize(medium.url)) for key, medium in _media(match)]


def _media(match: Match) -> Iterator[tuple[str, Medium]]:
    """Yield the media of a pose by key; with a number where it has several animations."""
    prefix = "animations[0]." if len(match.pose.animations) == 1 else ""
    yield from ((key.removeprefix(prefix), medium) for key, medium in match.pose.media())


def _pose_document(match: Match, default: str, embed: Embed) -> dict[str, Any]:
    """Return all that `show` prints, for a program."""
    served = [
        {name: row[name] for name in ("path", "place", "type", "width", "height")}
        for row in _served_rows(match, embed)
    ]
    return {
        "collection": match.alias,
        "pose": match.slug,
        "name": match.pose.name,
        "files": [_medium_document(key, medium) for key, medium in match.pose.media()],
        **({"served": served} if served else {}),
        "write": ways(match, default),
        "markup": markup(embed),
    }


def _medium_document(key: str, medium: Medium) -> dict[str, object]:
    properties = {field: getattr(medium, field) for field in medium.__struct_fields__}
    return {"place": key, **{n: value for n, value in properties.items() if value is not None}}
