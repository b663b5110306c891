"""What the commands that ask the API have in common: where it is, and what is meant by a word."""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from mkdocs_masko.cli.options import config_option, variables
from mkdocs_masko.errors import OptionError, ReferenceProblem
from mkdocs_masko.text import sanitize, slugify, suggest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mkdocs_masko.api import Client, Objects
    from mkdocs_masko.options import Options

_TIME = 120.0  # seconds; enough for a rate limit of a minute in the middle of a walk
_TEXT = f"For all calls together [{_TIME:.0f}]."
_LONG = 1.0  # seconds of a pause that people are told of


class ApiSession:
    """Where the commands ask.

    Args:
        client: Makes the calls.
        options: What the site says, if there is one.
        signed_urls: Ask for addresses of assets that expire.
    """

    def __init__(self, client: Client, options: Options, *, signed_urls: bool) -> None:
        from mkdocs_masko.api import Objects

        self.client = client
        self.objects: Objects = Objects(client, signed_urls=signed_urls)
        self.site_ids = options.ids if options.collection or options.collections else {}

    def project(self, wanted: str) -> str:
        """Return the id of the project that is meant."""
        return self._id(wanted, self.objects.projects, "project")

    def collection(self, wanted: str) -> str:
        """Return the id of the collection that is meant; the site's own names come first."""
        known = self.site_ids.get(wanted)
        return known or self._id(wanted, self.objects.collections, "collection")

    def asset(self, wanted: str) -> str:
        """Return the id of the asset that is meant."""
        return self._id(wanted, self.objects.assets, "asset")

    def item(self, wanted: str, collection: str | None) -> tuple[str, dict[str, Any]]:
        """Return the item that is meant, with the id of its collection.

        Args:
            wanted: What was typed.
            collection: Of which collection; without one, of the site's collections.

        Raises:
            OptionError: No collection is given, and no site names one.
        """
        ids = [self.collection(collection)] if collection else [*self.site_ids.values()]
        if not ids:
            raise OptionError("say of which mascot with --collection; here is no site that does")
        owners = {item["id"]: (id_, item) for id_ in ids for item in self.objects.items(id_)}
        found = pick(wanted, [item for _, item in owners.values()], "item")
        return owners[found["id"]]

    def _id(self, wanted: str, listed: Callable[[], Iterator[Any]], kind: str) -> str:

        return wanted if is_whole_id(wanted) else str(pick(wanted, listed(), kind)["id"])


def desk_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which API is asked."""
    for option in (
        click.option("--timeout", type=click.FloatRange(0.1, 86400), metavar="SECONDS", help=_TEXT),
        click.option("--api-url", metavar="URL", help="Address of the API, or 'sandbox'."),
        config_option("The site's configuration, if there is one [mkdocs.yml]."),
    ):
        command = option(command)
    return command


@contextmanager
def open_session(
    config_file: Path | None,
    api_url: str | None,
    timeout: float | None,
    *,
    signed_urls: bool = False,
) -> Iterator[ApiSession]:
    """Open the API that the command line, the variables or the site name.

    Raises:
        OptionError: There is no key, or an option cannot be used.
    """
    from mkdocs_masko.sync import connect, site_of

    options = options_of(config_file, api_url, timeout)
    site = site_of(options, Path.cwd(), os.environ)
    if not site.can_ask:
        name = options.api_key_env
        raise OptionError(f"no key in {name}: set it, or look around with '--api-url sandbox'")
    with connect(site, wait=0, sleep=_sleep) as client:
        yield ApiSession(client, options, signed_urls=signed_urls)


def options_of(config_file: Path | None, api_url: str | None, timeout: float | None) -> Options:
    """Put together what the site and the command line say; they need not name a collection."""
    from mkdocs_masko.mkdocs_yml import find_config, find_plugin_options
    from mkdocs_masko.options import read_options

    path = config_file or find_config(Path.cwd())
    raw = {"timeout": _TIME, **((find_plugin_options(path) if path else None) or {})}
    given = {"api_url": api_url, "timeout": timeout}
    raw |= {name: value for name, value in given.items() if value is not None}
    return read_options(raw, variables(api_url), complete=False)


def _sleep(seconds: float) -> None:
    if seconds >= _LONG and sys.stderr.isatty():
        click.echo(f"the API asks for a pause of {seconds:.0f} s", err=True)
    time.sleep(seconds)


Object: TypeAlias = dict[str, Any]

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MOST_SHOWN = 5  # things named in one message


def is_whole_id(text: str) -> bool:
    """Tell whether a text can be nothing but a whole id, so that no list is needed to find it."""
    return bool(_UUID.fullmatch(text))


def pick(wanted: str, things: Iterable[Object], kind: str) -> Object:
    """Find what is meant: by id, by name, by slug, then by the start of an id or a slug.

    Args:
        wanted: What was typed.
        things: What there is, as the API lists it.
        kind: What the things are called, for messages: `collection`.

    Raises:
        ReferenceProblem: Nothing is meant, or several things are; the message says which.
    """
    there = list(things)
    for fits in _ways(wanted):
        found = [thing for thing in there if fits(thing)]
        if len(found) == 1:
            return found[0]
        if found:
            raise ReferenceProblem(_several(wanted, found, kind))
    names = {name for thing in there for name in (_name(thing), thing["id"]) if name}
    raise ReferenceProblem(
        f"no {kind} {sanitize(wanted)!r}{suggest(wanted, sorted(names))}. "
        f"Give an id, a name, or the start of one; the list of {kind}s has them."
    )


def _ways(wanted: str) -> Iterator[Callable[[Object], bool]]:
    short = slugify(wanted)
    yield lambda thing: bool(thing["id"] == wanted)
    yield lambda thing: bool(wanted) and _name(thing) == wanted
    yield lambda thing: short in _slugs(thing)
    yield (
        lambda thing: (
            str(thing["id"]).startswith(wanted.lower() or "\n")
            or any(name.startswith(short) for name in _slugs(thing))
        )
    )


def _name(thing: Object) -> str:
    return thing.get("name") or ""


def _slugs(thing: Object) -> set[str]:
    own = thing.get("public_slug") or ""
    return {own, slugify(_name(thing)) if _name(thing) else ""} - {""}


def _several(wanted: str, found: list[Object], kind: str) -> str:
    shown = ", ".join(map(named, found[:_MOST_SHOWN]))
    more = f" and {len(found) - _MOST_SHOWN} more" if len(found) > _MOST_SHOWN else ""
    return (
        f"{sanitize(wanted)!r} can be {len(found)} {kind}s: {shown}{more}. "
        "Write more of it, or the id."
    )


def named(thing: Object) -> str:
    """Say which thing is meant: its name and its id."""
    name, id_ = sanitize(_name(thing)), sanitize(str(thing["id"]))
    return f"{name!r} ({id_})" if name else id_
