"""`sandbox`: the API and its CDN on this machine, until it is stopped."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import click

_PORT: Final = 8765  # always the same, so that URLs in a manifest stay valid


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    help="0 takes any free port.",
)
@click.option("--fault", "faults", multiple=True, metavar="FAULT", help="Inject a fault.")
def sandbox(port: int, faults: tuple[str, ...]) -> None:
    """Run a local API and CDN with sample mascots.

    Accepts any well-formed key. Collections: fox (complete), owl (every odd case) and draft
    (not published: 409).

    \b
    Faults:
      not-ready:3          answer 409 to the next 3 exports
      not-ready:20s        answer 409 to exports for 20 seconds
      rate-limit:2:5       answer 429 twice, with 'Retry-After: 5'
      error:503:2          answer 503 twice
      placeholder:*.webm   serve the placeholder picture at these URLs

    \b
    Examples:
      mkdocs-masko sandbox
      mkdocs-masko sandbox --port 9000 --fault not-ready:3
    """
    from threading import Event

    from mkdocs_masko.sandbox import Fault, Sandbox

    with Sandbox(port=port, faults=[Fault.parse(text) for text in faults]) as server:
        click.echo(f"API:  {server.api_url}\nCDN:  {server.cdn_url}\n")
        click.echo("Use it with:\n")
        click.echo(f"  export MASKO_API_URL={server.api_url}")
        click.echo(f"  export MASKO_API_KEY=masko_{'1' * 64}\n\nPress Ctrl+C to stop.")
        with suppress(KeyboardInterrupt):
            Event().wait()
