"""`show` and `snippets`: the manifest's poses, for people and editors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mkdocs_masko.cli.completing import pose_names
from mkdocs_masko.cli.output import (
    console,
    is_for_a_person,
    json_option,
    print_grid,
    print_groups,
    print_json,
)
from mkdocs_masko.cli.site import patience_of, site_from, site_options
from mkdocs_masko.errors import OptionError

if TYPE_CHECKING:
    from mkdocs_masko.manifest import Manifest, Match

_TARGET = ".vscode/masko.code-snippets"


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
    from mkdocs_masko.manifest import find
    from mkdocs_masko.showing import document, files
    from mkdocs_masko.sync import prepare

    site = site_from(mode="frozen", **where)
    manifest = prepare(site, patience_of(site)).manifest
    match = find(manifest, pose.removeprefix("masko:"), site.options.default)
    if as_json:
        print_json(document(manifest, match, site.options.default))
    elif is_for_a_person():
        _print(manifest, match, site.options.default)
    else:
        print_grid(files(match, addressed=True))


def _print(manifest: Manifest, match: Match, default: str) -> None:
    from mkdocs_masko.showing import addresses, files, markup, ways
    from mkdocs_masko.text import one_line

    owner = manifest.collections[match.alias].name or match.alias
    title = f"{one_line(match.pose.name)!r} of {one_line(owner)!r}"
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


@click.command()
@site_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help=f"The file, or - for standard output [{_TARGET}].",
)
def snippets(*, output: Path | None, **where: Any) -> None:  # noqa: ANN401 - the options of the site
    """Write snippets of all poses for VS Code.

    Type the start of a pose's name in a Markdown file, and VS Code offers what shows it.

    \b
    Examples:
      mkdocs-masko snippets
      mkdocs-masko snippets -o - | head
    """
    from mkdocs_masko.manifest.file import replace_file
    from mkdocs_masko.snippets import snippets as text_of
    from mkdocs_masko.sync import prepare

    site = site_from(mode="frozen", **where)
    text = text_of(prepare(site, patience_of(site)).manifest, site.options.default)
    if str(output) == "-":
        click.echo(text, nl=False)
        return
    path = output or site.manifest.parent / _TARGET
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode())
    except OSError as error:
        raise OptionError(f"{path}: cannot be written: {error.strerror}") from None
    click.echo(f"{output or _TARGET}: written")
