"""One build of a site: what its pages show, use and get wrong."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

from markupsafe import Markup
from msgspec import Struct

from mkdocs_masko.budget import PageWeights
from mkdocs_masko.errors import MissingPose, ReferenceProblem
from mkdocs_masko.manifest import find_pose
from mkdocs_masko.rendering import GALLERY, Embedder, Page, Placeholders, Renderer, StandalonePage
from mkdocs_masko.slips import find_css_slips, find_slips
from mkdocs_masko.source_text import SourceText

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from pathlib import Path

    from mkdocs_masko.assets import SiteFile
    from mkdocs_masko.hosting import CdnHosting, SelfHosting
    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.rendering import Call, Embed


class RenderContext(Page, Protocol):
    """The page or template that is being rendered."""

    @property
    def name(self) -> str:
        """For messages: `docs/index.md`, or `template home.html`."""
        ...

    def text(self) -> str:
        """Return its source, to find a macro in; empty where it cannot be read."""
        ...


class _OutsidePages(StandalonePage):
    """Where a macro is shown before the first page, by a plugin that converts Markdown early."""

    name = "outside of pages"

    def text(self) -> str:
        return ""


_OUTSIDE = _OutsidePages()

COPIED_SUFFIXES = (".html", ".htm", ".css")
"""Files in the docs folder which are copied as they are, and may still name a pose."""


class _CopiedFile(StandalonePage):
    """A file that is copied into the site; nothing in it is rendered."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self._text = name, text

    def text(self) -> str:
        return self._text


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
        return f"{place}: {self.message}"


class BuildSession:
    """Renders the macros of a site, and collects what comes of it.

    Args:
        manifest: What may be shown.
        default: Alias of the collection that names without one are looked up in.
        overrides: Folders with templates of the theme's.
        hosting: Which media the site serves, and under which names.
        remedy: Returns what helps where a pose is missing, as far as more is known of the
            manifest than what is in it.
    """

    def __init__(
        self,
        manifest: Manifest,
        *,
        default: str,
        overrides: Sequence[Path],
        hosting: SelfHosting | CdnHosting,
        remedy: Callable[[MissingPose], str] = lambda problem: problem.remedy,
    ) -> None:
        self.manifest, self.hosting = manifest, hosting
        self.placeholders = Placeholders()
        self.embedder = Embedder(self._render, self._report)
        self._problems: dict[Problem, None] = {}
        self.context: RenderContext = _OUTSIDE
        """The page or template that is being rendered."""
        self.extra_files: dict[str, Path] = {}
        """Files beside the media that some page needs, by their paths in the site."""
        self._default, self._remedy = default, remedy
        self._renderer = Renderer(manifest, hosting.files, default=default, overrides=overrides)
        self._embeds: dict[Hashable, Embed] = {}
        self._shown: list[tuple[RenderContext, Embed]] = []
        self._included: list[SiteFile] = []
        self._paths: dict[str, Path] = {}
        self._occurrences: dict[tuple[str, str], int] = {}
        self._source = ("", SourceText(""))

    def enter(self, context: RenderContext) -> None:
        """Say which page or template is rendered from now on."""
        self.context = context

    def show(self, source: str, read: Callable[[], Call]) -> str:
        """Return the HTML of a macro for a template, where it is not escaped again."""
        html = self.embedder.render_or_report(source, read)
        return Markup(html)  # noqa: S704 - escaped by our templates

    def _render(self, call: Call) -> str:
        context = self.context
        key = _embed_key(call, context)
        embed = self._embeds.get(key)
        if embed is None:
            embed = self._embed(call, context)
            if key is not None:
                self._embeds[key] = embed
        self._shown.append((context, embed))
        return embed.html

    def _embed(self, call: Call, context: RenderContext) -> Embed:
        if call.function == GALLERY:
            from mkdocs_masko.gallery.page import render  # noqa: PLC0415 - most sites have none

            return render(call, self._renderer, context)
        return self._renderer.embed(call, context)

    def include(self, file: SiteFile) -> None:
        """Publish a file though no page shows it."""
        self._included.append(file)

    def site_files(self) -> dict[str, Path]:
        """Return, by path in the site, a sound file for all that pages have used so far.

        Raises:
            MaskoError: Some cannot be had, or not be encoded; all of them are named.
        """
        loads = (load for _, embed in self._shown for load in embed.loads)
        used = (*self._included, *(load.file for load in loads if load.file))
        missing = {file.path: file for file in used if file.path not in self._paths}
        self._paths |= self.hosting.resolve(missing.values())
        return self._paths

    def sizes(self) -> dict[str, int]:
        """Return the bytes of every file that pages use, as far as they are known."""
        loads = (load for _, embed in self._shown for load in embed.loads)
        remote = {load.name: load.bytes for load in loads}
        return remote | {path: file.stat().st_size for path, file in self.site_files().items()}

    def weights(self) -> PageWeights:
        """Return what each page makes its readers load."""
        weights = PageWeights()
        for context, embed in self._shown:
            if context is not _OUTSIDE:  # which no reader opens
                weights.add(context.name, embed.loads)
        return weights

    def gaps(self) -> list[str]:
        """Return what the poses that pages show lack, and what readers see instead."""
        return list(dict.fromkeys(gap for _, embed in self._shown for gap in embed.gaps))

    def check(self, reference: object, source: str) -> None:
        """Report a name that leads to no pose, wherever it stands."""
        try:
            find_pose(self.manifest, str(reference), self._default)
        except ReferenceProblem as problem:
            self._report(problem, source)

    def review(self, html: str, reviewed: str = "") -> None:
        """Report the poses that HTML names where none can be shown.

        Args:
            html: A page that is finished, or a part of one.
            reviewed: A part of it that was reviewed before.
        """
        slips = find_slips(html)
        before = Counter(find_slips(reviewed)) if slips else Counter()
        for slip in slips:
            if before[slip]:
                before[slip] -= 1
            else:
                self._report(ReferenceProblem(slip.message), slip.source)

    def review_file(self, name: str, text: str) -> None:
        """Report the poses that a file names which is copied into the site as it is.

        Args:
            name: The file, for messages: `docs/extra.css`.
            text: Its HTML or CSS.
        """
        self.enter(_CopiedFile(name, text))
        is_css = name.endswith(".css")
        for slip in find_css_slips(text) if is_css else find_slips(text, has_macros=False):
            self._report(ReferenceProblem(slip.message), slip.source)

    def sorted_problems(self) -> list[Problem]:
        """Return all bad references, page by page, in the order of their lines."""
        names = dict.fromkeys(problem.name for problem in self._problems)
        order = {name: number for number, name in enumerate(names)}
        return sorted(self._problems, key=lambda p: (order[p.name], p.line, p.column))

    def _report(self, problem: ReferenceProblem, source: str) -> None:
        if isinstance(problem, MissingPose):
            problem = problem.with_remedy(self._remedy(problem))
        # A template has the same one on every page; it counts once.
        self._problems[self._locate(str(problem), source)] = None

    def _locate(self, message: str, source: str) -> Problem:
        name = self.context.name
        number = self._occurrences.get((name, source), -1) + 1
        self._occurrences[name, source] = number
        if self._source[0] != name:
            self._source = (name, SourceText(self.context.text()))
        line, column = self._source[1].location(source, number) or (0, 0)
        return Problem(name=name, line=line, column=column, message=message)


def _embed_key(call: Call, context: RenderContext) -> Hashable:
    """Return what decides what a macro becomes, or None where that differs from page to page."""
    if "href" in call.arguments or call.function == GALLERY:
        return None
    arguments = tuple(call.arguments.items())
    key = (call.function, call.reference, arguments, call.running, context.root, context.language)
    try:
        hash(key)
    except TypeError:  # a template may pass a list, which is an error to report
        return None
    # 1 and True are equal, and not the same argument.
    return (key, tuple(type(value) for _, value in arguments))
