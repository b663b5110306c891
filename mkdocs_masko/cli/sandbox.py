"""`sandbox`: the API and its CDN on this machine, until it is stopped."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import click

_PORT: Final = 8765  # always the same, so that URLs in a manifest stay valid


def _help() -> str:
    """Return the help, with every fault that there is."""
    from mkdocs_masko.sandbox.faults import FAULTS

    examples = [example for kind in FAULTS.values() for example in kind.examples]
    width = max(len(text) for text, _ in examples)
    rows = "\n".join(f"  {text.ljust(width)}   {effect}" for text, effect in examples)
    return _HELP.format(faults=rows)


_FAULT_TEXT: Final = "Inject a fault; with @PATTERN at its end, for some paths only."
_HELP: Final = """Run a local API and CDN with sample mascots.

Accepts any well-formed key. Collections: fox (complete), owl (every odd case) and draft (not
published: 409). It answers to this machine only.

\b
Faults:
{faults}

\b
Examples:
  mkdocs-masko sandbox
  mkdocs-masko sandbox --port 9000 --fault not-ready:3
"""


@click.command(help=_help())
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    help="0 takes any free port.",
)
@click.option("--fault", "faults", multiple=True, metavar="FAULT", help=_FAULT_TEXT)
def sandbox(port: int, faults: tuple[str, ...]) -> None:
    """Run the sandbox until it is stopped."""
    from threading import Event

    from mkdocs_masko.sandbox import Fault, Limits, Sandbox

    # Nobody looks at the requests of a server that may run for days.
    with Sandbox(
        port=port, faults=[Fault.parse(text) for text in faults], limits=Limits(requests=1)
    ) as server:
        click.echo(f"API:  {server.api_url}\nCDN:  {server.cdn_url}\n")
        click.echo("Use it with:\n")
        click.echo(f"  export MASKO_API_URL={server.api_url}")
        click.echo(f"  export MASKO_API_KEY=masko_{'1' * 64}\n\nPress Ctrl+C to stop.")
        with suppress(KeyboardInterrupt):
            Event().wait()
