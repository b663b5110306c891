"""What is at `/`: plain text for a terminal, and a page for a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from mkdocs_masko.sandbox.api import ROUTES
from mkdocs_masko.sandbox.cast import COLLECTIONS
from mkdocs_masko.sandbox.cdn import cdn_path, media_of
from mkdocs_masko.sandbox.responses import Answer
from mkdocs_masko.sandbox.world import asset_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_masko.sandbox.cdn import Medium
    from mkdocs_masko.sandbox.models import Collection, Item
    from mkdocs_masko.sandbox.responses import Request
    from mkdocs_masko.sandbox.world import World

_TEXT = """\
The mkdocs-masko sandbox: the Masko API and its CDN on this machine, with
invented mascots. Nothing here is real, and nothing is kept when it stops.

Collections: fox (complete), owl (every odd case), draft (unpublished: 409).
Every key is good that is masko_ and 64 hex digits.

Copy these lines once, then any of the calls below them:

API={api_url}
AUTH="Authorization: Bearer masko_$(printf %064d 1)"
PROJECT={project}
ASSET={asset}
ITEM={item}

curl -H "$AUTH" $API/projects
curl -H "$AUTH" $API/collections
curl -H "$AUTH" $API/collections?project_id=$PROJECT
curl -H "$AUTH" $API/collections/fox
curl -H "$AUTH" "$API/collections/fox/items?limit=2&offset=2"
curl -H "$AUTH" $API/collections/fox/assets
curl -H "$AUTH" $API/collections/fox/cdn-export
curl -H "$AUTH" $API/assets?include_file_urls=false
curl -H "$AUTH" $API/assets/$ASSET
curl -H "$AUTH" -X DELETE $API/assets/$ASSET
curl -H "$AUTH" -X PATCH -d '{{"name": "hi"}}' $API/collections/fox/items/$ITEM
curl -H "$AUTH" -X DELETE $API/collections/fox/items/$ITEM
"""
_KEY = f"masko_{1:064}"
_PURPOSES = {
    "list_projects": "projects of the workspace",
    "list_collections": "collections; ?project_id= for those of one project",
    "get_collection": "one collection",
    "list_items": "its poses; ?limit= and ?offset= for a part of them",
    "list_collection_assets": "its generated files",
    "get_export": "its poses with the URLs of all media; 409 while it is not published",
    "change_item": "rename a pose",
    "delete_item": "delete a pose",
    "list_assets": "all generated files; ?include_file_urls=false without signed URLs",
    "get_asset": "one generated file",
    "archive_asset": "archive a generated file",
}
_NAMES = {".png": "PNG", ".webm": "WebM", ".mov": "MOV", ".mp4": "MP4"}
# Nothing but what this server has: the page is one file, and its images are the CDN's.
_POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'"


class _File(NamedTuple):
    """A medium on the CDN: what its link says, its key in an export, and its path."""

    label: str
    key: str
    path: str


class _Pose(NamedTuple):
    """A pose, its still image (a path, or empty) and its files; none while it is not published."""

    item: Item
    still: str
    files: tuple[_File, ...]


def front_page(request: Request, world: World, api_url: str) -> Answer:
    """Answer with a page if HTML was asked for, as browsers do, else with plain text."""
    if "text/html" in request.headers.get("accept", ""):
        kind, body = "text/html", _html(world, api_url)
    else:
        kind, body = "text/plain", _text(api_url)
    headers = {
        "Content-Type": f"{kind}; charset=utf-8",
        "Content-Security-Policy": _POLICY,
        "Cache-Control": "no-store",
        "Vary": "Accept",
    }
    return Answer(body=body.encode("utf-8", "replace"), headers=headers)


def _text(api_url: str) -> str:
    """Return plain text of at most 80 columns.

    The ids in it are those of the cast, whatever has become of it since.
    """
    fox = COLLECTIONS[0]
    item = fox.items[0]
    return _TEXT.format(
        api_url=api_url, project=fox.project_id, asset=asset_id(item, "image"), item=item.id
    )


def _html(world: World, api_url: str) -> str:
    """Return the page, with the collections and poses that there are now."""
    with world.lock:
        cast = [(each, tuple(_poses(each, world.media_dir))) for each in world.collections()]
    stills = (pose.still for _, poses in cast for pose in poses if pose.still)
    portrait = next(stills, "")
    main = _tag(
        "main", *_clients(api_url), *(_collection(*each) for each in cast), *_calls(api_url)
    )
    page = _tag("html", _head(portrait), _tag("body", _banner(portrait), main), lang="en")
    return "<!DOCTYPE html>\n" + ET.tostring(page, encoding="unicode", method="html")


def _tag(tag: str, /, *children: ET.Element | str, **attributes: str) -> ET.Element:
    """Return an element; what is text is escaped when it is written."""
    element = ET.Element(
        tag, {key.rstrip("_").replace("_", "-"): text for key, text in attributes.items()}
    )
    for child in children:
        if not isinstance(child, str):
            element.append(child)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + child
        else:
            element.text = (element.text or "") + child
    return element


def _head(portrait: str) -> ET.Element:
    style = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")
    return _tag(
        "head",
        _tag("meta", charset="utf-8"),
        _tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _tag("meta", name="color-scheme", content="light dark"),
        _tag("title", "Masko sandbox"),
        *([_tag("link", rel="icon", href=portrait)] if portrait else []),
        _tag("style", style),
    )


def _banner(portrait: str) -> ET.Element:
    image = _tag("img", src=portrait, alt="", width="140", height="140")
    text = (
        "The Masko API and its CDN on this machine, with invented mascots. Whatever you change "
        "here is forgotten when it stops."
    )
    words = _tag("div", _tag("h1", "Masko sandbox"), _tag("p", text))
    header = _tag("header", *([image] if portrait else []), words)
    return _tag("div", header, class_="top")


def _clients(api_url: str) -> Iterator[ET.Element]:
    """Yield how to point clients at this server."""
    lines = {
        "mkdocs-masko": f"export MASKO_API_URL={api_url}\nexport MASKO_API_KEY={_KEY}",
        "Python": f'mkdocs_masko.Client("{_KEY}", api_url="{api_url}")',
        "curl": f'curl -H "Authorization: Bearer {_KEY}" {api_url}/collections/fox/cdn-export',
    }
    ways = [
        _tag("div", _tag("h3", name), _tag("pre", text, tabindex="0"), class_="way")
        for name, text in lines.items()
    ]
    yield _tag("h2", "Point a client at it")
    yield _tag("div", *ways, class_="ways")
    yield _tag(
        "p",
        "Any key works that is ",
        _tag("code", "masko_"),
        " and 64 hexadecimal digits; a call without one is a 401. ",
        _tag("code", f"curl {api_url.removesuffix('v1')}"),
        " prints an example of every call.",
    )


def _collection(collection: Collection, poses: tuple[_Pose, ...]) -> ET.Element:
    count = f" {len(poses)} pose{'' if len(poses) == 1 else 's'}"
    state = count if collection.is_live else _tag("span", "not published", class_="state")
    small = _tag("small", _tag("code", collection.id), " ", state)
    note = _tag("p", "Its export is a 409, and its media are not on the CDN.")
    return _tag(
        "section",
        _tag("h2", collection.name, " ", small, id_=collection.id),
        *([] if collection.is_live else [note]),
        _tag("ul", *map(_card, poses), class_="poses"),
        aria_labelledby=collection.id,
    )


def _card(pose: _Pose) -> ET.Element:
    size = {"width": "128", "height": "128", "loading": "lazy"}
    image = _tag("img", src=pose.still, alt=pose.item.prompt, **size)
    links = [
        _tag("li", _tag("a", file.label, href=file.path, title=file.key)) for file in pose.files
    ]
    return _tag(
        "li",
        image if pose.still else _tag("div", "no image", class_="none"),
        _tag("h3", pose.item.name),
        _tag("code", pose.item.id),
        *([_tag("ul", *links, class_="files")] if links else []),
        class_="pose",
    )


def _calls(api_url: str) -> Iterator[ET.Element]:
    """Yield the table of all calls."""
    yield _tag("h2", "Calls ", _tag("small", "below ", _tag("code", api_url)))
    rows = [
        _tag(
            "tr",
            _tag("td", method),
            _tag("td", _tag("code", path.removeprefix("/v1"))),
            _tag("td", _PURPOSES[answer.__name__]),
        )
        for method, path, answer in ROUTES
    ]
    yield _tag("table", _tag("tbody", *rows), class_="calls")


def _poses(collection: Collection, media_dir: Path) -> Iterator[_Pose]:
    for item in collection.items:
        media = media_of(item, media_dir) if collection.is_live else ()
        paths = {medium.key: cdn_path(collection, item, medium) for medium in reversed(media)}
        still = paths.get("transparent_image") or paths.get("image", "")
        files = tuple(_file(medium, cdn_path(collection, item, medium)) for medium in media)
        yield _Pose(item, still, files)


def _file(medium: Medium, path: str) -> _File:
    name = _NAMES[medium.file.suffix]
    note = {"image": "opaque", "transparent_video_android": "stacked"}.get(medium.base_key, "")
    size = medium.key.removeprefix(medium.base_key).lstrip("_")
    number = f"{medium.animation + 1}" if medium.animation else ""
    label = " ".join(part for part in (name, number, note, size) if part)
    return _File(label, medium.key, path)
