"""From what an embed shows to all that its HTML says: the step between selection and template.

A `ResolvedEmbed` is plain data: URLs, labels, the files it uses and what it lacks. Templates are
functions of it, and a build reads from it what to publish, what pages weigh and what to warn of.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias
from urllib.parse import urljoin

from msgspec import Struct, structs

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.media_types import TRANSPARENT_VIDEOS
from mkdocs_masko.rendering.call import bad_argument
from mkdocs_masko.text import replace_controls, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.assets import SiteFile, SiteFiles
    from mkdocs_masko.manifest import Medium
    from mkdocs_masko.rendering.call import Arguments, Call
    from mkdocs_masko.rendering.selection import Palette, PoseSelection, Selection

Role: TypeAlias = Literal["first", "dense", "other", "video"]
SitePalette: TypeAlias = Literal["", "system", "light", "dark"]

_SHORT = 5.0  # seconds; what moves longer by itself needs a control (WCAG 2.2, 2.2.2)
_FALLBACK_LANGUAGE = "en"
_MEDIA = {"light": "(prefers-color-scheme: light)", "dark": "(prefers-color-scheme: dark)"}


class Page(Protocol):
    """The page that an embed stands on, as far as its HTML depends on it."""

    @property
    def language(self) -> str:
        """The language of the site: `en`, `pt-BR`."""
        ...

    @property
    def palette(self) -> SitePalette:
        """The palette that the site opens in: `system` is the reader's, empty is not known."""
        ...

    @property
    def root(self) -> str:
        """What leads from the page to the root of the site: `../../`, or an empty string."""
        ...

    @property
    def site_url(self) -> str:
        """The URL of the site, or an empty string where it is not known."""
        ...

    def link(self, href: str) -> str:
        """Return the URL that a link of the author's leads to.

        Raises:
            ReferenceProblem: It leads nowhere.
        """
        ...


class StandalonePage:
    """A page on its own: nothing of a site is known."""

    language = _FALLBACK_LANGUAGE
    palette: SitePalette = "system"  # as the style sheet has it without a theme's attribute
    root = ""
    site_url = ""

    def link(self, href: str) -> str:
        """Return the link as the author wrote it."""
        return href


class Load(Struct, frozen=True, kw_only=True):
    """A file that readers may load.

    Attributes:
        pose: `alias/slug` of the pose.
        role: Of the still image in its best format, `first` is for screens of one pixel a px,
            `dense` for finer ones. Of several `video` files a browser takes one. What is `other`
            is published, and weighs nothing: other formats, and files with an absolute URL.
        url: The medium's URL in the manifest.
        bytes: Its size there, 0 where it is not known.
        file: The file of the site, where that serves it.
    """

    pose: str
    role: Role
    url: str
    bytes: int
    file: SiteFile | None

    @property
    def name(self) -> str:
        """What tells the file from others: its path in the site, or its URL."""
        return self.file.path if self.file else self.url


class Picture(Struct, frozen=True, kw_only=True):
    """A still image, as browsers are offered it.

    Attributes:
        src: The URL that every browser takes.
        srcset: The same for screens of one and of two pixels a px, or an empty string.
        sources: Type and srcset of the formats that not all browsers take, best first.
        dense: The URL that every browser takes on paper, and on a screen of two pixels a px.
    """

    src: str
    srcset: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    dense: str


class Preload(Struct, frozen=True, kw_only=True):
    """A still image to be fetched before the page comes to it, in the format that is best.

    Attributes:
        url: Its URL, where there is only one; else empty.
        srcset: The same for screens of one and of two pixels a px; else empty.
        type: The format, where not all browsers take it; else empty.
        media: The media query for the palette that it belongs to; empty for both.
        priority: `high` for what a reader sees first, else empty.
    """

    url: str
    srcset: str
    type: str
    media: str
    priority: str


class VideoSource(Struct, frozen=True, kw_only=True):
    """One `<source>` of an animation.

    Attributes:
        url: The file, as the page has to write it.
        type: Its type attribute, to the letter.
    """

    url: str
    type: str


class ResolvedPose(Struct, frozen=True, kw_only=True):
    """One pose as its templates write it.

    Attributes:
        alt: Accessible name; empty for decoration.
        width: Width of the box in px.
        height: Height of the box in px.
        picture: The still image, or None where the pose has none.
        sources: The animation's files, best first; none for a still image.
        palette: The palette of the site in which it is shown, when there is one for each.
        loading: `lazy` or `eager`.
        priority: `high` for what a reader sees first, else empty.
        preload: Fetches the still image early where no `<img>` can, because it depends on the
            palette of the reader whether it is shown; else None.
        play: When the animation moves: `loop`, `once`, `hover` or `click`.
        replay: Whether it plays once more each time that it comes into the viewport.
        label: Accessible name of its control, or an empty string where it has none.
    """

    alt: str
    width: int
    height: int
    picture: Picture | None
    sources: tuple[VideoSource, ...]
    palette: Palette
    loading: str
    priority: str
    preload: Preload | None
    play: str
    replay: bool
    label: str

    @property
    def loops(self) -> bool:
        """Whether the animation starts again at its end."""
        return self.play != "once"


class ResolvedEmbed(Struct, frozen=True, kw_only=True):
    """All that the HTML of an embed depends on, and all that a build wants to know of it.

    Attributes:
        poses: The pose, or one for each palette: the light one first.
        classes: Those of the outermost element.
        id: That of the outermost element.
        caption: Text below, which makes it a figure; empty for none.
        href: The URL that it links to; empty for none.
        running: Whether it stands in running text, where a figure has to be made of spans.
        loads: The files that readers may load.
        gaps: What its poses lack, and what readers see instead: `owl/wave: no ...`.
    """

    poses: tuple[ResolvedPose, ...]
    classes: str
    id: str | None
    caption: str
    href: str
    running: bool
    loads: tuple[Load, ...]
    gaps: tuple[str, ...]


class ResolvedPreloads(Struct, frozen=True, kw_only=True):
    """What `masko_preload` becomes.

    Attributes:
        preloads: For each palette that may show; none where that is not known.
        loads: The files that readers may load.
    """

    preloads: tuple[Preload, ...]
    loads: tuple[Load, ...]


def printed(embed: ResolvedEmbed) -> ResolvedEmbed:
    """Return an embed for paper: one still image, that of the light palette, in one format."""
    pose = embed.poses[0]
    picture = Picture(src=pose.picture.dense, dense=pose.picture.dense) if pose.picture else None
    still = structs.replace(
        pose, picture=picture, sources=(), palette="", loading="eager", priority="", preload=None
    )
    return structs.replace(embed, poses=(still,))


class ResolvedUrl(Struct, frozen=True, kw_only=True):
    """The URL of one file, for `masko_url`.

    Attributes:
        url: As the page has to write it.
        loads: The file.
    """

    url: str
    loads: tuple[Load, ...]


def resolve(selection: Selection, files: SiteFiles, page: Page) -> ResolvedEmbed:
    """Resolve an embed for a page.

    Args:
        selection: What it shows.
        files: Names the files that the site serves.
        page: The page that it stands on.

    Raises:
        ReferenceProblem: Its link leads nowhere, or a file that the site should serve cannot be
            named.
    """
    arguments = selection.arguments
    loads: list[Load] = []
    poses = tuple(_resolve_pose(pose, selection, files, page, loads) for pose in selection.poses)
    pairs = zip(selection.poses, poses, strict=True)
    return ResolvedEmbed(
        poses=poses,
        classes=_outer_classes(arguments),
        id=arguments.id,
        caption=replace_controls(arguments.caption) if arguments.caption else "",
        href=page.link(arguments.href) if arguments.href else "",
        running=selection.running,
        loads=tuple(loads),
        gaps=tuple(gap for pair in pairs for gap in _remaining_gaps(*pair)),
    )


def _remaining_gaps(pose: PoseSelection, resolved: ResolvedPose) -> Iterator[str]:
    """Yield what a pose lacks, but for the formats of its animation that the site makes."""
    types = {source.type for source in resolved.sources}
    formats = {video.name for video in TRANSPARENT_VIDEOS if video.source_type in types}
    for gap in pose.gaps:
        if gap.file not in formats:
            yield f"{sanitize(pose.name)}: {gap.name}: {gap.effect}"


def resolve_preloads(selection: Selection, files: SiteFiles, page: Page) -> ResolvedPreloads:
    """Resolve what fetches the still images of an embed before the page comes to it.

    Args:
        selection: What the embed shows.
        files: Names the files that the site serves.
        page: The page that it stands on.

    Raises:
        ReferenceProblem: A pose has no still image.
    """
    loads: list[Load] = []
    for pose in selection.poses:
        if pose.still is None:
            name = pose.name.rpartition("/")[2]
            raise ReferenceProblem(f"pose {sanitize(name)!r} has no still image to preload")
    preloads = [
        _preload(_picture(pose, files, page, loads), pose.palette, page, "high")
        for pose in selection.poses
        if _may_open_with(pose.palette, page)
    ]
    return ResolvedPreloads(preloads=tuple(preloads), loads=tuple(loads))


def _may_open_with(palette: Palette, page: Page) -> bool:
    """Tell whether a page can open with the pose of a palette, as far as that is known."""
    return not palette or page.palette in {palette, "system"}


def _preload(picture: Picture, palette: Palette, page: Page, priority: str) -> Preload:
    type_, srcset = picture.sources[0] if picture.sources else ("", picture.srcset)
    return Preload(
        url="" if srcset else picture.src,
        srcset=srcset,
        type=type_,
        media=_MEDIA[palette] if palette and page.palette == "system" else "",
        priority=priority,
    )


def _resolve_pose(
    pose: PoseSelection, selection: Selection, files: SiteFiles, page: Page, loads: list[Load]
) -> ResolvedPose:
    arguments = selection.arguments
    picture = _picture(pose, files, page, loads) if pose.still else None
    is_wanted = arguments.loading == "eager" or (selection.early and arguments.loading == "auto")
    is_early = is_wanted and _may_open_with(pose.palette, page)
    # Hidden images are fetched too, unless they are lazy; a preload can ask for the palette.
    is_preloaded = is_early and bool(pose.palette) and page.palette == "system"
    is_eager = is_early and not is_preloaded
    priority = "high" if selection.early else ""
    preload = _preload(picture, pose.palette, page, priority) if picture and is_preloaded else None
    return ResolvedPose(
        alt=pose.alt,
        width=pose.width,
        height=pose.height,
        picture=picture,
        sources=tuple(_video_sources(pose, files, page, loads)),
        palette=pose.palette,
        loading="eager" if is_eager else "lazy",
        priority=priority if is_eager else "",
        preload=preload,
        play=arguments.play,
        replay=arguments.replay,
        label=_control_label(pose, arguments, page),
    )


def _picture(pose: PoseSelection, files: SiteFiles, page: Page, loads: list[Load]) -> Picture:
    still = pose.still
    assert still is not None  # noqa: S101 - the caller asked
    formats = files.still(still, pose.width, pose.height)
    if not formats:
        small = pose.small_still or still
        file = files.file(small)
        loads += (_load(pose.name, role, small, file) for role in ("first", "dense"))
        url = _url(small, file, page)
        return Picture(src=url, dense=url)
    best, last = formats[0].files, formats[-1].files
    loads.append(_load(pose.name, "first", still, best[0]))
    loads.append(_load(pose.name, "dense", still, best[-1]))
    # The other formats are published too: each is what some browser loads.
    others = (file for format_ in formats[1:] for file in format_.files)
    loads += (_load(pose.name, "other", still, file) for file in others)
    return Picture(
        src=page.root + last[0].path,
        srcset=_srcset(last, page) if len(last) > 1 else "",
        sources=tuple((format_.type, _srcset(format_.files, page)) for format_ in formats[:-1]),
        dense=page.root + last[-1].path,
    )


def _srcset(files: tuple[SiteFile, ...], page: Page) -> str:
    if len(files) == 1:
        return page.root + files[0].path
    return ", ".join(f"{page.root}{file.path} {n}x" for n, file in enumerate(files, start=1))


def _video_sources(
    pose: PoseSelection, files: SiteFiles, page: Page, loads: list[Load]
) -> Iterator[VideoSource]:
    media = {source.type: source.medium for source in pose.sources}
    formats = files.animation(media, pose.width, pose.height)
    of_site = [(each.type, file.medium, file) for each in formats for file in each.files]
    as_exported = ((type_, medium, files.file(medium)) for type_, medium in media.items())
    for type_, medium, file in of_site or as_exported:
        loads.append(_load(pose.name, "video", medium, file))
        yield VideoSource(url=_url(medium, file, page), type=type_)


def _load(pose: str, role: Role, medium: Medium, file: SiteFile | None) -> Load:
    return Load(pose=pose, role=role, url=medium.url, bytes=medium.bytes or 0, file=file)


def _url(medium: Medium, file: SiteFile | None, page: Page) -> str:
    return page.root + file.path if file else medium.url


def _outer_classes(arguments: Arguments) -> str:
    align = [f"masko-{arguments.align}"] if arguments.align else []
    own = replace_controls(arguments.class_).split() if arguments.class_ else []
    return " ".join(["masko", *align, *own])


def _control_label(pose: PoseSelection, arguments: Arguments, page: Page) -> str:
    """Name the control that starts an animation, or pauses one that moves for long."""
    if not pose.sources:
        return ""
    durations = [source.medium.duration for source in pose.sources]
    short = all(duration is not None and duration <= _SHORT for duration in durations)
    if arguments.play == "once" and short:
        return ""
    return control_label(page.language, starts=arguments.play in {"loop", "once"})


def resolve_url(call: Call, pose: str, medium: Medium, files: SiteFiles, page: Page) -> ResolvedUrl:
    """Resolve the URL of one file for a page.

    Args:
        call: The macro, whose argument `absolute` asks for a URL with its host.
        pose: The pose, as `alias/slug`.
        medium: The file.
        files: Names the files that the site serves.
        page: The page that it stands on.

    Raises:
        ReferenceProblem: The site serves the file, and its own URL is not known.
    """
    file = files.file(medium)
    loads: tuple[Load, ...]
    if _is_absolute(call):  # for readers elsewhere, such as feeds: the page itself loads nothing
        loads = (_load(pose, "other", medium, file),)
        return ResolvedUrl(url=_absolute_url(medium, file, page), loads=loads)
    roles: tuple[Role, ...] = ("video",) if medium.type.startswith("video/") else ("first", "dense")
    loads = tuple(_load(pose, role, medium, file) for role in roles)
    return ResolvedUrl(url=_url(medium, file, page), loads=loads)


def _is_absolute(call: Call) -> bool:
    value = call.arguments.get("absolute") or False
    if not isinstance(value, bool):
        raise bad_argument("absolute", "true or false", value)
    return value


def _absolute_url(medium: Medium, file: SiteFile | None, page: Page) -> str:
    if file is None:
        return medium.url
    if not page.site_url:
        raise ReferenceProblem(
            "argument 'absolute' needs the setting 'site_url': the site serves the file"
        )
    return urljoin(page.site_url.rstrip("/") + "/", file.path)


@cache
def control_label(language: str, *, starts: bool) -> str:
    """Return the name of a control.

    Args:
        language: Of the site's theme: `de`, `pt-BR`, `zh_Hant`; of an unknown one, English.
        starts: Whether the animation starts by itself, and the control pauses it; else it
            plays it.
    """
    labels = _labels()
    tag = language.lower().replace("_", "-")
    while tag and tag not in labels:
        tag = tag.rpartition("-")[0]
    pause, play = labels[tag or _FALLBACK_LANGUAGE]
    return pause if starts else play


@cache
def _labels() -> dict[str, list[str]]:
    text = (Path(__file__).parent / "labels.json").read_text(encoding="utf-8")
    labels: dict[str, list[str]] = json.loads(text)
    return labels
