"""`completion` and `schema`: for shells and editors."""

from __future__ import annotations

import click

_WHERE = {
    "bash": "~/.local/share/bash-completion/completions/mkdocs-masko",
    "zsh": "~/.zfunc/_mkdocs-masko   (with ~/.zfunc in fpath before compinit)",
    "fish": "~/.config/fish/completions/mkdocs-masko.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete commands and poses.

    Standard error says where to put it. Bash needs version 4.4 or later.

    \b
    Examples:
      mkdocs-masko completion fish
      mkdocs-masko completion bash > mkdocs-masko.bash
    """
    from click.shell_completion import get_completion_class

    from mkdocs_masko.cli import main

    kind = get_completion_class(shell)
    if kind is None:  # click has these three, in every version that we take
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(kind(main, {}, "mkdocs-masko", "_MKDOCS_MASKO_COMPLETE").source())
    click.echo(f"Put this where {shell} looks for it:\n  {_WHERE[shell]}", err=True)


@click.command()
@click.argument("name", metavar="options|manifest", type=click.Choice(["options", "manifest"]))
@click.option("--path", is_flag=True, help="Where it lies, instead of what it holds.")
def schema(name: str, *, path: bool) -> None:
    """Print a JSON Schema: of mkdocs.yml, or of the manifest.

    \b
    Examples:
      mkdocs-masko schema options > masko.schema.json
      mkdocs-masko schema manifest --path
    """
    from pathlib import Path

    file = Path(__file__).parents[1] / f"{name}.schema.json"
    click.echo(str(file) if path else file.read_text(encoding="utf-8"), nl=path)
