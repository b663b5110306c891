"""`doctor`: everything that a build and a sync depend on, checked one after the other."""

from __future__ import annotations

import os
import platform
import time
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import click
from msgspec import Struct, to_builtins

from mkdocs_masko.cli.output import console, is_terminal, json_option, print_json
from mkdocs_masko.cli.session import session_options, session_plugin_options
from mkdocs_masko.errors import (
    ApiError,
    ManifestError,
    ManifestMissing,
    MaskoError,
    NotFound,
    NotReady,
    OptionError,
    RequestRejected,
)
from mkdocs_masko.files import relative_name
from mkdocs_masko.generator import (
    GENERATORS,
    NAMES,
    TESTED_ZENSICAL,
    generator_for,
    installed_themes,
    installed_versions,
    missing_plugins,
    runs_plugins,
    shows_poses,
    theme_of,
    theme_remedy,
)
from mkdocs_masko.manifest import load
from mkdocs_masko.options import PLUGIN_OPTIONS, SANDBOX
from mkdocs_masko.site_config.settings import (
    chosen_config,
    extensions_of,
    first_config,
    is_toml,
    load_settings,
    missing_extension,
    plugins_of,
)
from mkdocs_masko.sync import connect, require_ids, site_of
from mkdocs_masko.text import format_size, list_some, printable, sanitize
from mkdocs_masko.urls import CDN_ORIGINS, SANDBOX_ORIGIN, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs_masko.api import Client
    from mkdocs_masko.generator import Generator
    from mkdocs_masko.sync import Site

Level: TypeAlias = Literal["ok", "warning", "error"]

_SIGNS: Final[dict[Level, tuple[str, str]]] = {
    "ok": ("✓", "green"),
    "warning": ("!", "yellow"),
    "error": ("✗", "red"),
}
_WIDTH: Final = 20  # columns of the terminal for the subject
_MAX_PROJECTS: Final = 3  # named in one line
_SLOW: Final = 2.0  # seconds of one request

_PACKAGES: Final = (
    "mkdocs-masko",
    "mkdocs",
    "properdocs",
    "zensical",
    "mkdocs-material",
    "mkdocs-macros-plugin",
)

_PRIVACY_REMEDY: Final = (
    "it downloads images but not videos; exclude Masko: 'assets_exclude: [assets.masko.ai/*]'"
)
_PLUGIN_REMEDIES: Final = {
    "privacy": _PRIVACY_REMEDY,
    "material/privacy": _PRIVACY_REMEDY,
    "offline": "pages opened from disk need a network for media of the CDN",
}
"""Plugins that interfere with poses, and what to do about it."""

_ZENSICAL_LIMITS: Final = (
    "builds read the manifest alone and never sync; templates of the theme cannot show poses"
)
_INIT: Final = "run 'mkdocs-masko init'"


class Finding(Struct, frozen=True, kw_only=True):
    """One line of the report.

    Attributes:
        level: Whether something needs to be done.
        subject: What was checked.
        text: What the check found.
        remedy: What to do; empty if nothing needs to be done.
    """

    level: Level
    subject: str
    text: str
    remedy: str = ""


@click.command()
@session_options
@json_option
@click.pass_context
def doctor(ctx: click.Context, /, *, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - session_options
    """Find problems and say how to fix them.

    Checks versions, the site's plugins, the manifest, the key, the API with its workspace, and the
    CDN; for Zensical also the Markdown extension, 'watch' and the files that pages load. Exits with
    1 if there is an error. Never prints the key.

    \b
    Examples:
      mkdocs-masko doctor
      mkdocs-masko doctor --api-url sandbox --json
    """
    path = chosen_config(where["config_file"])
    folder = path.parent if path else Path.cwd()
    options = session_plugin_options(**where)
    site = site_of(options, folder, os.environ, api_url=where["api_url"])
    findings = []
    for finding in examine(site, path, load_settings(path) if path else None):
        findings.append(finding)
        if not as_json:
            _print(finding)  # at once, as the network may be slow
    if as_json:
        print_json(to_builtins(findings))
    if any(finding.level == "error" for finding in findings):
        ctx.exit(1)


def _print(finding: Finding) -> None:
    if not is_terminal():
        parts = (finding.level, finding.subject, finding.text, finding.remedy)
        click.echo("\t".join(map(printable, parts)))
        return
    from rich.table import Table
    from rich.text import Text

    sign, style = _SIGNS[finding.level]
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_column(no_wrap=True)
    line.add_column(width=_WIDTH, overflow="fold")
    line.add_column(overflow="fold")
    text = Text(printable(finding.text))
    if finding.remedy:
        text.append(f"\n→ {printable(finding.remedy)}", style=style)
    line.add_row(Text(sign, style=f"bold {style}"), Text(printable(finding.subject)), text)
    console().print(line)


def examine(site: Site, path: Path | None, settings: Mapping[str, Any] | None) -> Iterator[Finding]:
    """Check everything that a build and a sync depend on.

    Args:
        site: The site, or what the options would be without one.
        path: The site's configuration; None if there is none.
        settings: Its content.
    """
    versions = installed_versions()
    yield from _check_versions(versions)
    if path is None or settings is None:
        yield Finding(
            level="warning",
            subject="mkdocs.yml",
            text="not in this folder, and no zensical.toml",
            remedy=(
                "run this in the folder of your site, name the file with -f, or create a site: "
                f"'{generator_for(Path('mkdocs.yml'), {}, versions)} new .'"
            ),
        )
        manifest_remedy = ""
    else:
        generator = generator_for(path, settings, versions)
        yield _check_host(path, generator, versions)
        yield _check_theme(theme_of(settings, generator), generator)
        if runs_plugins(generator):
            yield from _check_plugins(settings, generator)
            if "zensical" in versions and "masko" in extensions_of(settings):  # both build the site
                yield _check_host(path, "zensical", versions)
                yield from _check_zensical(site, path.parent, settings)
        else:
            yield from _check_zensical(site, path.parent, settings)
        yield from _check_other_config(path)
        is_set_up = shows_poses(settings, generator)
        if is_set_up:
            yield from _check_collection_option(site)
        manifest_remedy = _sync_remedy(site) if is_set_up else _INIT
    yield from _check_manifest(site, manifest_remedy)
    if site.is_self_hosted:
        yield _check_videos(site)
        yield _check_cache(site)
    key = _check_key(site)
    yield key
    if site.has_api_access and key.level == "ok":
        yield from _check_network(site)


def _check_versions(versions: Mapping[str, str]) -> Iterator[Finding]:
    yield Finding(level="ok", subject="Python", text=platform.python_version())
    if not versions.keys() & set(GENERATORS):
        text = "none of MkDocs, ProperDocs and Zensical is installed"
        yield Finding(level="error", subject="mkdocs", text=text, remedy="pip install mkdocs")
    for name in _PACKAGES:
        if name in versions:
            yield Finding(level="ok", subject=name, text=versions[name])


def _check_host(path: Path, generator: Generator, versions: Mapping[str, str]) -> Finding:
    name, version = NAMES[generator], versions.get(generator)
    if version is None:
        text = f"{name}, which builds {sanitize(path.name)}, is not installed"
        remedy = f"pip install 'mkdocs-masko[{generator}]'"
        return Finding(level="error", subject="host", text=text, remedy=remedy)
    text = f"{name} {version} builds {sanitize(path.name)}"
    if generator == "zensical" and version != TESTED_ZENSICAL:
        text += f"; mkdocs-masko is tested with {TESTED_ZENSICAL}"
    return Finding(level="ok", subject="host", text=text)


def _check_theme(theme: str | None, generator: Generator) -> Finding:
    if theme is None:
        return Finding(level="ok", subject="theme", text="the folder 'custom_dir'")
    if theme in installed_themes(generator):
        return Finding(level="ok", subject="theme", text=sanitize(theme))
    text = f"{sanitize(theme)!r} is not installed, so that '{generator} build' fails"
    remedy = theme_remedy(theme, generator)
    return Finding(level="error", subject="theme", text=text, remedy=remedy)


def _check_plugins(settings: Mapping[str, Any], generator: Generator) -> Iterator[Finding]:
    plugins, theme = plugins_of(settings), theme_of(settings, generator)
    for name in missing_plugins(plugins, theme, generator):
        yield Finding(
            level="error",
            subject=f"plugin {sanitize(name)}",
            text=f"is not installed, so that '{generator} build' fails",
            remedy="install the package that has it, or remove it from 'plugins'",
        )
    if "masko" not in plugins:
        text = "the plugin 'masko' is not enabled"
        yield Finding(level="error", subject="plugins", text=text, remedy=_INIT)
    for plugin, remedy in _PLUGIN_REMEDIES.items():
        if plugin in plugins:
            subject = f"plugin {plugin}"
            yield Finding(level="warning", subject=subject, text="is enabled", remedy=remedy)


def _check_zensical(site: Site, folder: Path, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Check what Zensical needs in the place of the plugin, and say what it cannot do."""
    problem = missing_extension(settings)
    if problem:  # `init` sees to all that follows
        remedy = f"{_INIT}, which adds the Markdown extension"
        yield Finding(level="error", subject="extension", text=problem, remedy=remedy)
        return
    text = "the Markdown extension 'masko' is enabled"
    yield Finding(level="ok", subject="extension", text=text)
    yield from _check_folder(site, folder, settings)
    yield Finding(level="ok", subject="limits", text=_ZENSICAL_LIMITS)
    options = {**extensions_of(settings), **plugins_of(settings)}.get("masko") or {}
    for name in PLUGIN_OPTIONS:
        if name in options:
            remedy = "remove it, unless MkDocs builds the site, too"
            yield Finding(
                level="warning",
                subject=f"option {name}",
                text="has no effect in builds of Zensical",
                remedy=remedy,
            )
    if "offline" in plugins_of(settings):
        remedy = _PLUGIN_REMEDIES["offline"]
        yield Finding(level="warning", subject="plugin offline", text="is enabled", remedy=remedy)


def _check_folder(site: Site, folder: Path, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Check that style sheets and scripts lie where pages load them from; `check` looks for all."""
    from mkdocs_masko.laid_files import find_stale, laid_folder
    from mkdocs_masko.page_assets import POSE_ASSETS, published_name
    from mkdocs_masko.sources.docs_files import DocsFolder

    names = (published_name(name) for name in POSE_ASSETS)
    try:
        docs = DocsFolder(folder, settings).path
        path = laid_folder(site.options, folder, docs, is_needed=True)
        assert path is not None  # noqa: S101 - it is needed
        name = relative_name(path, folder)
        stale = find_stale(path, name, names)
    except MaskoError as error:
        yield Finding(level="error", subject="files", text="cannot be used", remedy=str(error))
        return
    yield _check_watch([site.options.manifest, name], settings)
    if stale:
        text, _, _ = stale.partition(". ")
        remedy = f"{_sync_remedy(site)}, and commit the folder"
        yield Finding(level="warning", subject="files", text=text, remedy=remedy)
    else:
        yield Finding(level="ok", subject="files", text=f"{name}: has what pages load")


def _check_watch(paths: list[str], settings: Mapping[str, Any]) -> Finding:
    from mkdocs_masko.site_config.settings import is_watched

    missing = [path for path in paths if not is_watched(settings, path)]
    listed = sanitize(" and ".join(missing or paths))
    verb = "is" if len(missing) == 1 else "are"
    if not missing:
        return Finding(level="ok", subject="watch", text=f"{listed} {verb} watched")
    text = f"{listed} {verb} not watched, so that Zensical keeps pages that it has cached"
    return Finding(
        level="warning", subject="watch", text=text, remedy=f"add {listed} to the list 'watch'"
    )


def _check_other_config(path: Path) -> Iterator[Finding]:
    """Check that the site has no second file which Zensical reads, and which shows no poses."""
    first = first_config(path.parent)
    if first is None or not is_toml(first) or first.name == path.name:
        return
    try:
        problem = missing_extension(load_settings(first))
    except OptionError as error:
        problem = str(error).removeprefix(f"{first.name}: ")
    if problem:
        text = f"Zensical reads it before {sanitize(path.name)}, and {problem}"
        remedy = f"{_INIT} for Zensical, or remove the file"
        yield Finding(level="warning", subject=first.name, text=text, remedy=remedy)


def _check_collection_option(site: Site) -> Iterator[Finding]:
    if not (site.options.collection or site.options.collections):
        text = "none names a mascot"
        remedy = "give its ID in 'collection'; 'mkdocs-masko collections' lists them"
        yield Finding(level="error", subject="options", text=text, remedy=remedy)


def _sync_remedy(site: Site) -> str:
    sync = "run 'mkdocs-masko sync'"
    return sync if site.has_api_access else f"{sync} with a key in {site.options.api_key_env}"


def _check_manifest(site: Site, remedy_if_missing: str) -> Iterator[Finding]:
    """Check the manifest; one that is missing is told with what writes it, unless nothing would."""
    name = site.manifest.name
    try:
        manifest = require_ids(
            site, load(site.manifest, site.origins, may_be_bound=site.is_self_hosted)
        )
    except ManifestMissing:
        if remedy_if_missing:
            text = f"no {name} yet"
            yield Finding(level="warning", subject="manifest", text=text, remedy=remedy_if_missing)
    except ManifestError as error:
        remedy = str(error).removeprefix(f"{name}: ")
        yield Finding(
            level="error", subject="manifest", text=f"{name} cannot be used", remedy=remedy
        )
    else:
        poses = sum(len(collection.poses) for collection in manifest.collections.values())
        text = f"revision {manifest.revision}, {poses} poses, written {site.manifest_age} ago"
        if manifest.server and not site.is_self_hosted:
            remedy = (
                f"its media are on {manifest.server}; run 'mkdocs-masko sync' before you publish"
            )
            yield Finding(level="warning", subject="manifest", text=text, remedy=remedy)
        else:
            yield Finding(level="ok", subject="manifest", text=text)


def _check_videos(site: Site) -> Finding:
    from mkdocs_masko.variants.ffmpeg_package import package_version

    version = package_version()
    if site.options.videos == "original":
        text = "published as exported, because of 'videos: original'"
        return Finding(level="ok", subject="animations", text=text)
    if version:
        text = f"published as small as their boxes, with imageio-ffmpeg {version}"
        return Finding(level="ok", subject="animations", text=text)
    return Finding(
        level="warning",
        subject="animations",
        text="published as exported, because the extra 'video' is not installed",
        remedy="pip install 'mkdocs-masko[video]', or set 'videos: original' if that is fine",
    )


def _check_cache(site: Site) -> Finding:
    from mkdocs_masko.assets.maintenance import count_contents

    contents = count_contents(site.cache)
    text = (
        f"{contents.media} media, {contents.stills} variants of still images and "
        f"{contents.animations} of animations, {format_size(contents.size)}"
    )
    return Finding(level="ok", subject="cache", text=text)


def _check_key(site: Site) -> Finding:
    name = site.options.api_key_env
    if site.options.api_url == SANDBOX:
        return Finding(level="ok", subject="key", text="not needed for the sandbox")
    if site.key is None:
        remedy = f"export {name}=masko_..., with a key from Masko's settings"
        return Finding(level="warning", subject="key", text=f"{name} is not set", remedy=remedy)
    # Without a key to check, no library for HTTP is imported.
    from mkdocs_masko.api.auth import bearer_for

    bearer = bearer_for(site.key, name)
    if isinstance(bearer, MaskoError):
        text = f"{name} does not hold a valid API key"
        remedy = str(bearer).removeprefix(f"{text}: ")
        return Finding(level="error", subject="key", text=text, remedy=remedy)
    try:
        site.check_recipient()
    except OptionError as error:
        text = f"{name} is set, but not for this API"
        return Finding(level="error", subject="key", text=text, remedy=str(error))
    return Finding(level="ok", subject="key", text=f"{name} is set and well-formed")


def _check_network(site: Site) -> Iterator[Finding]:
    try:
        with connect(site) as client:
            yield from _check_api(client, site)
            yield _check_cdn(client, site)
    except ApiError as error:
        yield Finding(level="error", subject="API", text="cannot be used", remedy=str(error))
    except MaskoError as error:
        yield Finding(level="error", subject="options", text="cannot be used", remedy=str(error))


def _check_api(client: Client, site: Site) -> Iterator[Finding]:
    start = time.monotonic()
    projects = list(islice(client.projects(), _MAX_PROJECTS + 1))
    yield _response_time("API", sanitize(site.options.api_url), time.monotonic() - start)
    quoted = [repr(sanitize(project.name or project.id)) for project in projects]
    names = list_some(quoted, _MAX_PROJECTS, counted=False)
    text = f"projects {names}" if projects else "no project"
    yield Finding(level="ok" if projects else "warning", subject="workspace", text=text)
    options = site.options
    for alias, id_ in options.ids.items() if options.collection or options.collections else ():
        yield _check_collection(client, alias, id_)


def _check_collection(client: Client, alias: str, collection_id: str) -> Finding:
    subject = f"collection {sanitize(alias)}"
    try:
        export = client.cdn_export(collection_id)
    except NotReady:
        text, remedy = "nothing is published yet (409)", "publish it in Masko, then sync"
        return Finding(level="warning", subject=subject, text=text, remedy=remedy)
    except ApiError as error:
        return Finding(level="error", subject=subject, text="no export", remedy=str(error))
    text = f"{sanitize(export.collection)!r}, {len(export.items)} poses published"
    return Finding(level="ok", subject=subject, text=text)


def _check_cdn(client: Client, site: Site) -> Finding:
    url, start = _media_url(site), time.monotonic()
    try:
        client.fetch_range(url, 0, 1)
    except (NotFound, RequestRejected):
        pass  # an answer of any kind shows that the CDN can be reached
    except ApiError as error:
        return Finding(level="error", subject="CDN", text="cannot be reached", remedy=str(error))
    return _response_time("CDN", origin_of(url), time.monotonic() - start)


def _media_url(site: Site) -> str:
    """Return the URL of a file that pages show, or any URL on the host of such files."""
    with suppress(ManifestError):
        for collection in load(site.manifest, site.origins).collections.values():
            for pose in collection.poses.values():
                for _, medium in pose.media():
                    return medium.url
    api_origin = origin_of(site.options.api_url)
    origin = SANDBOX_ORIGIN if site.options.api_url == SANDBOX else api_origin
    return f"{origin if origin in site.origins else CDN_ORIGINS[0]}/masko.png"


def _response_time(subject: str, server: str, seconds: float) -> Finding:
    text = f"{server} responds in {seconds * 1000:.0f} ms"
    if seconds < _SLOW:
        return Finding(level="ok", subject=subject, text=text)
    remedy = "a build waits for 'timeout' seconds at most; 'mode: frozen' does not wait at all"
    return Finding(level="warning", subject=subject, text=text, remedy=remedy)
