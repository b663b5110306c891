"""One build of a site: what its pages show and use."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from msgspec import Struct, structs

from mkdocs_masko.assets.site_files import HASH_IN_NAME
from mkdocs_masko.budget import PageWeights
from mkdocs_masko.embeds import embed_macro, print_macro
from mkdocs_masko.errors import MaskoError, ReferenceProblem
from mkdocs_masko.manifest import find_pose
from mkdocs_masko.problems import Problems
from mkdocs_masko.rendering import (
    GALLERY,
    POSES,
    URL,
    Embedder,
    Page,
    Placeholders,
    Renderer,
    StandalonePage,
    embed_key,
    make_call,
)
from mkdocs_masko.sources.slips import named_in_words
from mkdocs_masko.urls import pose_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from mkdocs_masko.assets import SiteFile
    from mkdocs_masko.hosting import CdnHosting, SelfHosting
    from mkdocs_masko.manifest import Manifest, Match
    from mkdocs_masko.problems import RenderContext
    from mkdocs_masko.rendering import Call, Embed, ResolvedEmbed
    from mkdocs_masko.theme_templates import TemplatePlace

    ReplaceHtml = Callable[[RenderContext, str, str], bool]


_PREVIEW_KEYS = ("image", "illustration")  # of front matter, for themes and mkdocs-rss-plugin
_NO_WORDS = (
    "'description' is published as it is written, and can show no pose. Write words alone, and "
    "'image: masko:wave' for a picture."
)


class _OutsidePages(StandalonePage):
    """Where a macro is shown before the first page, by a plugin that converts Markdown early."""

    name = "outside of pages"

    def sources(self) -> Iterable[tuple[str, str]]:
        return ()

    included = sources


_OUTSIDE = _OutsidePages()


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
        problems: Where bad references are noted.
        known: What a build before rendered: its `reusable_embeds`.
    """

    def __init__(  # noqa: PLR0913 - what stands around a build
        self,
        manifest: Manifest,
        *,
        default: str,
        overrides: Sequence[Path],
        hosting: SelfHosting | CdnHosting,
        problems: Problems | None = None,
        known: Mapping[ResolvedEmbed, Embed] | None = None,
    ) -> None:
        self.manifest, self.hosting = manifest, hosting
        self.placeholders = Placeholders()
        self.embedder = Embedder(self._render, self._report, self._render)
        self.problems = problems or Problems()
        """The bad references so far."""
        self.context: RenderContext = _OUTSIDE
        """The page or template that is being rendered."""
        self.extra_files: dict[str, Path] = {}
        """Files beside the media that some page needs, by their paths in the site."""
        self.mascots: set[str] = set()
        """The poses that pages name in their front matter, for templates to show: `fox/wave`."""
        self.page = ""
        """The page that has what is shown in its budget; empty for one without."""
        self._default = default
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
        self.context, self.page = context, page

    def enter_page(
        self, context: RenderContext, meta: Mapping[str, Any], *, page: str = ""
    ) -> dict[str, str]:
        """Say which page is rendered from now on, and check what its front matter names.

        Args:
            context: The page.
            meta: Its front matter.
            page: As in `enter`.

        Returns:
            The absolute URLs of stills, by the keys whose values name poses for link previews; an
            empty one where there is none.
        """
        self.enter(context, page=page)
        self.embedder.has_reviewed = False
        if "mascot" in meta:
            match = self.check(meta["mascot"], "mascot:")
            self.mascots |= {f"{match.alias}/{match.slug}"} if match else set()
        description = meta.get("description")
        if isinstance(description, str):
            for source in named_in_words(description):
                self._report(ReferenceProblem(_NO_WORDS), source)
        values = {key: meta[key] for key in _PREVIEW_KEYS if isinstance(meta.get(key), str)}
        return {
            key: self._preview_url(f"{key}: {url}", pose)
            for key, url in values.items()
            if (pose := pose_of(url)) is not None
        }

    def _preview_url(self, source: str, pose: str) -> str:
        """Return the URL of an opaque still: many programs show transparency as black."""
        match = self.check(pose, source)
        if match is None:
            return ""
        key = "image" if match.pose.image else "transparent_image"
        name = f"{match.alias}/{match.slug}"
        try:
            return self._render(make_call(URL, (name, key), {"absolute": True}, source))
        except ReferenceProblem as problem:
            self._report(problem, source)
            return ""

    def show(
        self, source: str, read: Callable[[], Call], place: TemplatePlace | None = None
    ) -> str:
        """Return the HTML of a macro for a template, where it is not escaped again.

        Args:
            source: The macro as an author would write it.
            read: Reads it, or raises ReferenceProblem.
            place: Where it is called; by default in the template that is running.
        """

        def report(problem: ReferenceProblem, source: str) -> None:
            self.problems.report_in_template(problem, source, self.context, place)

        embedder = Embedder(self._render, report)
        html = embedder.render_or_report(source, lambda: structs.replace(read(), early=True))
        return Markup(html)  # noqa: S704 - escaped by our templates

    def _render(self, call: Call) -> str:
        context = self.context
        embed = self._embed_once(call, context)
        self._uses.append(_MacroUse(context=context, page=self.page, call=call, embed=embed))
        return embed.html

    def _embed_once(self, call: Call, context: RenderContext) -> Embed:
        """Render a macro, or return what an equal one has become."""
        key = embed_key(call, context)
        embed = self._embeds.get(key)
        if embed is None:
            embed = embed_macro(call, self._renderer, context)
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
        return embed_macro(call, self._renderer, context) if changed else embed

    @property
    def has_gallery(self) -> bool:
        """Whether a page shows the gallery."""
        return any(use.call.function == GALLERY for use in self._uses)

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
        changed = self._resolve(self.used_files())
        if changed:
            self._show_changed(changed, replace)
        self._is_settled = True

    def _show_changed(self, changed: set[str], replace: ReplaceHtml) -> None:
        """Show again the stills of these URLs, and replace what pages have of them."""
        self._embeds.clear()
        before = self._uses
        self._uses = [self._show_again(use, changed) for use in before]
        paths = {file.path for file in self.used_files()}
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
            if use.call.function in {*POSES, GALLERY}:
                embed = str(use.embed.html)
                try:
                    print_html = str(print_macro(use.call, self._renderer, page_of(use.context)))
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
        hashes = set(HASH_IN_NAME.findall(html)) if self._dropped_files else ()
        return [path for path in self._dropped_files if path.split(".")[-2] in hashes]

    def site_files(self) -> dict[str, Path]:
        """Return, by path in the site, a sound file for all that pages have used so far.

        Raises:
            MaskoError: Some cannot be had; all of them are named.
        """
        used = {file.path: file for file in self.used_files()}
        self._resolve(used.values())
        return {path: self._paths[path] for path in used if path in self._paths}

    def used_files(self) -> list[SiteFile]:
        """Return all files of the site that pages have used so far."""
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

    def review(
        self, html: str, reviewed: str = "", *, has_macros: bool = True, may_quote: bool = False
    ) -> None:
        """Report the poses that HTML of the page at hand names; as `Problems.review`."""
        self.problems.review(
            html, self.context, reviewed, has_macros=has_macros, may_quote=may_quote
        )

    def _report(self, problem: ReferenceProblem, source: str) -> None:
        self.problems.report(problem, source, self.context)

    def check(
        self, reference: object, source: str, place: TemplatePlace | None = None
    ) -> Match | None:
        """Find a pose, wherever its name stands; report a name that leads to none."""
        try:
            return find_pose(self.manifest, str(reference), self._default)
        except ReferenceProblem as problem:
            self.problems.report_in_template(problem, source, self.context, place)
            return None


def _files(embed: Embed) -> Iterator[SiteFile]:
    return (load.file for load in embed.loads if load.file)
