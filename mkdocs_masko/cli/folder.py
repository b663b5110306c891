"""The folder in the docs that `sync` writes files to, and that `check` looks into."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from mkdocs_masko.cli.options import site_folder
from mkdocs_masko.cli.output import show_downloads, show_encoding, warn
from mkdocs_masko.files import relative_name, renew_file
from mkdocs_masko.text import format_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mkdocs_masko.assets import SiteFiles
    from mkdocs_masko.build import BuildSession
    from mkdocs_masko.cli.report import Report
    from mkdocs_masko.hosting import CdnHosting, SelfHosting
    from mkdocs_masko.laid_files import FolderSummary, LaidFiles
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.sync import Site, SyncResult


class DocsTarget(Struct, frozen=True, kw_only=True):
    """A folder of files, and the site that it belongs to.

    Attributes:
        path: The folder.
        name: What messages call it.
        uri: Where it is in a site of which it is a part: `assets/masko`.
        url: The same in URLs.
        is_typed: Whether the command line names it.
        config: The site's configuration; None where none is read.
        settings: Its content.
        has_plugin: Whether a host runs the plugin, which makes variants itself.
        has_extension: Whether a host runs the Markdown extension alone, which takes all that it
            needs from the docs.
    """

    path: Path
    name: str
    uri: str
    url: str
    is_typed: bool
    config: Path | None
    settings: Mapping[str, Any]
    has_plugin: bool
    has_extension: bool


def find_target(site: Site, where: Mapping[str, Any], into: Path | None) -> DocsTarget | None:
    """Return the folder that a sync writes files to, or None where the site has none.

    Args:
        site: What its options say.
        where: The command's options that say which site it is.
        into: What the command line says.

    Raises:
        OptionError: The site's configuration cannot be read, or names no such folder.
    """
    from mkdocs_masko.assets import FOLDER
    from mkdocs_masko.generator import generator_for, runs_plugins
    from mkdocs_masko.laid_files import laid_folder, refuse_docs_folder, url_of_folder
    from mkdocs_masko.site_config.option_places import option_places
    from mkdocs_masko.site_config.settings import chosen_config, extensions_of, load_settings
    from mkdocs_masko.sources.docs_files import DocsFolder

    # With --collection, no configuration is read.
    config = None if where["collection"] else chosen_config(where["config_file"])
    if into is None and config is None:
        return None
    settings = load_settings(config) if config else {}
    folder = site_folder(config)
    docs = DocsFolder(folder, settings).path
    has_plugin = not config or runs_plugins(generator_for(config, settings, ()))
    # Who enables both has a site that Zensical builds, too: the plugin needs no extension.
    has_extension = not has_plugin or "masko" in extensions_of(settings)
    if into and config:
        refuse_docs_folder(into, folder, docs, option="--into")
    with option_places(config):
        path = into or laid_folder(site.options, folder, docs, is_needed=has_extension)
    if path is None:
        return None
    return DocsTarget(
        path=path,
        name=path.as_posix() if into else relative_name(path, folder),
        uri=FOLDER if has_plugin else relative_name(path, docs),
        url=FOLDER if has_plugin else url_of_folder(path, docs),
        is_typed=into is not None,
        config=config,
        settings=settings,
        has_plugin=has_plugin,
        has_extension=has_extension,
    )


def write_target(
    target: DocsTarget,
    site: Site,
    result: SyncResult,
    report: Report,
    *,
    used: bool | None = None,
) -> None:
    """Write files to a folder, and report how many they are.

    Args:
        target: The folder.
        site: The site, as its options say.
        result: The manifest.
        report: Hears what was written.
        used: Whether only those files are written that pages and templates use; None for what the
            folder was written with.

    Raises:
        MaskoError: Some files cannot be had, or the folder cannot be written.
    """
    from mkdocs_masko.laid_files import LaidFiles, read_laid_files, write_files
    from mkdocs_masko.needed_files import (
        find_left_out,
        find_needed_files,
        include_needed,
        make_index,
    )

    _write_gallery_page(target, site, report)
    laid, manifest = read_laid_files(target.path), result.manifest
    is_remembered = used is None and laid.used and target.config is not None
    used = is_remembered or bool(used)
    hosting = _hosting(target, site, manifest, laid)
    if laid.videos and not hosting.files.has_video_variants:
        _warn_of_lost_variants(target, site)
    try:
        build = _show_pages(target, site, manifest, hosting, used=used)
        include_needed(build, site.options, used=used, originals=target.has_plugin)
        sources = find_needed_files(build, used=used)
    finally:
        hosting.close()  # what encodes variants that pages show, if one of them cannot be read
    summary = write_files(
        target.path,
        sources,
        make_index(build, sources.keys()),
        LaidFiles(
            left_out=find_left_out(build, sources.keys()),
            videos=hosting.files.has_video_variants,
            used=used,
        ),
    )
    if summary.has_changed:
        # Zensical renders a page again only when a file changes that it watches. It may have done
        # so when the manifest was written, and these files were not there yet.
        with suppress(OSError):
            renew_file(site.manifest)
    _report(target, summary, report)
    if is_remembered:
        report.say(f"{target.name}: only what pages use, as last time; --all writes all")
    has_all = all(hosting.files.file(medium) for _, _, medium in manifest.media())
    if not has_all and not _serves_media(target, site):
        report.say(f"{target.name}: without media, which readers load from the CDN")


def _report(target: DocsTarget, summary: FolderSummary, report: Report) -> None:
    report.more["media"] = {
        "folder": target.name,
        "files": summary.files,
        "bytes": summary.size,
        "written": summary.written,
        "removed": summary.removed,
    }
    report.say(
        f"{target.name}: {summary.files} files, {format_size(summary.size)}; "
        f"{summary.written} written, {summary.removed} removed"
    )


def _warn_of_lost_variants(target: DocsTarget, site: Site) -> None:
    if site.is_self_hosted and site.options.videos == "auto":
        warn(
            f"{target.name}: had variants of animations and gets none, because this machine has no "
            "encoder. Run 'pip install mkdocs-masko[video]' and sync again"
        )


def _serves_media(target: DocsTarget, site: Site) -> bool:
    """Tell whether the folder is to have media that a CDN serves, too."""
    return site.is_self_hosted or target.is_typed


def _hosting(
    target: DocsTarget, site: Site, manifest: Manifest, laid: LaidFiles
) -> SelfHosting | CdnHosting:
    from mkdocs_masko.assets import Cache
    from mkdocs_masko.hosting import CdnHosting, SelfHosting, encodes_videos, self_hosted_files

    if not _serves_media(target, site):
        return CdnHosting()
    files = self_hosted_files(
        manifest, videos=encodes_videos(site.options), variants=site.is_self_hosted
    )
    # What is known not to be worth it need not be encoded again, not even on another machine.
    files.learn_sizes(laid.sizes(unmade=False))
    options = structs.replace(site.options, hosting="self")
    return SelfHosting(
        structs.replace(site, options=options),
        manifest,
        Cache(site.cache, warn),
        media_folder=target.path,
        warn=warn,
        progress=show_downloads,
        encoding=show_encoding,
        files=files,
    )


def _show_pages(
    target: DocsTarget,
    site: Site,
    manifest: Manifest,
    hosting: SelfHosting | CdnHosting,
    *,
    used: bool,
) -> BuildSession:
    """Return a build that has shown the pages, where it depends on them what is written."""
    from mkdocs_masko.build import BuildSession
    from mkdocs_masko.lint import show_site
    from mkdocs_masko.problems import Problems

    default = site.options.default
    if target.config and (used or site.is_self_hosted):
        return show_site(target.config, target.settings, manifest, default, hosting)
    problems = Problems(site.manifest.parent)
    return BuildSession(manifest, default=default, overrides=[], hosting=hosting, problems=problems)


def _write_gallery_page(target: DocsTarget, site: Site, report: Report) -> None:
    path = _missing_gallery_page(target, site)
    if path is None:
        return
    from mkdocs_masko.gallery.page import page_source
    from mkdocs_masko.laid_files import write_page

    page = site.options.gallery_page
    assert page is not None  # noqa: S101 - it is missing
    write_page(path, page_source(page))
    name = report.more["gallery"] = _page_name(target, path)
    report.say(f"{name}: written")


def _missing_gallery_page(target: DocsTarget, site: Site) -> Path | None:
    """Return where the page with all poses has to be, because the host takes none from a plugin.

    Raises:
        OptionError: Another page is there.
    """
    page = site.options.gallery_page
    if page is None or not target.has_extension or target.config is None:
        return None
    from mkdocs_masko.gallery.page import missing_gallery_page
    from mkdocs_masko.generator import page_suffixes
    from mkdocs_masko.site_config.option_places import option_places
    from mkdocs_masko.sources.docs_files import DocsFolder

    # Plugins add the page by themselves: it is Zensical that has to find one.
    docs = DocsFolder(target.config.parent, target.settings, page_suffixes("zensical"))
    with option_places(target.config):
        return missing_gallery_page(docs, page)


def _page_name(target: DocsTarget, path: Path) -> str:
    return relative_name(path, target.config.parent if target.config else Path.cwd())


def planned_files(target: DocsTarget | None, site: Site, manifest: Manifest) -> SiteFiles:
    """Return what names the files that a site serves, with the choice that its folder has.

    Raises:
        ManifestError: The record of the folder is damaged, or the manifest has no hashes.
    """
    from mkdocs_masko.hosting import laid_site_files, served_files
    from mkdocs_masko.laid_files import read_laid_files

    if target is None:
        return served_files(site, manifest)
    return laid_site_files(site, manifest, read_laid_files(target.path))


def find_stale_target(target: DocsTarget, site: Site, build: BuildSession) -> str:
    """Return what a folder lacks of what a site needs, in one line; or an empty text.

    Args:
        target: The folder.
        site: The site.
        build: A build that has shown the pages.
    """
    from mkdocs_masko.laid_files import find_stale, read_laid_files
    from mkdocs_masko.needed_files import find_needed_names, include_needed

    page = _missing_gallery_page(target, site)
    if page is not None:
        return f"{_page_name(target, page)}: has not been written. Run 'mkdocs-masko sync'."
    used = read_laid_files(target.path).used
    include_needed(build, site.options, used=used, originals=target.has_plugin)
    names = find_needed_names(build, used=used, has_extension=target.has_extension)
    return find_stale(target.path, target.name, names)
