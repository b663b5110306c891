"""`sandbox`."""

from __future__ import annotations

from contextlib import suppress

import click

_PORT = 8765


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=_PORT, show_default=True)
@click.option("--fault", "faults", multiple=True, metavar="FAULT", help="Misbehave; see above.")
def sandbox(port: int, faults: tuple[str, ...]) -> None:
    """Serve the API and its CDN, with invented mascots.

    It runs on this machine and accepts any well-formed key. Collections: fox (complete), owl
    (every odd case) and draft (not published: 409).

    \b
    Faults:
      not-ready:3          answer 409 to the next 3 exports
      not-ready:20s        answer 409 to exports for 20 seconds
      rate-limit:2:5       answer 429 twice, with 'Retry-After: 5'
      error:503:2          answer 503 twice
      placeholder:*.webm   serve the placeholder picture at these addresses

    \b
    Examples:
      mkdocs-masko sandbox
      mkdocs-masko sandbox --port 9000 --fault not-ready:3
    """
    from threading import Event

    from mkdocs_masko.sandbox import Fault, Sandbox

    with Sandbox(port=port, faults=[Fault.parse(text) for text in faults]) as running:
        click.echo(f"API:  {running.api_url}\nCDN:  {running.cdn_url}\n")
        click.echo("Use it with:\n")
        click.echo(f"  export MASKO_API_URL={running.api_url}")
        click.echo(f"  export MASKO_API_KEY=masko_{'1' * 64}\n\nStop it with Ctrl+C.")
        with suppress(KeyboardInterrupt):
            Event().wait()
