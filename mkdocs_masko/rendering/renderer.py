"""The templates, and what goes into them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.manifest import find
from mkdocs_masko.rendering.arguments import check
from mkdocs_masko.rendering.call import unknown_argument
from mkdocs_masko.rendering.view import media_url, view
from mkdocs_masko.wording import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_masko.manifest import Manifest, Match, Medium
    from mkdocs_masko.rendering.call import Call
    from mkdocs_masko.rendering.view import View

_KINDS = {"masko_image": "image", "masko_animation": "animation"}


def templates_dir() -> Path:
    """Return the folder that holds `masko/`: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


class Place(Protocol):
    """Where a pose is shown, which decides what addresses look like."""

    def url(self, medium: Medium) -> str:
        """Return the address of a file, as this place has to write it."""
        ...

    def link(self, href: str) -> str:
        """Return the address that a link of the author's leads to."""
        ...


class AsWritten:
    """The place of a page that stands alone: addresses are those of the manifest."""

    def url(self, medium: Medium) -> str:
        """Return the address on the CDN."""
        return medium.url

    def link(self, href: str) -> str:
        """Return the author's own address."""
        return href


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
        self._default = default
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

    def render(self, call: Call, place: Place) -> str:
        """Render one call.

        Returns:
            HTML, or an address for `masko_url`.

        Raises:
            ReferenceProblem: What the call names is not there, or an argument is wrong.
        """
        match = self._find(call.reference)
        if call.function == "masko_url":
            return _url(match, call, place)
        arguments = check({**call.arguments, **_kind(call)})
        dark = self._find(arguments.dark) if arguments.dark else None
        shown = view(match, arguments, dark)
        return self._page(shown, place)

    def _page(self, shown: View, place: Place) -> str:
        outer = {"pose": shown, "classes": shown.classes, "id": shown.arguments.id}
        inner = {**outer, "classes": "masko", "id": None} if shown.caption else outer
        html = self._fill("video" if shown.sources else "picture", url=place.url, **inner)
        if shown.arguments.href:
            html = self._fill("link", body=html, href=place.link(shown.arguments.href))
        return self._fill("figure", body=html, **outer) if shown.caption else html

    def _fill(self, name: str, **values: object) -> Markup:
        try:
            html = self._templates.get_template(f"masko/{name}.html").render(values)
        except TemplateError as error:
            where = f"masko/{name}.html:{getattr(error, 'lineno', '')}".rstrip(":")
            raise ReferenceProblem(f"template {where}: {one_line(str(error))}") from error
        return Markup(html.strip())  # noqa: S704 - the template escapes

    def _find(self, reference: str) -> Match:
        return find(self.manifest, reference, self._default)


def _kind(call: Call) -> dict[str, str]:
    if call.function not in _KINDS:
        return {}
    if "kind" in call.arguments:
        raise ReferenceProblem(f"{call.function}() takes no 'kind'; write masko() with it")
    return {"kind": _KINDS[call.function]}


def _url(match: Match, call: Call, place: Place) -> str:
    known = ("key", "animation")
    unknown = next((name for name in call.arguments if name not in known), None)
    if unknown:
        raise unknown_argument(unknown, known)
    animation = check({"animation": call.arguments.get("animation")}).animation
    return place.url(media_url(match, str(call.arguments.get("key") or ""), animation))
