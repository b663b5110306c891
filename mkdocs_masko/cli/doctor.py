"""`doctor`."""

from __future__ import annotations

import os
import platform
import time
from contextlib import suppress
from importlib.metadata import distributions
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import click
from msgspec import Struct

from mkdocs_masko.cli.output import console, is_for_a_person, json_option, print_json
from mkdocs_masko.cli.session import desk_options, options_of
from mkdocs_masko.errors import (
    ApiError,
    ManifestError,
    ManifestMissing,
    MaskoError,
    NotFound,
    NotReady,
    Refused,
)
from mkdocs_masko.manifest import load
from mkdocs_masko.mkdocs_yml import plugins_of
from mkdocs_masko.options import SANDBOX
from mkdocs_masko.sync import connect
from mkdocs_masko.text import sanitize
from mkdocs_masko.urls import CDN_ORIGINS, SANDBOX_ORIGIN, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs_masko.api import Client
    from mkdocs_masko.sync import Site

_SIGNS = {"good": ("✓", "green"), "odd": ("!", "yellow"), "bad": ("✗", "red")}
_WIDTH = 20  # columns of the terminal for what was looked at


@click.command()
@desk_options
@json_option
@click.pass_context
def doctor(ctx: click.Context, /, *, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - where to ask
    """Look for what is wrong, and say what to do about it.

    Versions, the site's plugins, the manifest, the key, the API with its workspace, and the CDN.
    Exits with 1 when something is broken. The key is never shown.

    \b
    Examples:
      mkdocs-masko doctor
      mkdocs-masko doctor --api-url sandbox --json
    """
    from msgspec import to_builtins

    from mkdocs_masko.mkdocs_yml import find_config, load_settings
    from mkdocs_masko.sync import site_of

    path = where["config_file"] or find_config(Path.cwd())
    site = site_of(options_of(**where), path.parent if path else Path.cwd(), os.environ)
    found = []
    for finding in examine(site, load_settings(path) if path else None):
        found.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        print_json(to_builtins(found))
    if any(finding.level == "bad" for finding in found):
        ctx.exit(1)


def _print(finding: Finding) -> None:
    if not is_for_a_person():
        parts = (finding.level, finding.subject, finding.text, finding.remedy)
        click.echo("\t".join(parts))
        return
    from rich.table import Table
    from rich.text import Text

    sign, style = _SIGNS[finding.level]
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_column(no_wrap=True)
    line.add_column(width=_WIDTH, overflow="fold")
    line.add_column(overflow="fold")
    text = Text(finding.text)
    if finding.remedy:
        text.append(f"\n→ {finding.remedy}", style=style)
    line.add_row(Text(sign, style=f"bold {style}"), Text(finding.subject), text)
    console().print(line)


Level: TypeAlias = Literal["good", "odd", "bad"]

_PACKAGES: Final = (
    "mkdocs-masko",
    "mkdocs",
    "properdocs",
    "mkdocs-material",
    "mkdocs-macros-plugin",
)
_MOST_PROJECTS: Final = 3  # named in one line
_SLOW: Final = 2.0  # seconds of one call

_PRIVACY: Final = (
    "it downloads pictures but no video; leave Masko out: 'assets_exclude: [assets.masko.ai/*]'"
)
_PLUGINS: Final = {
    "privacy": _PRIVACY,
    "material/privacy": _PRIVACY,
    "glightbox": "it breaks pictures with several sources; give poses the class 'off-glb'",
    "offline": "pages from a disk show media of the CDN only with a network",
}
"""Plugins that get in the way of poses, and what to do: found by running them together."""


class Finding(Struct, frozen=True, kw_only=True):
    """One line of the report.

    Attributes:
        level: How it is.
        subject: What was looked at.
        text: How it is, in words.
        remedy: What to do; empty where nothing needs to be done.
    """

    level: Level
    subject: str
    text: str
    remedy: str = ""


def examine(site: Site, said: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Look at everything that a build and a sync depend on.

    Args:
        site: The site, or what the options would be without one.
        said: The site's configuration; None where there is none.
    """
    yield from _versions()
    yield from _configuration(said)
    yield from _manifest(site)
    key = _key(site)
    yield key
    if site.can_ask and key.level == "good":
        yield from _network(site)


def _versions() -> Iterator[Finding]:
    yield Finding(level="good", subject="Python", text=platform.python_version())
    there = {distribution.name: distribution.version for distribution in distributions()}
    for name in _PACKAGES:
        if name in there:
            yield Finding(level="good", subject=name, text=there[name])


def _configuration(said: Mapping[str, Any] | None) -> Iterator[Finding]:
    if said is None:
        yield Finding(
            level="odd",
            subject="mkdocs.yml",
            text="there is none here",
            remedy="run this in the folder of your site, or name the file with -f",
        )
        return
    plugins = plugins_of(said)
    theme = said.get("theme")
    name = theme.get("name") if isinstance(theme, dict) else theme
    yield Finding(level="good", subject="theme", text=sanitize(str(name or "mkdocs")))
    if "masko" not in plugins:
        text = "the plugin 'masko' is not switched on"
        yield Finding(level="bad", subject="plugins", text=text, remedy="run 'mkdocs-masko init'")
    for plugin, remedy in _PLUGINS.items():
        if plugin in plugins:
            yield Finding(level="odd", subject=f"plugin {plugin}", text="is used", remedy=remedy)


def _manifest(site: Site) -> Iterator[Finding]:
    name = site.manifest.name
    try:
        found = load(site.manifest, site.origins)
    except ManifestMissing:
        yield Finding(
            level="odd", subject="manifest", text=f"no {name} yet", remedy="run 'mkdocs-masko sync'"
        )
    except ManifestError as error:
        text = str(error).removeprefix(f"{name}: ")
        yield Finding(level="bad", subject="manifest", text=text, remedy="see above")
    else:
        poses = sum(len(collection.poses) for collection in found.collections.values())
        text = f"revision {found.revision}, {poses} poses, the file is {site.age} old"
        yield Finding(level="good", subject="manifest", text=text)


def _key(site: Site) -> Finding:
    name = site.options.api_key_env
    if site.options.api_url == SANDBOX:
        return Finding(level="good", subject="key", text="none is needed for the sandbox")
    if site.key is None:
        remedy = f"export {name}=masko_..., with a key from Masko's settings"
        return Finding(level="odd", subject="key", text=f"{name} is not set", remedy=remedy)
    # Whoever only looks at the key needs no library for HTTP.
    from mkdocs_masko.api.auth import bearer_for

    checked = bearer_for(site.key, name)
    if isinstance(checked, MaskoError):
        text = f"{name} holds something else"
        return Finding(level="bad", subject="key", text=text, remedy=str(checked))
    return Finding(level="good", subject="key", text=f"{name} is set and well-formed")


def _network(site: Site) -> Iterator[Finding]:
    try:
        with connect(site, wait=0) as client:
            yield from _api(client, site)
            yield _cdn(client, site)
    except ApiError as error:
        yield Finding(level="bad", subject="API", text="cannot be used", remedy=str(error))
    except MaskoError as error:
        yield Finding(level="bad", subject="options", text="cannot be used", remedy=str(error))


def _api(client: Client, site: Site) -> Iterator[Finding]:
    started = time.monotonic()
    projects = list(islice(client.projects(), _MOST_PROJECTS + 1))
    took = time.monotonic() - started
    yield _timed("API", sanitize(site.options.api_url), took)
    names = ", ".join(repr(sanitize(p.name or p.id)) for p in projects[:_MOST_PROJECTS])
    more = " and more" if len(projects) > _MOST_PROJECTS else ""
    text = f"projects {names}{more}" if projects else "no project"
    yield Finding(level="good" if projects else "odd", subject="workspace", text=text)
    for alias, collection_id in _named(site).items():
        yield _collection(client, alias, collection_id)


def _named(site: Site) -> dict[str, str]:
    return site.options.ids if site.options.collection or site.options.collections else {}


def _collection(client: Client, alias: str, collection_id: str) -> Finding:
    subject = f"collection {sanitize(alias)}"
    try:
        export = client.cdn_export(collection_id)
    except NotReady:
        text, remedy = "nothing is published yet (409)", "publish it in Masko, then sync"
        return Finding(level="odd", subject=subject, text=text, remedy=remedy)
    except ApiError as error:
        return Finding(level="bad", subject=subject, text="cannot be had", remedy=str(error))
    text = f"{sanitize(export.collection)!r}, {len(export.items)} poses published"
    return Finding(level="good", subject=subject, text=text)


def _cdn(client: Client, site: Site) -> Finding:
    url, started = _some_medium(site), time.monotonic()
    try:
        client.fetch_range(url, 0, 1)
    except (NotFound, Refused):
        pass  # it answers, and that was the question
    except ApiError as error:
        return Finding(level="bad", subject="CDN", text="cannot be reached", remedy=str(error))
    return _timed("CDN", origin_of(url), time.monotonic() - started)


def _some_medium(site: Site) -> str:
    """Return the address of a file that pages show, or one on the host that has them."""
    with suppress(ManifestError):
        for collection in load(site.manifest, site.origins).collections.values():
            for pose in collection.poses.values():
                for _, medium in pose.media():
                    return medium.url
    own = origin_of(site.options.api_url)
    origin = SANDBOX_ORIGIN if site.options.api_url == SANDBOX else own
    return f"{origin if origin in site.origins else CDN_ORIGINS[0]}/masko.png"


def _timed(subject: str, what: str, took: float) -> Finding:
    text = f"{what} answers in {took * 1000:.0f} ms"
    if took < _SLOW:
        return Finding(level="good", subject=subject, text=text)
    remedy = "a build waits 'timeout' seconds at most; build with 'mode: frozen' where that is slow"
    return Finding(level="odd", subject=subject, text=text, remedy=remedy)
