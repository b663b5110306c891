"""The page with all poses: made, brought its style sheet and script, kept out of the search."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, InclusionLevel

from mkdocs_masko.plugin.theme import GALLERY, bring_in, dress, shipped_file, site_path

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from mkdocs_masko.build import Build
    from mkdocs_masko.options import GalleryPage

_SHIPPED = ("gallery.css", "gallery.js")
_INDEX = "search/search_index.json"


def add_page(files: Files, config: MkDocsConfig, page: GalleryPage | None) -> None:
    """Add the page to the site. One that `nav` leaves out is no oversight, and is not told of.

    Raises:
        PluginError: There is a page of that address.
    """
    if page is None:
        return
    level = InclusionLevel.NOT_IN_NAV if config.nav else InclusionLevel.UNDEFINED
    made = File.generated(config, page.source, content=_source(page), inclusion=level)
    there = next((file for file in files if file.dest_uri == made.dest_uri), None)
    if there is not None:
        raise PluginError(
            f"masko: option 'gallery' would replace {there.src_uri}. Give another path, "
            "or write {{ masko_gallery() }} on that page"
        )
    files.append(made)


def _source(page: GalleryPage) -> str:
    """Write the page the way an author would. `search` in front matter is Material's."""
    meta: dict[str, Any] = {"title": page.title, "hide": ["toc"]}
    if not page.search:
        meta["search"] = {"exclude": True}
    call = f"{{{{ masko_gallery(search={str(page.search).lower()}) }}}}"
    from mkdocs_masko.gallery import escaped  # noqa: PLC0415 - most sites have no catalogue

    lines = [f"{name}: {json.dumps(value)}" for name, value in meta.items()]
    return "\n".join(["---", *lines, "---", "", f"# {escaped(page.title)}", "", call, ""])


def dressed(html: str, build: Build) -> str:
    """Add our style sheets and scripts to a page; those of the catalogue are published then."""
    html = dress(html, build.relative)
    if GALLERY not in html:
        return html
    for name in _SHIPPED:
        build.brought_in[site_path(name)] = shipped_file(name)
    return bring_in(html, _SHIPPED, GALLERY, build.relative)


def leave_out_of_search(config: MkDocsConfig, page: GalleryPage | None) -> None:
    """Take the page out of the index that MkDocs' own search has written.

    That search knows no page that is left out (read in 1.6.1), so its file is changed, with the
    index in it that `prebuild_index` makes. Material leaves the page out by itself.
    """
    index = Path(config.site_dir, _INDEX)
    if page is None or page.search or not index.is_file():
        return
    url = File.generated(config, page.source, content="").url
    content = json.loads(index.read_text(encoding="utf-8"))
    if drop(content, url):
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        index.write_text(text, encoding="utf-8")


def drop(content: dict[str, Any], url: str) -> bool:
    """Drop a page and its sections from a search index; return whether they were in it."""
    gone = {doc["location"] for doc in content["docs"] if doc["location"].partition("#")[0] == url}
    content["docs"] = [doc for doc in content["docs"] if doc["location"] not in gone]
    prebuilt = content.get("index")
    if prebuilt and gone:
        vectors = prebuilt["fieldVectors"]  # each is ["field/location", numbers]
        prebuilt["fieldVectors"] = [v for v in vectors if v[0].partition("/")[2] not in gone]
        for _, posting in prebuilt["invertedIndex"]:
            for found in posting.values():
                if isinstance(found, dict):
                    for location in gone & found.keys():
                        del found[location]
    return bool(gone)
