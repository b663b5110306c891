"""One build of a site: what its pages show, use and get wrong."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from markupsafe import Markup
from msgspec import Struct, structs

from mkdocs_masko.budget import PageWeights
from mkdocs_masko.errors import MaskoError, MisplacedPose, MissingPose, ReferenceProblem
from mkdocs_masko.files import relative_name
from mkdocs_masko.manifest import find_pose
from mkdocs_masko.rendering import (
    GALLERY,
    POSES,
    URL,
    Embedder,
    Page,
    Placeholders,
    Renderer,
    StandalonePage,
    bad_argument,
)
from mkdocs_masko.slips import Slip, find_slips, find_slips_in_file, find_slips_in_settings
from mkdocs_masko.text import printable, sanitize
from mkdocs_masko.theme_templates import calling_template, is_template
from mkdocs_masko.urls import pose_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from mkdocs_masko.assets import SiteFile
    from mkdocs_masko.hosting import CdnHosting, SelfHosting
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.rendering import Call, Embed, ResolvedEmbed
    from mkdocs_masko.source_text import SourceText
    from mkdocs_masko.theme_templates import TemplatePlace

    ReplaceHtml = Callable[["RenderContext", str, str], bool]


_HASH_IN_NAME = re.compile(r"\.([0-9a-f]{16})\.[a-z0-9]{3,4}")  # of a file that the site serves


class RenderContext(Page, Protocol):
    """The page or template that is being rendered."""

    @property
    def name(self) -> str:
        """For messages: `docs/index.md`, or `template home.html`."""
        ...

    def sources(self) -> Iterable[tuple[str, str]]:
        """Return the files that it may be made of, by their names in messages, with their texts."""
        ...


class _OutsidePages(StandalonePage):
    """Where a macro is shown before the first page, by a plugin that converts Markdown early."""

    name = "outside of pages"

    def sources(self) -> Iterable[tuple[str, str]]:
        return ()


_OUTSIDE = _OutsidePages()

_COPIED_SUFFIXES = (".html", ".htm", ".xhtml", ".svg", ".css")


def is_searched(name: str) -> bool:
    """Tell whether a file of the docs folder is copied as it is, and may still name a pose."""
    return name.lower().endswith(_COPIED_SUFFIXES)


class SourceFile(StandalonePage):
    """A file whose HTML nobody looks at: copied into the site as it is, or only checked.

    Args:
        name: The file, for messages: `docs/extra.css`.
        text: Its content.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    def sources(self) -> Iterable[tuple[str, str]]:
        """Return the file."""
        return ((self.name, self.text),)


class Problem(Struct, frozen=True, kw_only=True):
    """A reference that leads nowhere.

    Attributes:
        name: The page or template: `docs/index.md`.
        line: From 1; 0 when it is not known.
        column: From 1; 0 when it is not known.
        message: What is wrong, and what to do.
    """

    name: str
    line: int = 0
    column: int = 0
    message: str

    def __str__(self) -> str:
        place = f"{self.name}:{self.line}:{self.column}" if self.line else self.name
        return printable(f"{place}: {self.message}")


class _MacroUse(Struct, frozen=True, kw_only=True):
    """A macro, where it stands, for which page it is shown, and what became of it."""

    context: RenderContext
    page: str
    call: Call
    embed: Embed


class BuildSession:
    """Renders the macros of a site, and collects what comes of it.

    While pages render, a still is shown in all variants that are planned for it. `settle` gets
    their bytes, and shows again those where a variant is not worth publishing, or cannot be made.

    Args:
        manifest: What may be shown.
        default: Alias of the collection that names without one are looked up in.
        overrides: Folders with templates of the theme's.
        hosting: Which media the site serves, and under which names.
        folder: The folder of `mkdocs.yml`, from which messages name templates.
        remedy: Returns what helps where a pose is missing, as far as more is known of the
            manifest than what is in it.
        known: What a build before rendered: its `reusable_embeds`.
    """

    def __init__(  # noqa: PLR0913 - what stands around a build
        self,
        manifest: Manifest,
        *,
        default: str,
        overrides: Sequence[Path],
        hosting: SelfHosting | CdnHosting,
        folder: Path | None = None,
        remedy: Callable[[MissingPose], str] = lambda problem: problem.remedy,
        known: Mapping[ResolvedEmbed, Embed] | None = None,
    ) -> None:
        self.manifest, self.hosting = manifest, hosting
        self.placeholders = Placeholders()
        self.embedder = Embedder(self._render, self._report, self._render)
        self._problems: dict[Problem, None] = {}
        self.context: RenderContext = _OUTSIDE
        """The page or template that is being rendered."""
        self.extra_files: dict[str, Path] = {}
        """Files beside the media that some page needs, by their paths in the site."""
        self._page = ""
        self._default, self._remedy, self._folder = default, remedy, folder
        self._has_overrides = bool(overrides)
        self._renderer = Renderer(
            manifest,
            hosting.files,
            default=default,
            overrides=overrides,
            known=None if overrides else known,
        )
        self._embeds: dict[Hashable, Embed] = {}
        self._uses: list[_MacroUse] = []
        self._included: list[SiteFile] = []
        self._paths: dict[str, Path] = {}
        self._is_settled = False
        self._replacements: dict[str, str] = {}  # HTML by the HTML that it took the place of
        self._dropped_files: dict[str, SiteFile] = {}  # variants that no page should show, by path
        self._occurrences: dict[tuple[str, str, str], int] = {}
        self._poses_of_settings: set[tuple[str, str | None]] = set()  # with the file's name
        self._texts: dict[str, SourceText] = {}
        self._reviewed: set[tuple[str, Slip, int]] = set()

    @property
    def reusable_embeds(self) -> Mapping[ResolvedEmbed, Embed]:
        """What the next build of this process may take as it is.

        Nothing where a theme has templates of its own, which may be others by then.
        """
        return {} if self._has_overrides else self._renderer.embeds

    def enter(self, context: RenderContext, *, page: str = "") -> None:
        """Say which page or template is rendered from now on.

        Args:
            context: The page or template.
            page: The page whose readers load what is shown, as its weight is told; empty for one
                that has no budget.
        """
        self.context, self._page = context, page

    def enter_page(
        self, context: RenderContext, meta: Mapping[str, Any], *, page: str = ""
    ) -> None:
        """Say which page is rendered from now on, and check what its front matter names."""
        self.enter(context, page=page)
        self.embedder.has_reviewed = False
        if "mascot" in meta:
            self.check(meta["mascot"], "mascot:")

    def show(
        self, source: str, read: Callable[[], Call], place: TemplatePlace | None = None
    ) -> str:
        """Return the HTML of a macro for a template, where it is not escaped again.

        Args:
            source: The macro as an author would write it.
            read: Reads it, or raises ReferenceProblem.
            place: Where it is called; by default in the template that is running.
        """
        report = partial(self.report_in_template, place=place)
        embedder = Embedder(self._render, report)
        html = embedder.render_or_report(source, lambda: structs.replace(read(), early=True))
        return Markup(html)  # noqa: S704 - escaped by our templates

    def _render(self, call: Call) -> str:
        context = self.context
        embed = self._embed_once(call, context)
        self._uses.append(_MacroUse(context=context, page=self._page, call=call, embed=embed))
        return embed.html

    def _embed_once(self, call: Call, context: RenderContext) -> Embed:
        """Render a macro, or return what an equal one has become."""
        key = _embed_key(call, context)
        embed = self._embeds.get(key)
        if embed is None:
            embed = self._embed(call, context)
            if self._is_settled:
                embed = self._settled_embed(embed, call, context)
            else:
                self.hosting.begin(_files(embed))
            if key is not None:
                self._embeds[key] = embed
        return embed

    def _settled_embed(self, embed: Embed, call: Call, context: RenderContext) -> Embed:
        """Show a macro of a template, which is rendered once: with the bytes of its files."""
        try:
            changed = self._resolve(_files(embed))
        except MaskoError:  # `site_files` says so, where a hook can report it
            return embed
        return self._embed(call, context) if changed else embed

    def _embed(self, call: Call, context: RenderContext) -> Embed:
        if call.function == GALLERY:
            from mkdocs_masko.gallery.page import render  # noqa: PLC0415 - most sites have none

            return render(call, self._renderer, context)
        return self._renderer.embed(call, context)

    def include(self, file: SiteFile) -> None:
        """Publish a file though no page shows it."""
        self._included.append(file)

    def close(self) -> None:
        """Give up variants that were begun for pages, because the build failed."""
        self.hosting.close()

    def settle(self, replace: ReplaceHtml = lambda *_: False) -> None:
        """Get the bytes of all that pages use, and show again what turns out otherwise.

        Args:
            replace: Replaces HTML in what a page has become; returns whether that was there.

        Raises:
            MaskoError: Some cannot be had; all of them are named.
        """
        changed = self._resolve(self._used_files())
        if changed:
            self._show_changed(changed, replace)
        self._is_settled = True

    def _show_changed(self, changed: set[str], replace: ReplaceHtml) -> None:
        """Show again the stills of these URLs, and replace what pages have of them."""
        self._embeds.clear()
        before = self._uses
        self._uses = [self._show_again(use, changed) for use in before]
        paths = {file.path for file in self._used_files()}
        files = (file for use in before for file in _files(use.embed))
        self._dropped_files = {file.path: file for file in files if file.path not in paths}
        for old, new in zip(before, self._uses, strict=True):
            if old.embed.html != new.embed.html:
                self._replacements[str(old.embed.html)] = str(new.embed.html)
        self._replace_on_pages(before, replace)

    def _show_again(self, use: _MacroUse, changed: set[str]) -> _MacroUse:
        if changed.isdisjoint(load.url for load in use.embed.loads):
            return use
        try:
            return structs.replace(use, embed=self._embed_once(use.call, use.context))
        except ReferenceProblem:  # a theme's template that takes all formats for granted
            return use

    def _replace_on_pages(self, before: list[_MacroUse], replace: ReplaceHtml) -> None:
        """Replace HTML on its pages. Where that is not found, its variants must stay.

        A plugin may have rewritten it, or encrypted it.
        """
        pages: dict[RenderContext, dict[str, set[str]]] = {}
        for use in before:
            if use.embed.html in self._replacements:
                paths = {f.path for f in _files(use.embed) if f.path in self._dropped_files}
                pages.setdefault(use.context, {})[str(use.embed.html)] = paths
        kept_paths = {
            context: self._replace_on_page(partial(replace, context), embeds)
            for context, embeds in pages.items()
        }
        for number, use in enumerate(before):
            paths = pages.get(use.context, {}).get(str(use.embed.html), set())
            if paths and paths <= kept_paths[use.context]:
                self._uses[number] = use  # nothing of it could be replaced
        self._keep(set().union(*kept_paths.values()))

    def _replace_on_page(
        self, replace: Callable[[str, str], bool], embeds: Mapping[str, set[str]]
    ) -> set[str]:
        """Replace embeds of one page; return the paths that are on it for all that is known.

        Args:
            replace: Replaces HTML of the page; returns whether that was there.
            embeds: The HTML of each, with the paths in it that should not be published.
        """
        replaced_paths: set[str] = set()
        # The HTML of a still may also be a part of a longer one.
        for html in sorted(embeds, key=len, reverse=True):
            if replace(html, self._replacements[html]):
                replaced_paths |= embeds[html]
        other_paths = set().union(*embeds.values()) - replaced_paths
        return {path for path in other_paths if not self._replace_path(replace, path)}

    def _replace_path(self, replace: Callable[[str, str], bool], path: str) -> bool:
        """Replace the URL of a variant, where a plugin has written the HTML around it anew."""
        stand_in = self.hosting.files.stand_ins.get(path)
        return stand_in is not None and replace(path, stand_in)

    def _keep(self, paths: Iterable[str]) -> None:
        """Publish variants in spite of what they weigh, because something refers to them."""
        self._included += [
            self._dropped_files.pop(path) for path in paths if path in self._dropped_files
        ]

    def prints(
        self, page_of: Callable[[RenderContext], Page] = lambda context: context
    ) -> dict[RenderContext, dict[str, str]]:
        """Return what pages show, for a plugin that puts them where nothing moves.

        Args:
            page_of: Returns the page that they are to be rendered for, by default their own.

        Returns:
            By page and by the HTML of an embed on it, what is to be printed in its place.
        """
        prints: dict[RenderContext, dict[str, str]] = {}
        older: dict[str, list[str]] = {}
        for old, new in self._replacements.items():
            older.setdefault(new, []).append(old)
        for use in self._uses:
            if use.call.function in POSES:
                embed = str(use.embed.html)
                try:
                    print_html = self._renderer.print(use.call, page_of(use.context))
                except ReferenceProblem:  # a theme's template that takes an animation for granted
                    continue
                for html in (embed, *older.get(embed, ())):
                    prints.setdefault(use.context, {})[html] = print_html
        return prints

    def print(self, call: Call, page: Page) -> str:
        """Return what a macro becomes where nothing moves; of a gallery, nothing.

        Raises:
            ReferenceProblem: What it names is not there, or an argument is wrong.
        """
        if call.function in POSES:
            return self._renderer.print(call, page)
        return self._renderer.embed(call, page).html if call.function == URL else ""

    def replace_dropped(self, html: str) -> str:
        """Return a finished page without the variants that are not published.

        What another plugin copied from one page to another is still as it was. A variant that is
        found in HTML of no known form is published after all.
        """
        if not self._find_dropped(html):
            return html
        for old in sorted(self._replacements, key=len, reverse=True):
            html = html.replace(old, self._replacements[old])
        for path in self._find_dropped(html):
            html = html.replace(path, self.hosting.files.stand_ins.get(path, path))
        self._keep([path for path in self._find_dropped(html) if path in html])
        return html

    def _find_dropped(self, html: str) -> list[str]:
        hashes = set(_HASH_IN_NAME.findall(html)) if self._dropped_files else ()
        return [path for path in self._dropped_files if path.split(".")[-2] in hashes]

    def site_files(self) -> dict[str, Path]:
        """Return, by path in the site, a sound file for all that pages have used so far.

        Raises:
            MaskoError: Some cannot be had; all of them are named.
        """
        used = {file.path: file for file in self._used_files()}
        self._resolve(used.values())
        return {path: self._paths[path] for path in used if path in self._paths}

    def _used_files(self) -> list[SiteFile]:
        return [*self._included, *(file for use in self._uses for file in _files(use.embed))]

    def _resolve(self, files: Iterable[SiteFile]) -> set[str]:
        """Get the bytes of files; return the URLs of stills that should be shown otherwise."""
        missing = {file.path: file for file in files if file.path not in self._paths}
        if not missing:  # so no size is new, and looking at all stills again would change nothing
            return set()
        resolved = self.hosting.resolve(missing.values())
        self._paths |= resolved.paths
        return resolved.changed

    def sizes(self) -> dict[str, int]:
        """Return the bytes of every file that pages use, as far as they are known."""
        loads = (load for use in self._uses for load in use.embed.loads)
        remote = {load.name: load.bytes for load in loads}
        return remote | {path: file.stat().st_size for path, file in self.site_files().items()}

    def weights(self) -> PageWeights:
        """Return what each page makes its readers load, for its content and its template."""
        weights = PageWeights()
        for use in self._uses:
            if use.context is not _OUTSIDE:  # which no reader opens
                weights.add(use.page, use.embed.loads)
        return weights

    def gaps(self) -> list[str]:
        """Return what the poses that pages show lack, and what readers see instead."""
        return list(dict.fromkeys(gap for use in self._uses for gap in use.embed.gaps))

    def check(self, reference: object, source: str, place: TemplatePlace | None = None) -> None:
        """Report a name that leads to no pose, wherever it stands."""
        try:
            find_pose(self.manifest, str(reference), self._default)
        except ReferenceProblem as problem:
            self.report_in_template(problem, source, place=place)

    def review(self, html: str, reviewed: str = "", *, has_macros: bool = True) -> None:
        """Report the poses that HTML names where none can be shown.

        Args:
            html: A page that is finished, or a part of one.
            reviewed: A part of it that was reviewed before.
            has_macros: Whether macros run on it, so that a better way to show a pose is one.
        """
        slips = find_slips(html, has_macros=has_macros) if html != reviewed else []
        before = Counter(find_slips(reviewed)) if slips else Counter()
        for slip in slips:
            before[slip] -= 1
            # A template has the same ones on every page; each is looked for once.
            key = (self.context.name, slip, before[slip])
            if before[slip] < 0 and key not in self._reviewed:
                self._reviewed.add(key)
                self._report(slip.problem, slip.source)

    def review_file(self, name: str, text: str) -> None:
        """Report the poses that a file names which is copied into the site as it is.

        Args:
            name: The file, for messages: `docs/extra.css`.
            text: Its HTML or CSS.
        """
        self.enter(SourceFile(name, text))
        is_css = name.lower().endswith(".css")
        for slip, offset in find_slips_in_file(text, is_css=is_css):
            self._add(slip.problem, name, self._text(name, text).position(offset))

    def review_settings(self, name: str, text: str) -> None:
        """Report the poses and macros that the settings of the site name.

        Args:
            name: The file, for messages: `mkdocs.yml`.
            text: Its content.
        """
        for slip, offset in find_slips_in_settings(text):
            self._poses_of_settings.add((name, pose_of(slip.source)))
            self._add(slip.problem, name, self._text(name, text).position(offset))

    def sorted_problems(self) -> list[Problem]:
        """Return all bad references, page by page, in the order of their lines."""
        names = dict.fromkeys(problem.name for problem in self._problems)
        order = {name: number for number, name in enumerate(names)}
        return sorted(self._problems, key=lambda p: (order[p.name], p.line, p.column))

    def report_in_template(
        self, problem: ReferenceProblem, source: str, *, place: TemplatePlace | None
    ) -> None:
        """Report what is wrong with a macro in a template; the arguments are those of `show`."""
        place = place or calling_template()
        if place is None:
            self._report(problem, source)
            return
        name = self.template_name(place.path)
        text = self._text(name, place.path.read_text(encoding="utf-8", errors="replace"))
        self._add(problem, name, text.location_below(source, place.line))

    def template_name(self, path: Path) -> str:
        """Name a template by its path from `mkdocs.yml`, or by its own name if that is far away."""
        folder = (self._folder or Path.cwd()).resolve()
        path = path.resolve()
        if folder in path.parents or folder.parent in path.parents:
            return relative_name(path, folder)
        return f"template {path.name}"

    def _report(self, problem: ReferenceProblem, source: str) -> None:
        name = self.context.name
        host = problem.host if isinstance(problem, MisplacedPose) else ""
        key = (name, host, (pose_of(source) if host else None) or source)  # however it is written
        number = self._occurrences.get(key, -1) + 1
        self._occurrences[key] = number
        place = name, (0, 0)
        for file_name, text in self.context.sources():
            if host and (file_name, pose_of(source)) in self._poses_of_settings:
                return  # a theme has written what is reported where its author wrote it
            searched = self._text(file_name, text)
            offsets = searched.offsets_in(host, source) if host else searched.offsets(source)
            if offsets:
                place = file_name, searched.position(offsets[min(number, len(offsets) - 1)])
                number -= len(offsets)
            if offsets and number < 0:
                break
        self._add(problem, *place)

    def _text(self, name: str, text: str) -> SourceText:
        if name not in self._texts:
            from mkdocs_masko.source_text import SourceText  # noqa: PLC0415 - only for problems

            self._texts[name] = SourceText(text, is_markdown=not is_template(name))
        return self._texts[name]

    def _add(self, problem: ReferenceProblem, name: str, location: tuple[int, int]) -> None:
        if isinstance(problem, MissingPose):
            problem = problem.with_remedy(self._remedy(problem))
        line, column = location
        located = Problem(name=name, line=line, column=column, message=str(problem))
        self._problems[located] = None  # a template has the same one on every page; it counts once


def resolve_link(href: str, page: str, url_of: Callable[[str], str | None]) -> str:
    """Return the URL of the page whose Markdown file a link names, as MkDocs does for links.

    Args:
        href: The link as the author wrote it.
        page: The file of the page that it stands on, in the docs folder: `guide/index.md`.
        url_of: Returns the URL of a file of the docs folder, or None where there is no such file.

    Raises:
        ReferenceProblem: It is no URL, or names a page that does not exist.
    """
    try:
        parts = urlsplit(href)
    except ValueError:
        raise bad_argument("href", "a URL", href) from None
    if parts.scheme or parts.netloc or not parts.path:
        return href
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    # macOS may store a name with its accents apart, and an author types them joined.
    spellings = dict.fromkeys((target, normalize("NFC", target), normalize("NFD", target)))
    url = next((url for url in map(url_of, spellings) if url is not None), None)
    if url is None and parts.path.endswith(".md"):
        raise ReferenceProblem(f"argument 'href' names no page: {sanitize(href)!r}")
    return href if url is None else parts._replace(path=url).geturl()


def _files(embed: Embed) -> Iterator[SiteFile]:
    return (load.file for load in embed.loads if load.file)


def _embed_key(call: Call, context: RenderContext) -> Hashable:
    """Return what decides what a macro becomes, or None where that differs from page to page."""
    if "href" in call.arguments or call.function == GALLERY:
        return None
    arguments = tuple(call.arguments.items())
    place = (context.root, context.language, context.palette)
    key = (call.function, call.reference, arguments, call.running, call.early, place)
    try:
        hash(key)
    except TypeError:  # a template may pass a list, which is an error to report
        return None
    # 1 and True are equal, and not the same argument.
    return (key, tuple(type(value) for _, value in arguments))
