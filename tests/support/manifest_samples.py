"""Manifests, pages and golden files, for the tests that need some."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markdown import Markdown
from mkdocs_masko.manifest import Collection, Manifest, Medium, Pose, make
from mkdocs_masko.markdown import MaskoExtension
from mkdocs_masko.rendering import Call, Embedder, Placeholders, Renderer, StandalonePage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mkdocs_masko.errors import ReferenceProblem

HOST = "https://assets.masko.ai"
ORIGINS = [HOST]

PLAIN = [
    "tables",
    "admonition",
    "fenced_code",
    "attr_list",
    "toc",
    "footnotes",
    "md_in_html",
    "def_list",
    "abbr",
    "smarty",
]
"""Extensions of Python-Markdown that many sites use."""

QUICK = [name for name in PLAIN if name != "smarty"]
"""The same for measuring: that one is slow by itself at quotes."""

PYMDOWNX = [
    *(name for name in PLAIN if name != "fenced_code"),
    *(
        "pymdownx." + n
        for n in ["superfences", "inlinehilite", "highlight", "details", "tabbed", "tilde"]
    ),
]
"""What sites in the Material theme use."""


def medium(name: str, type_: str = "image/png", size: int = 512, **more: Any) -> Medium:  # noqa: ANN401 - the medium's own
    """Make a square medium with an address on the vendor's host."""
    what: Any = type_  # which may be wrong: that is for the manifest to find
    return Medium(
        url=f"{HOST}/masko/{name}",
        type=what,
        width=size,
        height=size,
        bytes=size * 100,
        **more,
    )


def webm(name: str, size: int = 512) -> Medium:
    """Make a transparent webm."""
    return medium(f"{name}.webm", "video/webm", size, alpha=True, duration=2.5)


def mov(name: str, size: int = 512) -> Medium:
    """Make a transparent mov."""
    return medium(f"{name}.mov", "video/quicktime", size, alpha=True, duration=2.5)


def mp4(name: str, size: int = 512) -> Medium:
    """Make an opaque mp4."""
    return medium(f"{name}.mp4", "video/mp4", size, alpha=False, duration=2.5)


def animation(name: str, *sizes: int) -> dict[str, Medium]:
    """Make an animation with the API's keys, and its size variants."""
    makers = {"video": mp4, "transparent_video_webm": webm, "transparent_video_mov": mov}
    whole = {key: maker(name) for key, maker in makers.items()}
    android = medium(f"{name}-stacked.mp4", "video/mp4", 512, alpha=False, duration=2.5)
    sized = {
        f"{key}_{size}": maker(f"{name}-{size}", size)
        for key, maker in makers.items()
        for size in sizes
    }
    return {**whole, "transparent_video_android": android, **sized}


def pose(slug: str, *animations: dict[str, Medium], name: str | None = None) -> Pose:
    """Make a pose with both pictures."""
    return Pose(
        name=slug if name is None else name,
        image=medium(f"{slug}.jpg", "image/jpeg"),
        transparent_image=medium(f"{slug}.png"),
        animations=animations,
    )


FOX = {
    "wave": pose("wave", animation("wave")),
    "night": pose("night", animation("night")),
    "sized": pose("sized", animation("sized", 128, 256, 1024)),
    "two": pose("two", animation("first"), animation("second")),
    "still": pose("still"),
    "plush-swagger": pose("plush-swagger", name="Plush Swagger"),
    "only-webm": pose("only-webm", {"transparent_video_webm": webm("only-webm")}),
    "only-mov": pose("only-mov", {"transparent_video_mov": mov("only-mov")}),
    "opaque-webm": pose(
        "opaque-webm",
        {"transparent_video_webm": medium("o.webm", "video/webm", alpha=False)},
    ),
    "known": pose("known", {"video": medium("k.mp4", "video/mp4", codecs="avc1.42E01E")}),
    "long": pose("long", {"transparent_video_webm": medium("l.webm", "video/webm", duration=5.1)}),
    "opaque": Pose(
        name="opaque",
        image=medium("opaque.jpg", "image/jpeg"),
        animations=(animation("opaque"),),
    ),
    "faceless": Pose(name="faceless", animations=(animation("faceless"),)),
    "only-mp4": Pose(name="only-mp4", animations=({"video": mp4("only-mp4")},)),
    "wide": Pose(
        name="wide",
        transparent_image=Medium(url=f"{HOST}/w.png", type="image/png", width=600, height=200),
    ),
    "bare": Pose(name="bare"),
}
"""Poses of every form, by slug."""


def collection(poses: dict[str, Pose], name: str = "Fox Mascot", id_: str = "fox") -> Collection:
    """Make a collection."""
    return Collection(id=id_, name=name, poses=poses)


def manifest(**collections: dict[str, Pose]) -> Manifest:
    """Make a manifest of poses by alias and slug; without any, of the fox."""
    found = collections or {"fox": FOX}
    return make({alias: collection(poses, id_=alias) for alias, poses in found.items()})


def renderer(**poses: Pose) -> Renderer:
    """Make a renderer for the fox and some poses more."""
    return Renderer(manifest(fox={**FOX, **poses}))


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page that was converted."""

    html: str
    problems: list[tuple[str, str]]
    """The problems, with the texts that caused them."""
    calls: list[Call] = field(default_factory=list)
    """The calls that were shown."""


def label(call: Call) -> str:
    """Show a call so that a test can read it."""
    shown = json.dumps(dict(call.arguments), ensure_ascii=False, default=repr)
    name = call.function.removeprefix("masko").strip("_") or "pose"
    return f"[[{name} {call.reference} {shown}]]"


def convert(
    text: str,
    extensions: Sequence[Any] = (),
    *,
    render: Callable[[Call], str] = label,
    placeholders: Placeholders | None = None,
    **options: Any,  # noqa: ANN401 - the parser's own
) -> Page:
    """Convert a page; without `render`, calls become labels."""
    problems: list[tuple[str, str]] = []
    calls: list[Call] = []

    def report(problem: ReferenceProblem, source: str) -> None:
        problems.append((str(problem), source))

    def shown(call: Call) -> str:
        calls.append(call)
        return render(call)

    masko = MaskoExtension(Embedder(shown, report), placeholders)
    html = Markdown(extensions=[*extensions, masko], **options).convert(text)
    return Page(html=html, problems=problems, calls=calls)


def rendered(text: str, extensions: Sequence[Any] = (), **poses: Pose) -> Page:
    """Convert a page with the real templates."""
    found = renderer(**poses)
    return convert(text, extensions, render=lambda call: found.embed(call, StandalonePage()).html)


def check_golden(path: Path, actual: str) -> None:
    """Compare with a golden file; with `MASKO_UPDATE_GOLDEN=1`, write it."""
    if os.environ.get("MASKO_UPDATE_GOLDEN") == "1":
        path.write_text(actual + "\n", encoding="utf-8", newline="\n")
    assert actual + "\n" == path.read_text(encoding="utf-8")
