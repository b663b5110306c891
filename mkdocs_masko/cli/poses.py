"""`list`, `show` and `gallery`: the poses of the manifest."""

from __future__ import annotations

import webbrowser
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from mkdocs_masko.cli.options import completion_site, load_site, poll_policy, site_options
from mkdocs_masko.cli.output import (
    Column,
    Table,
    console,
    is_terminal,
    json_option,
    make_table,
    print_groups,
    print_json,
    print_table,
)
from mkdocs_masko.errors import MaskoError
from mkdocs_masko.rendering import ManifestUrls, Renderer, make_call
from mkdocs_masko.text import replace_controls, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.manifest import Manifest, Match, Medium, Pose


def pose_names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Complete a pose of the manifest, as pages name it."""
    from mkdocs_masko.sync import reload

    names: list[str] = []
    with suppress(MaskoError, OSError):  # a shell has no place for an error
        site = completion_site(ctx)
        written = (row[0] for row in rows(reload(site), site.options.default))
        names = [text.removeprefix("masko:") for text in written]
    return [name for name in names if name.startswith(incomplete.removeprefix("masko:"))]


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

    POSE is written as on pages: wave, "Plush Swagger", owl/wave. The command reads the manifest
    and uses no network.

    \b
    Examples:
      mkdocs-masko show wave
      mkdocs-masko show wave --json
    """
    from mkdocs_masko.manifest import find
    from mkdocs_masko.sync import prepare

    site = load_site(mode="frozen", **where)
    manifest = prepare(site, poll_policy(site)).manifest
    match = find(manifest, pose.removeprefix("masko:"), site.options.default)
    if as_json:
        print_json(_pose_document(manifest, match, site.options.default))
    elif is_terminal():
        _print_pose(manifest, match, site.options.default)
    else:
        print_table(_file_table(match, with_urls=True))


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
    from mkdocs_masko.gallery import write
    from mkdocs_masko.sync import read_or_fetch

    site = load_site(**where)
    result = read_or_fetch(site, poll_policy(site))
    for note in result.notes:
        click.echo(f"{note.level}: {note.text}", err=True)
    folder = output or Path(mkdtemp(prefix="masko-gallery-"))
    page = write(result.manifest, folder, default=site.options.default, find=_sandbox_file)
    click.echo(page)
    if not no_open and not webbrowser.open(page.absolute().as_uri()):
        click.echo("no browser found: open this page yourself", err=True)


def _sandbox_file(url: str) -> Path | None:
    """Return the file behind a URL of the embedded sandbox, which no server serves."""
    from mkdocs_masko.sandbox import media_file
    from mkdocs_masko.urls import SANDBOX_ORIGIN

    origin, path = url[: len(SANDBOX_ORIGIN)], url[len(SANDBOX_ORIGIN) :]
    return media_file(path) if origin == SANDBOX_ORIGIN else None


Row: TypeAlias = tuple[str, str, str, str]

FORMATS = {
    "transparent_video_mov": "mov",
    "transparent_video_webm": "webm",
    "video": "mp4",
}
"""What people call the API's videos, those that pages show."""


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
    """Yield what to write, the name, the still and the animations of each pose."""
    for alias, collection in sorted(manifest.collections.items()):
        prefix = "" if alias == default else f"{alias}/"
        for slug, pose in sorted(collection.poses.items()):
            yield (
                sanitize(f"masko:{prefix}{slug}"),
                sanitize(pose.name),
                _still(pose),
                _animations(pose),
            )


def _still(pose: Pose) -> str:
    if pose.transparent_image:
        return _size(pose.transparent_image)
    return f"{_size(pose.image)} opaque" if pose.image else "none"


def _size(medium: Medium) -> str:
    return f"{medium.width}x{medium.height}"


def _animations(pose: Pose) -> str:
    shown = (" ".join(f for key, f in FORMATS.items() if key in a) for a in pose.animations)
    return ", ".join(filter(None, shown)) or "none"


def _print_pose(manifest: Manifest, match: Match, default: str) -> None:
    collection = manifest.collections[match.alias].name or match.alias
    title = f"{sanitize(match.pose.name)!r} of {sanitize(collection)!r}"
    print_table(_file_table(match, with_urls=False), title=title)
    print_groups([("\nURLs", _urls(match))])
    terminal = console()
    for title, lines in (
        ("Write it in one of three ways", ways(match, default)),
        ("HTML on a page", markup(manifest, match, default).splitlines()),
    ):
        terminal.print(f"\n{title}", style="bold")
        for line in lines:
            terminal.print(f"  {line}", soft_wrap=True)


_KILO: Final = 1024
_TYPES: Final = {"video/quicktime": "mov"}


def ways(match: Match, default: str) -> list[str]:
    """Return the three ways to write a pose, with its name as the text for those who hear it."""
    name, alt = match.reference(default), _alt(match)
    return [
        f"![{alt}](masko:{name})",
        f'{{{{ masko("{name}", alt="{alt}") }}}}',
        f'<img src="masko:{name}" alt="{alt}">',
    ]


def _alt(match: Match) -> str:
    """Return the name without what has a meaning in one of the three ways."""
    plain = sanitize(match.pose.name)
    return "".join(c for c in plain if c not in '"[]{}<>\\`&') or match.slug


def markup(manifest: Manifest, match: Match, default: str) -> str:
    """Return the HTML that a page gets, fit for a terminal."""
    name = match.reference(default)
    call = make_call("masko", [name], {"alt": _alt(match)}, name)
    html = Renderer(manifest, default=default).render(call, ManifestUrls())
    return "\n".join(map(replace_controls, html.splitlines()))


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
        "type": _TYPES.get(medium.type) or medium.type.partition("/")[2],
        "size": f"{medium.width}x{medium.height}",
        "bytes": _spoken(medium.bytes),
        "alpha": medium.alpha,
        "seconds": medium.duration,
        "url": medium.url,
    }


def _spoken(size: int | None) -> str:
    if size is None:
        return ""
    return f"{size} B" if size < _KILO else f"{size / _KILO:.0f} kB"


def _urls(match: Match) -> list[tuple[str, str]]:
    return [(key, sanitize(medium.url)) for key, medium in _media(match)]


def _media(match: Match) -> Iterator[tuple[str, Medium]]:
    """Yield the media of a pose by key; with a number where it has several animations."""
    prefix = "animations[0]." if len(match.pose.animations) == 1 else ""
    yield from ((key.removeprefix(prefix), medium) for key, medium in match.pose.media())


def _pose_document(manifest: Manifest, match: Match, default: str) -> dict[str, Any]:
    """Return all that `show` prints, for a program."""
    return {
        "collection": match.alias,
        "pose": match.slug,
        "name": match.pose.name,
        "files": [_medium_document(key, medium) for key, medium in match.pose.media()],
        "write": ways(match, default),
        "markup": markup(manifest, match, default),
    }


def _medium_document(key: str, medium: Medium) -> dict[str, object]:
    properties = {field: getattr(medium, field) for field in medium.__struct_fields__}
    return {"place": key, **{n: value for n, value in properties.items() if value is not None}}
