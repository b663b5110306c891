"""`show` and `snippets`: the manifest's poses, for people and editors."""

from __future__ import annotations

import json
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from mkdocs_masko.cli.options import _site, patience_of, site_from, site_options
from mkdocs_masko.cli.output import (
    Column,
    Grid,
    console,
    grid,
    is_for_a_person,
    json_option,
    print_grid,
    print_groups,
    print_json,
)
from mkdocs_masko.errors import MaskoError
from mkdocs_masko.media_types import EMBEDDABLE_VIDEOS, MEDIA_TYPES, without_size
from mkdocs_masko.rendering import Renderer, StandalonePage, make_call
from mkdocs_masko.snippets import html_snippet, image_snippet, macro_snippet
from mkdocs_masko.text import format_size, replace_controls, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from mkdocs_masko.manifest import Manifest, Match, Medium, Pose
    from mkdocs_masko.sync import Site


def pose_names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Offer the poses of the manifest, as pages name them."""
    found: list[str] = []
    with suppress(MaskoError, OSError):  # a shell has no place for an error
        found = list(_poses(_site(ctx)))
    return [name for name in found if name.startswith(incomplete.removeprefix("masko:"))]


def _poses(site: Site) -> Iterator[str]:
    from mkdocs_masko.sync import reload

    for written, *_ in rows(reload(site), site.options.default):
        yield written.removeprefix("masko:")


@click.command()
@click.argument("pose", metavar="POSE", shell_complete=pose_names)
@site_options
@json_option
def show(*, pose: str, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - the options of the site
    """Show a pose: its files, its markup, and how to write it.

    POSE is written as on pages: wave, "Plush Swagger", owl/wave. It asks nobody: it reads the
    manifest.

    \b
    Examples:
      mkdocs-masko show wave
      mkdocs-masko show wave --json
    """
    from mkdocs_masko.manifest import find_pose
    from mkdocs_masko.sync import prepare

    site = site_from(mode="frozen", **where)
    manifest = prepare(site, patience_of(site)).manifest
    match = find_pose(manifest, pose.removeprefix("masko:"), site.options.default)
    if as_json:
        print_json(document(manifest, match, site.options.default))
    elif is_for_a_person():
        _print(manifest, match, site.options.default)
    else:
        print_grid(files(match, addressed=True))


def _print(manifest: Manifest, match: Match, default: str) -> None:
    owner = manifest.collections[match.alias].name or match.alias
    title = f"{sanitize(match.pose.name)!r} of {sanitize(owner)!r}"
    print_grid(files(match, addressed=False), title=title)
    print_groups([("\nAddresses", addresses(match))])
    terminal = console()
    for title, lines in (
        ("Write it in one of three ways", ways(match, default)),
        ("What a page gets", markup(manifest, match, default).splitlines()),
    ):
        terminal.print(f"\n{title}", style="bold")
        for line in lines:
            terminal.print(f"  {line}", soft_wrap=True)


def ways(match: Match, default: str) -> list[str]:
    """Return the three ways to write a pose, with its name as the text for those who hear it."""
    return [str(write(match, default)) for write in (image_snippet, macro_snippet, html_snippet)]


def markup(manifest: Manifest, match: Match, default: str) -> str:
    """Return the HTML that a page gets."""
    name = match.reference(default)
    call = make_call("masko", [name], {"alt": match.pose.name}, name)
    return visible_lines(Renderer(manifest, default=default).embed(call, StandalonePage()).html)


def visible_lines(text: str) -> str:
    """Make text fit for a terminal, line by line."""
    return "\n".join(map(replace_controls, text.splitlines()))


def files(match: Match, *, addressed: bool) -> Grid:
    """Return a table of all files of a pose, with or without their addresses."""
    columns = (
        Column(title="File", key="place", style="cyan", whole=True),
        Column(title="Type", key="type", whole=True),
        Column(title="Size", key="size", whole=True),
        Column(title="Bytes", key="bytes", whole=True),
        Column(title="Alpha", key="alpha"),
        Column(title="Seconds", key="seconds", whole=True, spare=True),
        *([Column(title="Address", key="url")] if addressed else []),
    )
    return grid(columns, (_row(place, medium) for place, medium in _media(match)))


def addresses(match: Match) -> list[tuple[str, str]]:
    """Return the address of every file by its place in the pose."""
    return [(place, sanitize(medium.url)) for place, medium in _media(match)]


def _media(match: Match) -> Iterator[tuple[str, Medium]]:
    """Yield the files; which animation one is of is said where there are several."""
    prefix = "animations[0]." if len(match.pose.animations) == 1 else ""
    yield from ((place.removeprefix(prefix), medium) for place, medium in match.pose.media())


def document(manifest: Manifest, match: Match, default: str) -> dict[str, Any]:
    """Return all of it for a program."""
    return {
        "collection": match.alias,
        "pose": match.slug,
        "name": match.pose.name,
        "files": [_facts(place, medium) for place, medium in match.pose.media()],
        "write": ways(match, default),
        "markup": markup(manifest, match, default),
    }


def _row(place: str, medium: Medium) -> dict[str, object]:
    return {
        "place": place,
        "type": MEDIA_TYPES[medium.type].suffix,
        "size": f"{medium.width}x{medium.height}",
        "bytes": "" if medium.bytes is None else format_size(medium.bytes),
        "alpha": medium.alpha,
        "seconds": medium.duration,
        "url": medium.url,
    }


def _facts(place: str, medium: Medium) -> dict[str, object]:
    facts = {field: getattr(medium, field) for field in medium.__struct_fields__}
    return {"place": place, **{field: fact for field, fact in facts.items() if fact is not None}}


Row: TypeAlias = tuple[str, str, str, str]

_COLUMNS: Row = ("Write", "Name", "Still", "Animation")


def as_table(manifest: Manifest, default: str) -> Table:
    """Return a table for a terminal."""
    from rich.table import Table
    from rich.text import Text

    table = Table(*_COLUMNS, box=None, header_style="bold")
    table.columns[0].no_wrap = True  # it is there to be copied
    for first, *others in rows(manifest, default):
        table.add_row(Text(first, style="cyan"), *map(Text, others))
    return table


def as_lines(manifest: Manifest, default: str) -> Iterator[str]:
    """Yield one line a pose, its parts parted by tabs, for other programs."""
    yield from ("\t".join(row) for row in rows(manifest, default))


def as_document(manifest: Manifest) -> str:
    """Return one JSON document: by collection and pose what there is."""
    document = {
        alias: {
            slug: {"name": pose.name, "media": {p: m.url for p, m in pose.media()}}
            for slug, pose in sorted(collection.poses.items())
        }
        for alias, collection in sorted(manifest.collections.items())
    }
    return json.dumps(document, indent=2, ensure_ascii=True)


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


@click.command(name="list")
@site_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def list_(*, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - the options of the site
    """List the poses that pages may show, from the manifest.

    \b
    Examples:
      mkdocs-masko list
      mkdocs-masko list --json
    """
    from mkdocs_masko.sync import prepare

    site = site_from(mode="frozen", **where)
    manifest = prepare(site, patience_of(site)).manifest
    if as_json:
        click.echo(as_document(manifest))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console().print(as_table(manifest, site.options.default))
    else:
        click.echo("\n".join(as_lines(manifest, site.options.default)))


@click.command()
@site_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write it to [a new one among the temporary files].",
)
@click.option("--no-open", is_flag=True, help="Write it only; open no browser.")
def gallery(*, output: Path | None, no_open: bool, **where: Any) -> None:  # noqa: ANN401 - the options of the site
    """Look at all poses in a browser.

    Shows every pose as picture and animation, its files and what is missing, and the Markdown to
    copy. It is a folder of files, which needs no server. The poses are those of the manifest;
    where there is none, those that the API has now. The manifest is not written.

    \b
    Examples:
      mkdocs-masko gallery
      mkdocs-masko gallery --collection fox --api-url sandbox
      mkdocs-masko gallery --output poses --no-open
    """
    from mkdocs_masko.gallery import write
    from mkdocs_masko.sync import read_or_fetch

    site = site_from(**where)
    outcome = read_or_fetch(site, patience_of(site))
    for note in outcome.messages:
        click.echo(f"{note.level}: {note.text}", err=True)
    folder = output or Path(mkdtemp(prefix="masko-gallery-"))
    page = write(outcome.manifest, folder, default=site.options.default, packaged=_file)
    click.echo(page)
    if not no_open and not webbrowser.open(page.absolute().as_uri()):
        click.echo("there is no browser to open it with", err=True)


def _file(url: str) -> Path | None:
    """The embedded sandbox's media are copied: nobody serves them."""
    from mkdocs_masko.sandbox import media_file
    from mkdocs_masko.urls import SANDBOX_ORIGIN

    origin, path = url[: len(SANDBOX_ORIGIN)], url[len(SANDBOX_ORIGIN) :]
    return media_file(path) if origin == SANDBOX_ORIGIN else None
