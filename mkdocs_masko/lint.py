"""Check a site against the manifest without MkDocs and without a build: `mkdocs-masko check`.

Each page goes through the same Markdown extension and the same session as in a build, so that the
problems are the same, with the same places. Templates are not run: their macros are shown with the
arguments that are literals. What is left out is what needs a rendered site: what other plugins and
hooks write, Markdown extensions that do not decide what is code, and the budget.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from mkdocs_masko.build import BuildSession
from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.files import relative_name
from mkdocs_masko.gallery.page import find_gallery_page
from mkdocs_masko.generator import generator_for, page_suffixes, runs_plugins, used_extensions
from mkdocs_masko.hosting import CdnHosting, select_included, served_files, unmatched_include
from mkdocs_masko.links import resolve_link
from mkdocs_masko.macros import call_source, functions
from mkdocs_masko.markdown.reader import PageReader
from mkdocs_masko.markdown.syntax import unreadable_macros
from mkdocs_masko.problems import Problem, Problems, SourceFile, is_searched
from mkdocs_masko.rendering import (
    FUNCTIONS,
    GALLERY,
    POSES,
    PRELOAD,
    URL,
    check_arguments,
    make_call,
    missing_parentheses,
)
from mkdocs_masko.site_config.option_places import option_places
from mkdocs_masko.site_config.settings import options_of, plugins_of
from mkdocs_masko.sources.docs_files import DocsFolder, read_text, split_front_matter
from mkdocs_masko.sources.included_texts import SNIPPETS, find_included, include_folders
from mkdocs_masko.sources.macros_plugin import PLUGIN, page_reader, runs_page
from mkdocs_masko.text import sanitize
from mkdocs_masko.theme_templates import (
    TemplatePlace,
    TemplateSyntaxError,
    find_calls,
    find_names,
    find_uses,
    is_template,
    run_expressions,
    text_of_template,
)
from mkdocs_masko.urls import find_schemes, may_name_pose

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from jinja2 import Environment

    from mkdocs_masko.assets import SiteFiles
    from mkdocs_masko.errors import MissingPose
    from mkdocs_masko.generator import Generator
    from mkdocs_masko.hosting import SelfHosting
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.rendering import Call
    from mkdocs_masko.sources.docs_files import DocsFile
    from mkdocs_masko.sync import Site
    from mkdocs_masko.theme_templates import Expression, TemplateCall

# Plugins that add pages to the site; whether a link leads to one, only a build knows.
_PAGE_MAKERS: Final = {
    *("api-autonav", "blog", "gen-files", "i18n", "jupyter", "material/blog", "material/tags"),
    *("mkdocs-jupyter", "mkdocs-simple", "monorepo", "multirepo", "simple", "tags"),
}
_IN_TEMPLATE: Final = ReferenceProblem(
    "Zensical cannot show poses in templates of the theme. Write the pose on a page"
)
_IN_TEMPLATE_OF_BOTH: Final = ReferenceProblem(
    f"{_IN_TEMPLATE}, or ask first, for MkDocs: {{% if masko is defined %}}"
)
_STATIC_TEMPLATES: Final = ("404.html", "sitemap.xml")  # what MkDocs renders for every theme


class Findings(Struct, frozen=True, kw_only=True):
    """What is wrong with a site.

    Attributes:
        problems: Bad references, file by file, in the order of their lines.
        warnings: What a build warns of beside them.
        build: The build that has shown all of it; None where there is no site.
    """

    problems: list[Problem]
    warnings: list[str]
    build: BuildSession | None = None


def check_site(  # noqa: PLR0913 - a site, and what it is checked against
    site: Site,
    path: Path,
    settings: Mapping[str, Any],
    manifest: Manifest,
    remedy: Callable[[MissingPose], str],
    *,
    files: SiteFiles | None = None,
) -> Findings:
    """Find what a build would report.

    Args:
        site: What the options say.
        path: The site's configuration.
        settings: Its content, with what it inherits.
        manifest: What pages may show.
        remedy: Returns what helps where a pose is missing.
        files: Names the files of the site; by default as a build does.

    Raises:
        OptionError: A page cannot be read, or the gallery would replace one.
        ManifestError: The site serves its media, and the manifest has no hashes.
    """
    options = site.options
    gallery = options.gallery_page.source if options.gallery_page else None
    reader = _SiteReader(
        path.parent, settings, generator_for(path, settings), pages={gallery} if gallery else set()
    )
    if gallery:
        with option_places(path):
            find_gallery_page(reader.docs, gallery)
    hosting = CdnHosting(files or served_files(site, manifest))
    build = reader.read(manifest, options.default, hosting, remedy)
    build.problems.review_settings(path.name, read_text(path, path.name, errors="replace"))
    included = select_included(manifest, options.include, options.default)
    warnings = [unmatched_include(pattern) for pattern, media in included if not media]
    if options.incomplete == "warn":
        warnings += build.gaps()
    return Findings(problems=build.problems.in_order(), warnings=warnings, build=build)


def show_site(
    path: Path,
    settings: Mapping[str, Any],
    manifest: Manifest,
    default: str,
    hosting: SelfHosting | CdnHosting,
) -> BuildSession:
    """Return a build that has shown all that pages and templates show, whatever is wrong with them.

    Args:
        path: The site's configuration.
        settings: Its content, with what it inherits.
        manifest: What pages may show.
        default: Alias of the collection for references without one.
        hosting: Which media the site serves.

    Raises:
        OptionError: A page cannot be read.
    """
    reader = _SiteReader(path.parent, settings, generator_for(path, settings))
    return reader.read(manifest, default, hosting)


class _SiteReader:
    """Reads the pages and templates of a site as a build would.

    Args:
        folder: The folder of the site's configuration.
        settings: The content of the site's configuration.
        generator: The program that builds the site.
        pages: Pages that the plugin adds to those in the docs folder.

    Attributes:
        docs: The docs folder.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, Any],
        generator: Generator,
        pages: Collection[str] = (),
    ) -> None:
        self._folder, self._settings, self._generator = folder, settings, generator
        self.docs = DocsFolder(folder, settings, page_suffixes(generator))
        self._extensions = used_extensions(settings, generator)
        self._plugins = plugins_of(settings)
        self._macros = options_of(PLUGIN, self._extensions, self._plugins)
        theme = settings.get("theme")
        self._theme: Mapping[str, Any] = theme if isinstance(theme, dict) else {}
        custom_dir = self._theme.get("custom_dir")
        self._custom_dir = folder / custom_dir if isinstance(custom_dir, str) else None
        can_grow = settings.get("hooks") or not _PAGE_MAKERS.isdisjoint(self._plugins)
        self._uris = None if can_grow else {*self.docs.uris, *pages}
        self._includes = False
        self._site_url = str(settings.get("site_url") or "")

    def read(
        self,
        manifest: Manifest,
        default: str,
        hosting: SelfHosting | CdnHosting,
        remedy: Callable[[MissingPose], str] = lambda problem: problem.remedy,
    ) -> BuildSession:
        """Return a build that has shown all that the site shows."""
        custom_dir = self._custom_dir
        build = BuildSession(
            manifest,
            default=default,
            overrides=[custom_dir] if custom_dir and (custom_dir / "masko").is_dir() else [],
            hosting=hosting,
            problems=Problems(self._folder, remedy),
        )
        self._includes = SNIPPETS in self._extensions
        docstrings = options_of("mkdocstrings", self._extensions, self._plugins) or {}
        self._include_folders = include_folders(
            self._folder,
            self.docs.path,
            snippets=self._extensions.get(SNIPPETS) or {},
            macros=self._macros,
            handlers=docstrings.get("handlers") or {},
        )
        folders = [self._folder, self.docs.path]  # what `!relative` can stand for
        reader = PageReader(build.embedder, build.placeholders, self._extensions, folders)
        templates = {*_STATIC_TEMPLATES, *_names(self._theme.get("static_templates"))}
        for file in self.docs.files():
            if file.is_page:
                templates |= self._read_page(build, reader, file)
            elif is_searched(file.uri):
                build.problems.review_file(
                    file.name, read_text(file.path, file.name, errors="replace")
                )
        for path in self._templates(templates):
            runs_macros = runs_plugins(self._generator)
            if runs_macros:
                self._read_template(build, path)
            if not runs_macros or "masko" in self._extensions:  # which only Zensical needs
                self._refuse_template(build, path)
        return build

    def _read_page(self, build: BuildSession, reader: PageReader, file: DocsFile) -> set[str]:
        """Show the poses of a page; return the template that it is rendered with."""
        text = file.text()
        meta, markdown = split_front_matter(text)
        # Most pages have none, and parsing is slow.
        if may_name_pose(text) or "mascot" in meta or self._includes:
            page = _PageContext(file, text, self._uris, self._site_url, self._included)
            build.enter_page(page, meta)
            if self._macros is not None and runs_page(self._macros, meta, file.uri):
                markdown = _run_macros(build, markdown, page_reader(self._macros))
            reader.read(markdown)
        return {str(meta["template"])} if "template" in meta else set()

    def _included(self, file: DocsFile, text: str) -> list[tuple[str, str]]:
        """Return the texts that a page includes, by their names in messages."""
        return find_included(
            text,
            file.path.parent,
            self._include_folders,
            partial(relative_name, folder=self._folder),
        )

    def _templates(self, names: set[str]) -> Iterator[Path]:
        """Yield the templates in the theme's `custom_dir`, which the other templates are built on.

        Those in `masko/` are ours to fill; a mistake in them shows where a pose is rendered.
        """
        folder = self._custom_dir
        for path in sorted(folder.rglob("*")) if folder else ():
            name = path.relative_to(folder).as_posix()  # type: ignore[arg-type] # there is one
            is_page_template = is_template(name) or name in names
            if is_page_template and not name.startswith("masko/") and path.is_file():
                yield path

    def _read_template(self, build: BuildSession, path: Path) -> None:
        name = build.problems.template_name(path)
        text = read_text(path, name, errors="replace")
        if "masko" not in text and not may_name_pose(text):
            return
        build.enter(_TemplateContext(name, text, self._site_url))
        try:
            calls = find_calls(text)
        except TemplateSyntaxError as error:
            problem = ReferenceProblem(f"Jinja cannot read this template: {sanitize(str(error))}")
            place = TemplatePlace(path=path, line=error.lineno)
            build.problems.report_in_template(problem, "", build.context, place)
            return
        for call in calls:
            _show(build, call, TemplatePlace(path=path, line=call.line))
        for function, line in find_names(text):
            place, source = TemplatePlace(path=path, line=line), f"{{{{ {function} }}}}"
            build.problems.report_in_template(
                missing_parentheses(function), source, build.context, place
            )
        build.review(text_of_template(text))

    def _refuse_template(self, build: BuildSession, path: Path) -> None:
        """Report what a template shows: Zensical stops at macros, and takes URLs as they are."""
        name = build.problems.template_name(path)
        text = read_text(path, name, errors="replace")
        build.enter(_TemplateContext(name, text, self._site_url))
        is_for_both = runs_plugins(self._generator)
        problem = _IN_TEMPLATE_OF_BOTH if is_for_both else _IN_TEMPLATE
        urls = () if is_for_both else find_schemes(text)  # MkDocs shows none either, and says so
        schemes = [("masko:", text.count("\n", 0, at) + 1) for at in urls]
        uses: list[tuple[str, int]] = []
        with suppress(TemplateSyntaxError):  # it has a syntax of its own
            uses = find_uses(text)
        for source, line in sorted({*schemes, *uses}, key=lambda use: use[1]):
            place = TemplatePlace(path=path, line=line)
            build.problems.report_in_template(problem, source, build.context, place)


class _TemplateContext(SourceFile):
    """A template of the theme that is checked, on a site whose URL may be known."""

    def __init__(self, name: str, text: str, site_url: str) -> None:
        super().__init__(name, text)
        self.site_url = site_url


class _PageContext(SourceFile):
    """A page that is checked: its links lead where those of a build do.

    Args:
        file: The page.
        text: Its source.
        uris: All files that a link can lead to, or None where only a build knows them.
        site_url: The URL of the site.
        find: Returns what a page includes.
    """

    def __init__(
        self,
        file: DocsFile,
        text: str,
        uris: Collection[str] | None,
        site_url: str,
        find: Callable[[DocsFile, str], list[tuple[str, str]]],
    ) -> None:
        super().__init__(file.name, text)
        self._file, self._uris, self.site_url, self._find = file, uris, site_url, find

    def included(self) -> list[tuple[str, str]]:
        """Return what the page includes."""
        return self._included

    @cached_property
    def _included(self) -> list[tuple[str, str]]:
        return self._find(self._file, self.text)

    def link(self, href: str) -> str:
        """Return the link, after a look for the page that it names."""
        uris = self._uris
        return resolve_link(
            href, self._file.uri, lambda uri: uri if uris is None or uri in uris else None
        )


def _run_macros(build: BuildSession, markdown: str, environment: Environment) -> str:
    """Return the text that the macros plugin hands on to Markdown, with placeholders of poses.

    Where a macro keeps Jinja from reading the page, there is none: a build has nothing of it to
    show. Where something else does, such as an extension of the site's own, all but Jinja counts.
    """
    unreadable = unreadable_macros(markdown, environment)
    for problem, source in unreadable:
        build.embedder.report(problem, source)
    if unreadable:
        return ""
    try:
        return run_expressions(markdown, environment, partial(_evaluate, build))
    except TemplateSyntaxError:
        return text_of_template(markdown)


def _evaluate(build: BuildSession, expression: Expression) -> str:
    """Return placeholders for what an expression may show, as the macros plugin leaves them."""
    if expression.name:
        return build.placeholders.put(
            expression.source, partial(_raise, missing_parentheses(expression.name))
        )
    return "".join(_placeholder(build, call, expression) for call in expression.calls)


def _placeholder(build: BuildSession, call: TemplateCall, expression: Expression) -> str:
    """Return the placeholder of a call; of one with variables, what it has of literals counts."""
    placeholders = build.placeholders
    source = call_source(call.function, call.positional, call.named)
    if call.is_literal:
        read = partial(make_call, call.function, call.positional, call.named, source)
        put = placeholders.put_url if call.function == URL else placeholders.put
        return put(source, read)
    source = expression.code if expression.is_call else source
    problem = _problem_of(call, source)
    if problem:
        return placeholders.put(source, partial(_raise, problem))
    if call.function not in POSES:
        return ""
    names = (name for name in call.positional if isinstance(name, str))
    reads = (partial(make_call, call.function, (name,), {}, source) for name in names)
    return "".join(placeholders.put(source, read) for read in reads)


def _problem_of(call: TemplateCall, source: str) -> ReferenceProblem | None:
    """Return what is wrong with the literals of a call that has variables too."""
    try:
        if call.function not in FUNCTIONS:
            make_call(call.function, call.positional, call.named, source)
        if call.function in POSES or call.function == PRELOAD:
            values = {**call.named, **dict.fromkeys(call.variables)}
            # Whether it is played once is not known.
            unknown = {"pose", *({"replay"} if "play" in call.variables else ())}
            check_arguments({n: value for n, value in values.items() if n not in unknown})
    except ReferenceProblem as problem:
        return problem
    return None


def _raise(problem: ReferenceProblem) -> Call:
    raise problem


def _show(build: BuildSession, call: TemplateCall, place: TemplatePlace) -> None:
    """Show a macro of a template or, where it has variables, check what it has of literals."""
    show = partial(build.show, place=place)
    if call.is_literal and call.function in FUNCTIONS:
        functions(show, show)[call.function](*call.positional, **call.named)
        return
    source = call_source(call.function, call.positional, call.named)
    report = partial(
        build.problems.report_in_template, source=source, context=build.context, place=place
    )
    problem = _problem_of(call, source)
    if problem:
        report(problem)
    for name in call.positional if call.function in FUNCTIONS and call.function != GALLERY else ():
        build.check(name, source, place)


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []
