"""`completion`, `schema` and `snippets`: help while typing, in shells and editors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from mkdocs_masko.cli.options import load_site, poll_policy, site_options
from mkdocs_masko.cli.output import print_line
from mkdocs_masko.cli.poses import matches, row
from mkdocs_masko.errors import OptionError
from mkdocs_masko.snippets import image_snippet, macro_snippet
from mkdocs_masko.text import escape_json
from mkdocs_masko.urls import SCHEME

if TYPE_CHECKING:
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.snippets import Snippet

_SNIPPETS_FILE: Final = ".vscode/masko.code-snippets"

_COMPLETION_FILES: Final = {
    "bash": "~/.local/share/bash-completion/completions/mkdocs-masko",
    "zsh": "~/.zfunc/_mkdocs-masko   (with ~/.zfunc in fpath before compinit)",
    "fish": "~/.config/fish/completions/mkdocs-masko.fish",
    "powershell": "the file $PROFILE, or another one that it loads: . path/to/mkdocs-masko.ps1",
}


@click.command()
@click.argument("shell", type=click.Choice([*_COMPLETION_FILES]))
def completion(shell: str) -> None:
    """Print a script that completes commands and poses in a shell.

    Standard error says where to save it. Bash must be version 4.4 or later.

    \b
    Examples:
      mkdocs-masko completion fish
      mkdocs-masko completion bash > mkdocs-masko.bash
    """
    from click.shell_completion import get_completion_class

    import mkdocs_masko.cli.powershell  # noqa: F401 - adds the shell to those of click
    from mkdocs_masko.cli import main
    from mkdocs_masko.cli.group import COMPLETION_VARIABLE

    kind = get_completion_class(shell)
    if kind is None:  # for the type checker: all of these are known
        raise click.UsageError(f"No completion for {shell}.")
    # As bytes, because no shell but PowerShell reads the line ends that Python writes on Windows.
    click.echo(kind(main, {}, "mkdocs-masko", COMPLETION_VARIABLE).source().encode())
    click.echo(f"Save this where {shell} finds it:\n  {_COMPLETION_FILES[shell]}", err=True)


@click.command()
@click.argument("name", metavar="options|manifest", type=click.Choice(["options", "manifest"]))
@click.option("--path", is_flag=True, help="Print the path of the schema instead.")
def schema(name: str, *, path: bool) -> None:
    """Print the JSON Schema of mkdocs.yml or of the manifest.

    \b
    Examples:
      mkdocs-masko schema options > masko.schema.json
      mkdocs-masko schema manifest --path
    """
    file = Path(__file__).parents[1] / f"{name}.schema.json"
    click.echo(str(file) if path else file.read_text(encoding="utf-8"), nl=path)


@click.command()
@site_options
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help=f"File to write, or - for standard output [{_SNIPPETS_FILE}].",
)
def snippets(*, output: Path | None, **where: Any) -> None:  # noqa: ANN401 - site_options
    """Write VS Code snippets for all poses.

    Type the start of a pose's name in a Markdown file, and VS Code offers to embed it.

    \b
    Examples:
      mkdocs-masko snippets
      mkdocs-masko snippets -o - | head
    """
    from mkdocs_masko.files import replace_file
    from mkdocs_masko.sync import prepare

    site = load_site(mode="frozen", **where)
    text = snippets_file(prepare(site, poll_policy(site)).manifest, site.options.default)
    if str(output) == "-":
        click.echo(escape_json(text), nl=False)
        return
    path = output or site.manifest.parent / _SNIPPETS_FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode())
    except OSError as error:
        raise OptionError(f"{path.as_posix()}: cannot be written: {error.strerror}") from None
    print_line(f"{output or _SNIPPETS_FILE}: written")


def snippets_file(manifest: Manifest, default: str) -> str:
    """Return a snippets file of all poses.

    Args:
        manifest: What pages may show.
        default: Alias of the collection whose poses need no prefix.

    Returns:
        JSON as VS Code reads it: https://code.visualstudio.com/docs/editor/userdefinedsnippets
    """
    entries: dict[str, dict[str, object]] = {}
    for match in matches(manifest):
        written, name, still, animation = row(match, default)
        reference = written.removeprefix(SCHEME)
        description = f"{name}: still {still}, animation {animation}"
        entries[f"{written} as an image"] = {
            "scope": "markdown",
            "prefix": [written, reference],
            "body": _body(image_snippet(match, default)),
            "description": description,
        }
        entries[f"{written} as a macro"] = {
            "scope": "markdown,html,jinja-html",
            "prefix": [f"masko({reference}", f'masko("{reference}'],
            "body": _body(macro_snippet(match, default)),
            "description": description,
        }
    return json.dumps(entries, indent=2, ensure_ascii=True) + "\n"


def _body(snippet: Snippet) -> str:
    """Write a snippet with its alt text as the first tab stop, and the end as the last one."""
    before, after = (re.sub(r"[\\$]", r"\\\g<0>", part) for part in (snippet.before, snippet.after))
    alt = re.sub(r"[\\$}]", r"\\\g<0>", snippet.alt)
    return f"{before}${{1:{alt}}}{after}$0"
