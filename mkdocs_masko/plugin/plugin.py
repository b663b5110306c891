"""The plugin for MkDocs and ProperDocs: hooks that get, hand on and return.

A build goes through these hooks in this order. `on_config` gets the manifest, from the API or from
the file, and starts a `BuildSession`. While pages and theme templates render, the session shows
their macros; the hooks before each of them tell it which page or template that is. `on_env`
publishes the files that pages use, `on_post_page` injects style sheet and script, and
`on_post_build` publishes what only templates used and reports every problem at once.
"""

from __future__ import annotations

import json
import os
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority

from mkdocs_masko.assets import FOLDER, Cache
from mkdocs_masko.build import BuildSession
from mkdocs_masko.files import path_stamp
from mkdocs_masko.hosting import CdnHosting, SelfHosting
from mkdocs_masko.laid_files import INDEX, laid_folder
from mkdocs_masko.macros import functions
from mkdocs_masko.manifest import Manifest, dumps
from mkdocs_masko.markdown import MaskoExtension
from mkdocs_masko.markdown.syntax import unreadable_macros
from mkdocs_masko.options import Options
from mkdocs_masko.page_assets import (
    POSE_ASSETS,
    gallery_assets,
    has_gallery,
    inject_assets,
    site_path,
)
from mkdocs_masko.plugin.builds import SiteBuilds
from mkdocs_masko.plugin.config import MaskoConfig
from mkdocs_masko.plugin.exported import ExportedMedia
from mkdocs_masko.plugin.feeds import show_elsewhere
from mkdocs_masko.plugin.generated import GeneratedFiles
from mkdocs_masko.plugin.languages import has_languages, list_alternates
from mkdocs_masko.plugin.log import log, note
from mkdocs_masko.plugin.neighbours import (
    finish_print_page,
    hidden_needs,
    prepare_print_page,
    show_media,
)
from mkdocs_masko.plugin.page_context import ExcerptContext, PageContext, ThemeContext
from mkdocs_masko.plugin.publish import (
    add_gallery_page,
    as_plugin_error,
    give_hint,
    log_downloads,
    log_encoding,
    log_polling,
    publish,
    publish_rest,
    remove_galleries_from_search,
    replace_file,
    report,
    review_copied_files,
    review_settings,
)
from mkdocs_masko.plugin.source_files import budgeted_page
from mkdocs_masko.plugin.theme import (
    add_pose_assets,
    add_templates,
    page_environment,
    register_late,
    register_macros,
    watched_folders,
)
from mkdocs_masko.plugin.titles import set_title
from mkdocs_masko.problems import Problems
from mkdocs_masko.sync import PollPolicy, Site, SyncResult, prepare, reload, site_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment
    from mkdocs.config.base import ConfigErrors, ConfigWarnings
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import File, Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

    from mkdocs_masko.macros import JinjaFunction
    from mkdocs_masko.rendering import Call

_FIRST = 100  # priority: before mkdocs-macros, which reads in its `on_config` what is registered
_LAST = -100  # after every plugin that still changes what we collect
# After those with -100. mkdocs-static-i18n lists the pages anew in `on_files`, with those in
# `docs_dir` alone, and builds all other languages and the search index in `on_post_build`.
# Material's blog parses excerpts of other pages in `on_page_context`.
_VERY_LAST = _LAST - 1


class MaskoPlugin(BasePlugin[MaskoConfig]):  # type: ignore[no-untyped-call] # theirs
    """Poses by name, from a committed manifest."""

    def __init__(self) -> None:
        self.options = Options()
        self._site: Site | None = None
        self._synced: SyncResult | None = None
        self._current: SyncResult | None = None
        self._stamp: tuple[int, ...] | None = None  # of the manifest's file, when it was read
        self._published_text: tuple[Manifest, str] | None = None
        self._cache: Cache | None = None
        self._elapsed = 0.0  # seconds of network work
        self._builds = SiteBuilds()
        self._generated = GeneratedFiles()
        self._is_dirty = False
        self._hint = ""

    def load_config(
        self, options: dict[str, Any], config_file_path: str | None = None
    ) -> tuple[ConfigErrors, ConfigWarnings]:
        """Check the options, and report all that cannot be used at once."""
        errors, warnings = super().load_config(options, config_file_path)
        if errors:
            options.clear()  # `mkdocs -v` logs all settings after that, and one may be the API key
        else:
            self.options = self.config.options
        return errors, warnings

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Stay the same object while `mkdocs serve` builds again and again."""
        self._is_dirty = dirty

    @event_priority(_FIRST)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Get the manifest, start a build, and add both syntaxes to pages."""
        result = self._sync(_folder(config))
        manifest = result.manifest
        overrides = [path for path in map(Path, config.theme.dirs) if (path / "masko").is_dir()]
        latest = self._builds.latest
        session = BuildSession(
            manifest,
            default=self.options.default,
            overrides=overrides,
            hosting=self._hosting(manifest, config),
            problems=Problems(_folder(config), result.remedy),
            known=latest.session.reusable_embeds if latest else None,
        )
        self._builds.begin(session)
        review_settings(session, config)
        extension = MaskoExtension(session.embedder, session.placeholders, self._enter_excerpt)
        others = [other for other in config.markdown_extensions if not _is_ours(other)]
        config.markdown_extensions = [*others, extension]  # type: ignore[list-item] # MkDocs hands it on
        register_macros(config, self._page_macros())
        return config

    @event_priority(_FIRST)
    def _add_early_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the gallery page before plugins look for pages that links or redirects lead to."""
        if not has_languages(config):
            self._add_gallery(files, config)
        return files

    def _add_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Publish the manifest, the style sheet and the script."""
        manifest = self._session().manifest
        register_late(config, self._page_macros())
        text = self._text_of(manifest)
        for name in (f"manifest.{manifest.revision}.json", "manifest.json"):
            files.append(self._generated.file(config, f"{FOLDER}/{name}", text))
        add_pose_assets(files, config)
        return files

    @event_priority(_VERY_LAST)
    def _add_late_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the gallery page of a language, or see that no other page has taken its place."""
        self._add_gallery(files, config)
        return files

    on_files = CombinedEvent(_add_early_files, _add_files, _add_late_files)

    @event_priority(_FIRST)
    def on_page_markdown(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Tell the build which page follows, before any other plugin sees its text."""
        build, context = self._session(), PageContext(page, config, files)
        self._builds.current.pages[page.file.src_uri] = context
        previews = build.enter_page(context, page.meta, page=self._weighed_as(page, config))
        page.meta.update(previews)
        environment = page_environment(config, page)
        for problem, source in unreadable_macros(markdown, environment) if environment else ():
            build.embedder.report(problem, source)
        return markdown

    @event_priority(_FIRST)
    def _set_title(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Keep poses out of the title before another plugin, such as one for feeds, takes it."""
        set_title(page, html, self._session().placeholders.pattern)
        return html

    @event_priority(_LAST)
    def _review_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Review the page as other plugins left it, its title too."""
        build = self._session()
        # With what other plugins wrote into it. A notebook never went through our parser.
        is_markdown = build.embedder.has_reviewed
        build.review(html, (page.content or "") if is_markdown else "", has_macros=is_markdown)
        self._builds.current.hidden_needs[page.file.src_uri] = hidden_needs(html, page)
        set_title(page, html, build.placeholders.pattern)
        return html

    on_page_content = CombinedEvent(_set_title, _review_content)

    @event_priority(_LAST)
    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        """Publish the media that pages use, and add the macros to theme templates."""
        build = self._session()
        review_copied_files(build, config, files)
        index = publish(build, self.options, config, files)
        exported = ExportedMedia(self._laid_folder(config), Path(config.docs_dir))
        self._builds.current.exported = exported
        if not self._is_dirty:  # such a build renders some pages only; what others use must stay
            used = self._builds.used_paths() | {*map(site_path, POSE_ASSETS)}
            index = exported.withhold(files, build.manifest, used) | index
        if index:
            text = json.dumps(index, indent=2) + "\n"
            replace_file(files, self._generated.file(config, f"{FOLDER}/{INDEX}", text))
        prepare_print_page(build, config)
        show_elsewhere(build, self._builds.current.pages.values(), config)
        show_media(files, config)
        add_templates(env)
        env.globals.update(functions(build.show, build.show))
        return env

    def on_template_context(
        self, context: TemplateContext, *, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        """Tell the build which template follows: `404.html`, `sitemap.xml`."""
        theme = ThemeContext(template_name, str(context["base_url"]), config)
        self._session().enter(theme, page=theme.name)
        list_alternates(context, self._builds.galleries())
        return context

    @event_priority(_FIRST)
    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        """Inject the style sheet and the script into a page of the theme's own: `404.html`."""
        self._builds.current.exported.review(output_content)
        if not template_name.lower().endswith(".html"):
            return output_content
        self._session().review(output_content)
        return self._inject_assets(output_content)

    @event_priority(_FIRST)
    def _enter_template(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Tell the build which page the theme's template is rendered for."""
        name = str(page.meta.get("template", "main.html"))
        theme = ThemeContext(name, str(context["base_url"]), config)
        self._session().enter(theme, page=self._weighed_as(page, config))
        return context

    @event_priority(_VERY_LAST)
    def _return_to_template(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Tell it once more, as another plugin may have parsed excerpts for the page."""
        return self._enter_template(context, page=page, config=config, nav=nav)

    on_page_context = CombinedEvent(_enter_template, _return_to_template)

    @event_priority(_FIRST)
    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Review the theme's part, and inject style sheet and script before a minifier runs."""
        self._session().review(output, page.content or "", may_quote=True)
        self._builds.current.exported.review(output)
        needs = self._builds.current.hidden_needs.pop(page.file.src_uri, frozenset())
        return self._inject_assets(output, needs)

    @event_priority(_VERY_LAST)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Publish what only templates used, and report every bad reference."""
        build = self._session()
        publish_rest(build, config)
        finish_print_page(config)
        self._builds.current.exported.publish_mentioned()
        self._hint = give_hint(build, self._hint)
        builds = self._builds.end()
        remove_galleries_from_search(config, self.options, builds)
        report(builds, self.options, strict=config.strict)

    def on_build_error(self, *, error: Exception) -> None:
        """Let no process work for a build that failed; `mkdocs serve` goes on."""
        report(self._builds.fail(), self.options, strict=False)

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[..., Any]
    ) -> LiveReloadServer:
        """Rebuild when the manifest or a template changes, and answer Range requests."""
        if self._site:
            server.watch(str(self._site.manifest))
        for path in watched_folders(config):
            server.watch(str(path))
        from mkdocs_masko.plugin.range_requests import with_ranges  # noqa: PLC0415 - `serve` alone

        app = server.get_app()
        if app is not None:
            server.set_app(with_ranges(app))
        return server

    # mkdocs-macros keeps what is registered for the next build too, so these look the build up.

    def _page_macros(self) -> dict[str, JinjaFunction]:
        return functions(self._put_placeholder, self._put_url_placeholder)

    def _put_placeholder(self, source: str, read: Callable[[], Call]) -> str:
        return self._session().placeholders.put(source, read)

    def _put_url_placeholder(self, source: str, read: Callable[[], Call]) -> str:
        return self._session().placeholders.put_url(source, read)

    def _inject_assets(self, html: str, needs: frozenset[str] = frozenset()) -> str:
        build = self._session()
        html = build.replace_dropped(html)
        if has_gallery(html):
            build.extra_files |= gallery_assets()
        return inject_assets(html, build.context.root, needs)

    def _weighed_as(self, page: Page, config: MkDocsConfig) -> str:
        """Return the name under which a page is weighed; the gallery has to show all poses."""
        gallery = self.options.gallery_page
        is_gallery = gallery is not None and page.file.src_uri == gallery.source
        return "" if is_gallery else budgeted_page(page, config)

    def _session(self) -> BuildSession:
        return self._builds.current.session

    def _enter_excerpt(self, file: File | None) -> None:
        """Tell the build whose beginning is parsed for another page, when all have been rendered.

        The blog of Material gives a file the URL of the page that shows the excerpt (read in 9.8).
        """
        session = self._session()
        if file is None or type(session.context) is PageContext:
            return
        page = self._builds.current.pages.get(file.src_uri)
        if page is not None:
            session.enter(ExcerptContext(page, file.url), page=session.page)

    def _add_gallery(self, files: Files, config: MkDocsConfig) -> None:
        page = self.options.gallery_page
        self._builds.current.gallery = add_gallery_page(files, config, page, self._generated)

    def _sync(self, folder: Path) -> SyncResult:
        """Sync once a process; on rebuilds only the file is read again, if it changed."""
        site = site_of(self.options, folder, os.environ)
        start = time.monotonic()
        stamp = path_stamp(site.manifest)
        with as_plugin_error():
            self._elapsed = 0.0
            if site == self._site and self._synced and self._current:
                if stamp is None or stamp != self._stamp:
                    self._current = _reload(site, self._synced)
                    self._stamp = stamp
                return self._current
            policy = PollPolicy(self.options.wait, self._poll_pause, log_polling, log_downloads)
            result = prepare(site, policy)
        self._site, self._cache, self._stamp = site, Cache(site.cache, note), stamp
        self._synced = self._current = result
        self._elapsed += time.monotonic() - start
        for message in result.messages:
            (log.warning if message.level == "warning" else log.info)("%s", message.text)
        for change in result.changes if result.is_written else ():
            log.info("%s: %s", site.manifest.name, change)
        binding = result.binding(is_self_hosted=site.is_self_hosted)
        if result.is_written and binding:
            log.info("%s: %s", site.manifest.name, binding)
        return result

    def _text_of(self, manifest: Manifest) -> str:
        """Return the manifest as text, which is written once until it changes."""
        if self._published_text is None or self._published_text[0] is not manifest:
            self._published_text = (manifest, dumps(manifest))
        return self._published_text[1]

    def _poll_pause(self, seconds: float) -> None:
        time.sleep(seconds)
        self._elapsed -= seconds  # the option `timeout` does not count it

    def _hosting(self, manifest: Manifest, config: MkDocsConfig) -> SelfHosting | CdnHosting:
        assert self._site is not None  # noqa: S101 - it came with the manifest
        assert self._cache is not None  # noqa: S101
        if not self._site.is_self_hosted:
            return CdnHosting()
        with as_plugin_error():
            return SelfHosting(
                self._site,
                manifest,
                self._cache,
                media_folder=self._laid_folder(config),
                warn=note,
                warn_readers=partial(log.warning, "%s"),
                progress=log_downloads,
                encoding=log_encoding,
                elapsed=self._elapsed,
            )

    def _laid_folder(self, config: MkDocsConfig) -> Path:
        """Return the folder where `sync` may have written files."""
        docs = Path(config.docs_dir)
        with as_plugin_error():
            folder = laid_folder(self.options, _folder(config), docs, is_needed=False)
        return folder or docs / FOLDER


def _reload(site: Site, synced: SyncResult) -> SyncResult:
    """Read the manifest again; what a sync said of it holds for the manifest that it made."""
    manifest = reload(site)
    return synced if manifest == synced.manifest else SyncResult(manifest=manifest)


def _folder(config: MkDocsConfig) -> Path:
    """Return the folder of `mkdocs.yml`, even where that is a link or standard input."""
    path = config.config_file_path
    return Path(path).absolute().parent if path else Path.cwd()


def _is_ours(extension: object) -> bool:
    return extension == "masko" or isinstance(extension, MaskoExtension)
