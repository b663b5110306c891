"""The templates, and what goes into them."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup
from msgspec import Struct

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.manifest import find_pose
from mkdocs_masko.rendering.call import check_arguments, unknown_argument
from mkdocs_masko.rendering.selection import media_url, select
from mkdocs_masko.text import replace_controls, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mkdocs_masko.manifest import Manifest, Match, Medium
    from mkdocs_masko.rendering.call import Arguments, Call
    from mkdocs_masko.rendering.selection import Selection

_ENGLISH = "en"


@cache
def label(language: str, *, starts: bool) -> str:
    """Return the name of a control.

    Args:
        language: Of the site's theme: `de`, `pt-BR`, `zh_Hant`; of an unknown one, English.
        starts: Whether the animation starts by itself, and the control pauses it; else it
            plays it.
    """
    pause, play = _named(language.lower().replace("_", "-"))
    return pause if starts else play


def _named(tag: str) -> list[str]:
    known = _labels()
    while tag and tag not in known:
        tag = tag.rpartition("-")[0]
    return known[tag or _ENGLISH]


@cache
def _labels() -> dict[str, list[str]]:
    text = (Path(__file__).parent / "labels.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = json.loads(text)
    return found


_KINDS = {"masko_image": "image", "masko_animation": "animation"}


def templates_dir() -> Path:
    """Return the folder that holds `masko/`: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


class Picture(Struct, frozen=True, kw_only=True):
    """A still, as a place offers it to browsers.

    Attributes:
        src: The address that every browser takes.
        srcset: The same in more sizes, or an empty string.
        sources: Type and srcset of formats that not all browsers take, best first.
    """

    src: str
    srcset: str = ""
    sources: tuple[tuple[str, str], ...] = ()


class UrlResolver(Protocol):
    """Where a pose is shown, which decides what addresses look like."""

    @property
    def language(self) -> str:
        """The language of the site: `en`, `pt-BR`."""
        ...

    def url(self, medium: Medium) -> str:
        """Return the address of a file, as this place has to write it."""
        ...

    def picture(self, medium: Medium, width: int, height: int) -> Picture:
        """Return the addresses of a still in a box of so many px."""
        ...

    def absolute(self, medium: Medium) -> str:
        """Return the address of a file with its host, for readers who are not on the site.

        Raises:
            ReferenceProblem: The site serves the file, and does not know its own address.
        """
        ...

    def link(self, href: str) -> str:
        """Return the address that a link of the author's leads to."""
        ...

    def lacks(self, pose: str, gap: str) -> None:
        """Hear what a pose has not got, and what readers see therefore."""
        ...


class ManifestUrls:
    """The place of a page that stands alone: addresses are those of the manifest."""

    language = "en"

    def url(self, medium: Medium) -> str:
        """Return the address on the CDN."""
        return medium.url

    absolute = url

    def picture(self, medium: Medium, width: int, height: int) -> Picture:  # noqa: ARG002 - as every place
        """Return the still as it lies on the CDN, which has no other."""
        return Picture(src=self.url(medium))

    def link(self, href: str) -> str:
        """Return the author's own address."""
        return href

    def lacks(self, pose: str, gap: str) -> None:
        """Nobody is there to hear it."""


class Renderer:
    """Turns calls into HTML.

    Args:
        manifest: Where poses are looked up.
        default: Alias of the collection that a name without one is looked up in.
        overrides: Folders whose `masko/*.html` come before ours: a theme's `custom_dir`.
    """

    def __init__(
        self, manifest: Manifest, *, default: str = "", overrides: Sequence[Path] = ()
    ) -> None:
        self.manifest = manifest
        self.default = default
        loader = FileSystemLoader([*overrides, templates_dir()])
        # The escaping is ours to ask for: MkDocs' own environment has it off.
        self._templates = Environment(
            loader=loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def render(self, call: Call, place: UrlResolver) -> str:
        """Render one call.

        Returns:
            HTML, or an address for `masko_url`.

        Raises:
            ReferenceProblem: What the call names is not there, or an argument is wrong.
        """
        match = self.find(call.reference)
        if call.function == "masko_url":
            return _url(match, call, place)
        arguments = check_arguments({**call.arguments, **_kind(call)})
        return self.show(match, arguments, place, running=call.running)

    def show(
        self, match: Match, arguments: Arguments, place: UrlResolver, *, running: bool = False
    ) -> str:
        """Render a pose that was found already; the rest is as for `render`."""
        dark = self.find(arguments.dark) if arguments.dark else None
        shown = select(match, arguments, dark)
        for each in shown:
            for gap in each.gaps:
                place.lacks(each.name, gap)
        return self._whole(shown, place, running=running)

    def _whole(self, shown: tuple[Selection, ...], place: UrlResolver, *, running: bool) -> str:
        arguments = shown[0].arguments
        outer = {"classes": _classes(arguments), "id": arguments.id}
        caption = replace_controls(arguments.caption or "")
        inner = {"classes": "masko", "id": None} if caption else outer
        if len(shown) == 1:
            body = self._one(shown[0], place, **inner)
        else:
            parts = [self._one(view, place, **{**inner, "id": None}) for view in shown]
            body = self.fill("pair", parts=parts, **inner)
        if not caption:
            return body
        return self.fill("figure", body=body, caption=caption, running=running, **outer)

    def _one(
        self,
        view: Selection,
        place: UrlResolver,
        *,
        classes: str | None,
        id: str | None,  # noqa: A002 - HTML's own
    ) -> Markup:
        """Render the pose of one palette: a picture or an animation, with its link."""
        href = view.arguments.href and place.link(view.arguments.href)
        palette = f"masko-{view.palette}" if view.palette else ""
        both = f"{classes} {palette}".rstrip()
        values = {"pose": view, "url": place.url, "picture": _picture(view, place)}
        if not view.sources:
            still = self.fill("still", classes=classes if href else both, id=id, **values)
            return self.fill("link", body=still, href=href, classes=palette) if href else still
        still = self.fill("still", classes="off-glb", id=None, **values)
        name = label(place.language, starts=view.starts) if view.controlled else ""
        more = {"classes": both, "id": id, "href": href, "label": name}
        return self.fill("video", still=still, **more, **values)

    def fill(self, name: str, **values: object) -> Markup:
        """Fill one of the templates in `masko/`, a theme's own or ours.

        Raises:
            ReferenceProblem: The template has a mistake; the message has its file and line.
        """
        try:
            html = self._templates.get_template(f"masko/{name}.html").render(values)
        except TemplateError as error:
            where = f"masko/{name}.html:{getattr(error, 'lineno', '')}".rstrip(":")
            raise ReferenceProblem(f"template {where}: {sanitize(str(error))}") from error
        return Markup(html.strip())  # noqa: S704 - the template escapes

    def find(self, reference: str) -> Match:
        """Return the pose that a name means.

        Raises:
            ReferenceProblem: There is none.
        """
        return find_pose(self.manifest, reference, self.default)


def _picture(view: Selection, place: UrlResolver) -> Picture | None:
    return place.picture(view.still, view.width, view.height) if view.still else None


def _kind(call: Call) -> dict[str, str]:
    if call.function not in _KINDS:
        return {}
    if "kind" in call.arguments:
        raise ReferenceProblem(f"{call.function}() takes no 'kind'; write masko() with it")
    return {"kind": _KINDS[call.function]}


def _url(match: Match, call: Call, place: UrlResolver) -> str:
    known = ("key", "animation", "absolute")
    unknown = next((name for name in call.arguments if name not in known), None)
    if unknown:
        raise unknown_argument(unknown, known)
    animation = check_arguments({"animation": call.arguments.get("animation")}).animation
    medium = media_url(match, str(call.arguments.get("key") or ""), animation)
    return place.absolute(medium) if _flag(call, "absolute") else place.url(medium)


def _flag(call: Call, name: str) -> bool:
    """Return an argument that is on or off; its absence is off."""
    value = call.arguments.get(name) or False
    if not isinstance(value, bool):
        raise ReferenceProblem(
            f"argument {name!r} takes true or false, not {sanitize(str(value))!r}"
        )
    return value


def _classes(arguments: Arguments) -> str:
    aligned = [f"masko-{arguments.align}"] if arguments.align else []
    return " ".join(["masko", *aligned, *replace_controls(arguments.class_ or "").split()])


class Embedder:
    """Shows calls, and tells of those that cannot be shown.

    Args:
        render: Turns a call into HTML, or raises ReferenceProblem.
        report: Gets a problem and the text that caused it.
    """

    def __init__(
        self, render: Callable[[Call], str], report: Callable[[ReferenceProblem, str], None]
    ) -> None:
        self._render, self.report = render, report

    def show(self, source: str, read: Callable[[], Call], text: str | None = None) -> str:
        """Return the HTML of a call.

        Args:
            source: The call as written, to find it by.
            read: Reads the call, or raises ReferenceProblem.
            text: What stands there when the call cannot be read; by default its source.

        Returns:
            HTML; of a bad call its alt text, after reporting it.
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
            return escape(_text_of(call))


def _text_of(call: Call) -> str:
    alt = call.arguments.get("alt")
    return replace_controls(call.reference if alt is None else str(alt))
