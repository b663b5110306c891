"""The templates of `masko/`: from a resolved embed to HTML."""

from __future__ import annotations

from html import escape
from pathlib import Path
from traceback import walk_tb
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup
from msgspec import Struct, structs

from mkdocs_masko.assets import SiteFiles
from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.rendering.call import GALLERY, PRELOAD, URL
from mkdocs_masko.rendering.resolve import printed, resolve, resolve_preloads, resolve_url
from mkdocs_masko.rendering.selection import select, select_file
from mkdocs_masko.text import replace_controls, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from jinja2 import Template

    from mkdocs_masko.manifest import Manifest
    from mkdocs_masko.rendering.call import Call
    from mkdocs_masko.rendering.resolve import Load, Page, Preload, ResolvedEmbed, ResolvedPose
    from mkdocs_masko.rendering.selection import Selection


def templates_dir() -> Path:
    """Return the folder that holds `masko/`: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


class Embed(Struct, frozen=True, kw_only=True):
    """What a macro became.

    Attributes:
        html: What stands on the page: HTML, or the URL of `masko_url`.
        loads: The files that readers may load because of it.
        gaps: What its poses lack, and what readers see instead.
    """

    html: str
    loads: tuple[Load, ...] = ()
    gaps: tuple[str, ...] = ()


class Renderer:
    """Turns macros into HTML: selects, resolves, and fills the templates.

    Equal embeds are rendered once, whichever page they stand on, and while the site is served in
    whichever build.

    Args:
        manifest: Where poses are looked up.
        files: Names the files that the site serves; by default it serves none.
        default: Alias of the collection that a name without one is looked up in.
        overrides: Folders whose `masko/*.html` come before ours: a theme's `custom_dir`.
        known: What a build before rendered with the same templates.
    """

    def __init__(
        self,
        manifest: Manifest,
        files: SiteFiles | None = None,
        *,
        default: str = "",
        overrides: Sequence[Path] = (),
        known: Mapping[ResolvedEmbed, Embed] | None = None,
    ) -> None:
        self.manifest, self.default = manifest, default
        self._files = files or SiteFiles()
        # The escaping is ours to ask for: MkDocs' own environment has it off.
        self._environment = Environment(
            loader=FileSystemLoader([*overrides, templates_dir()]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates: dict[str, Template] = {}
        self._known = known or {}
        self.embeds: dict[ResolvedEmbed, Embed] = {}
        """All that was rendered, or was known."""

    def embed(self, call: Call, page: Page) -> Embed:
        """Return what a macro becomes on a page.

        Raises:
            ReferenceProblem: What it names is not there, or an argument is wrong.
        """
        if call.function == URL:
            pose, medium = select_file(call, self.manifest, self.default)
            resolved = resolve_url(call, pose, medium, self._files, page)
            return Embed(html=resolved.url, loads=resolved.loads)
        selection = select(call, self.manifest, self.default)
        if call.function == PRELOAD:
            return self._embed_preloads(selection, page)
        return self.embed_selection(selection, page)

    def _embed_preloads(self, selection: Selection, page: Page) -> Embed:
        resolved = resolve_preloads(selection, self._files, page)
        return Embed(html=self._fill_preloads(resolved.preloads), loads=resolved.loads)

    def _fill_preloads(self, preloads: Iterable[Preload]) -> Markup:
        return Markup("").join(self.fill("preload", preload=preload) for preload in preloads)

    def embed_selection(self, selection: Selection, page: Page) -> Embed:
        """Return what stands on a page for a pose that was selected already."""
        resolved = resolve(selection, self._files, page)
        embed = self.embeds.get(resolved)
        if embed is None:
            embed = self._known.get(resolved) or Embed(
                html=self.render(resolved), loads=resolved.loads, gaps=resolved.gaps
            )
            self.embeds[resolved] = embed
        return embed

    def print(self, call: Call, page: Page) -> str:
        """Return what a macro for a pose becomes on paper, where nothing moves.

        Raises:
            ReferenceProblem: What it names is not there, or an argument is wrong.
        """
        return self.print_selection(select(call, self.manifest, self.default), page)

    def print_selection(self, selection: Selection, page: Page) -> Markup:
        """Return what stands on paper for a pose that was selected already."""
        return self.render(printed(resolve(selection, self._files, page)))

    def render(self, embed: ResolvedEmbed) -> Markup:
        """Fill the templates with an embed.

        Raises:
            ReferenceProblem: A template has a mistake; the message has its file and line.
        """
        outer = {"classes": embed.classes, "id": embed.id}
        inner = {"classes": "masko", "id": None} if embed.caption else outer
        if len(embed.poses) == 1:
            body = self._render_pose(embed.poses[0], embed.href, **inner)
        else:
            part = {**inner, "id": None}
            parts = [self._render_pose(pose, embed.href, **part) for pose in embed.poses]
            preloads = [pose.preload for pose in embed.poses if pose.preload]
            body = self.fill("pair", parts=parts, preloads=self._fill_preloads(preloads), **inner)
        if not embed.caption:
            return body
        figure = {"caption": embed.caption, "running": embed.running, **outer}
        return self.fill("figure", body=body, **figure)

    def _render_pose(
        self,
        pose: ResolvedPose,
        href: str,
        *,
        classes: str | None,
        id: str | None,  # noqa: A002 - HTML's own
    ) -> Markup:
        """Render the pose of one palette: a still image or an animation, with its link."""
        palette = f"masko-{pose.palette}" if pose.palette else ""
        own_classes = f"{classes} {palette}".rstrip()
        if not pose.sources:
            still = self._fill_pose("still", pose, classes=classes if href else own_classes, id=id)
            return self.fill("link", body=still, href=href, classes=palette) if href else still
        still = self._fill_pose("still", pose, classes="off-glb", id=None)
        return self._fill_pose("video", pose, still=still, href=href, classes=own_classes, id=id)

    def _fill_pose(self, name: str, pose: ResolvedPose, **values: object) -> Markup:
        return self.fill(name, pose=pose, picture=pose.picture, **values)

    def fill(self, name: str, **values: object) -> Markup:
        """Fill one of the templates in `masko/`, a theme's own or ours.

        Raises:
            ReferenceProblem: The template has a mistake; the message has its file and line.
        """
        try:
            html = self._template(name).render(values)
        except ReferenceProblem:
            raise
        except Exception as error:  # a theme's own template can raise anything
            raise _template_problem(error, name) from error
        return Markup(html.strip())  # noqa: S704 - the template escapes

    def _template(self, name: str) -> Template:
        if name not in self._templates:
            self._templates[name] = self._environment.get_template(f"masko/{name}.html")
        return self._templates[name]


def embed_key(call: Call, page: Page) -> Hashable:
    """Return what decides what a macro becomes, or None where that differs from page to page."""
    if "href" in call.arguments or call.function == GALLERY:
        return None
    arguments = tuple(call.arguments.items())
    place = (page.root, page.language, page.palette)
    key = (call.function, call.reference, arguments, call.running, call.early, place)
    try:
        hash(key)
    except TypeError:  # a template may pass a list, which is an error to report
        return None
    # 1 and True are equal, and not the same argument.
    return (key, tuple(type(value) for _, value in arguments))


def _template_problem(error: Exception, name: str) -> ReferenceProblem:
    """Make the error for a template that cannot be read or filled, with its file and line."""
    line = getattr(error, "lineno", None)  # only a template that cannot be read has one
    for frame, number in walk_tb(error.__traceback__):
        if frame.f_code.co_filename.endswith(".html"):  # Jinja names its own frames so
            name, line = Path(frame.f_code.co_filename).stem, number
    kind = "" if isinstance(error, TemplateError) else f"{type(error).__name__}: "
    place = f"masko/{name}.html" + (f":{line}" if line else "")
    return ReferenceProblem(f"template {place}: {kind}{sanitize(str(error))}")


class Embedder:
    """Shows macros, and reports those that cannot be shown.

    Args:
        render: Turns a macro into HTML, or raises ReferenceProblem.
        report: Gets a problem and the text that caused it.
        render_early: Turns a macro that was rendered before into the HTML for a pose that a reader
            sees first; by default no pose is shown otherwise because of that.
    """

    def __init__(
        self,
        render: Callable[[Call], str],
        report: Callable[[ReferenceProblem, str], None],
        render_early: Callable[[Call], str] | None = None,
    ) -> None:
        self._render, self.report, self._render_early = render, report, render_early
        self.has_reviewed = False
        """Whether the parser has searched the page at hand for poses that cannot be shown."""

    def mark_reviewed(self) -> None:
        """Note that the parser has searched the page at hand."""
        self.has_reviewed = True

    def render_or_report(
        self, source: str, read: Callable[[], Call], text: str | None = None
    ) -> str:
        """Return the HTML of a macro.

        Args:
            source: The macro as written, to find it by.
            read: Reads it, or raises ReferenceProblem.
            text: What stands there when it cannot be read; by default its source.

        Returns:
            HTML; of a bad macro its alt text, after reporting it.
        """
        try:
            call = read()
        except ReferenceProblem as problem:
            self.report(problem, source)
            return escape(replace_controls(source if text is None else text))
        try:
            return self._render(call)
        except ReferenceProblem as problem:
            self.report(problem, source)
            alt = call.arguments.get("alt")
            return escape(replace_controls(call.reference if alt is None else str(alt)))

    def show_early(self, call: Call, source: str, html: str) -> str:
        """Return the HTML of a macro that turned out to be what a reader sees first.

        Args:
            call: The macro.
            source: The macro as written.
            html: What it became without knowing that; it stays where it cannot be rendered again.
        """
        if self._render_early is None:
            return html
        try:
            return self._render_early(structs.replace(call, early=True))
        except ReferenceProblem as problem:
            self.report(problem, source)
            return html
