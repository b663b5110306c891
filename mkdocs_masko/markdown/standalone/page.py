"""One page of a site without the plugin: its poses, what is wrong with them, and its tags."""

from __future__ import annotations

import logging
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mkdocs_masko.assets import FOLDER
from mkdocs_masko.errors import BadReferences, MaskoError, ReferenceProblem
from mkdocs_masko.files import antedate
from mkdocs_masko.manifest import find_pose
from mkdocs_masko.markdown.standalone.macros import PLACEHOLDERS
from mkdocs_masko.markdown.standalone.site import open_site
from mkdocs_masko.markdown.standalone.zensical import (
    ROOT,
    ZensicalPage,
    context_of,
    is_serving,
    read_project,
)
from mkdocs_masko.markdown.stash import OpenPages
from mkdocs_masko.options import MANIFEST
from mkdocs_masko.page_assets import GALLERY_ASSETS, POSE_ASSETS, inject_assets, published_name
from mkdocs_masko.problems import Problems
from mkdocs_masko.rendering import Embedder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from markdown import Markdown
    from mkdocs_masko.markdown.standalone.site import StandaloneSite
    from mkdocs_masko.markdown.standalone.zensical import Project
    from mkdocs_masko.markdown.stash import ShownPose
    from mkdocs_masko.rendering import Call

_log = logging.getLogger("mkdocs_masko")

_LAID = f"{ROOT}{FOLDER}/"  # what URLs of files begin with that a sync has written
_LAID_MARK = re.compile(re.escape(_LAID))
# Zensical rewrites the values of these attributes, as links from the page's file, and no others.
_REWRITTEN = {"href", "src", "srcset"}
# https://html.spec.whatwg.org/#attributes-2
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+)""")
_TAG = re.compile(r"""<[a-zA-Z](?:"[^"]*"|'[^']*'|[^"'<>])*>""")


class PageBuild:
    """Shows the poses of a page of Zensical's, and finishes its HTML.

    Args:
        page: The page.
        raw_options: The options of the extension as written.
        process: What the pages of a process share.
    """

    def __init__(
        self, page: ZensicalPage, raw_options: Mapping[str, Any], process: Process
    ) -> None:
        self.page, self.process = page, process
        self.embedder = Embedder(self._render, self._report, self._render)
        self._raw_options = raw_options
        self._problems = Problems(page.project.folder)
        self._failure: MaskoError | None = None
        self._site: StandaloneSite | None = None
        mascot = page.page.meta.get("mascot")
        if mascot is not None:
            self._check_mascot(str(mascot))

    def _check_mascot(self, name: str) -> None:
        """Check the pose that the front matter names."""
        try:
            site = self._open_site()
            find_pose(site.manifest, name, site.default)
        except ReferenceProblem as problem:
            self._report(problem, "mascot:")

    def _render(self, call: Call) -> str:
        shown = self._open_site().embed(call, self.page)
        return shown.html

    def _report(self, problem: ReferenceProblem, source: str) -> None:
        if self._failure is None:  # else every pose of the page fails for the same reason
            self._problems.report(problem, source, self.page)

    def _open_site(self) -> StandaloneSite:
        """Return the site.

        Raises:
            ReferenceProblem: It cannot be used.
        """
        if self._site is None and self._failure is None:
            try:
                self._site = open_site(self._raw_options, self.page.project)
                self.process.told_failure = ""
            except MaskoError as error:
                self._failure = error
        if self._site is None:
            raise ReferenceProblem(str(self._failure))
        return self._site

    def finish(
        self, html: str, poses: Sequence[ShownPose], headings: Sequence[dict[str, Any]]
    ) -> str:
        """Return the page with the tags and the URLs that it needs, or say what is wrong.

        Args:
            html: The page.
            poses: Those that it shows.
            headings: The entries of its table of contents, which keep their words alone.

        Raises:
            MaskoError: The site is built, and something is wrong.
        """
        self._clean_titles()
        if self._site:
            html = self._with_urls(html, self._site.url_folder)
            html = self._add_assets(html, self._site)
            _drop_poses(headings, poses)
        self._tell()
        return html

    def _clean_titles(self) -> None:
        """Take out of titles what stands for a pose; macros run on them too."""
        page, pattern = self.page.page, PLACEHOLDERS.pattern
        for name in ("title", "rendered_metadata_title"):
            title = getattr(page, name, None)
            if title and pattern.search(title):
                setattr(page, name, pattern.sub("", title).strip())

    def _add_assets(self, html: str, site: StandaloneSite) -> str:
        ends = self.page.project.excerpt_ends
        page = inject_assets(
            html,
            self.page.to_docs,
            folder=site.url_folder,
            excerpt_end=next((each for each in ends if each in html), ""),
        )
        if page == html:
            return html
        assets = (*POSE_ASSETS, *GALLERY_ASSETS)
        try:
            site.require_assets(name for name in assets if published_name(name) in page)
        except ReferenceProblem as problem:
            self._failure = problem
            return html
        return page

    def _with_urls(self, html: str, folder: str) -> str:
        """Put URLs of the page in the place of those that are the same on all pages."""
        if _LAID not in html:
            return html
        roots = self.page.to_root, self.page.to_docs
        host = self.page.project.site_url.rstrip("/")
        parts, position = [], 0
        for mark in _LAID_MARK.finditer(html):
            before = html[position : mark.start()]
            is_absolute = host and before.endswith(host)
            root = "/" if is_absolute else roots[_attribute_at(html, mark.start()) in _REWRITTEN]
            parts.append(f"{before}{root}{folder}/")
            position = mark.end()
        return "".join([*parts, html[position:]])

    def _tell(self) -> None:
        """Say what is wrong: a build ends with it, a server goes on.

        Raises:
            MaskoError: The site is built, and something is wrong.
        """
        for hint in self._site.new_hints() if self._site else ():
            _log.warning("%s", hint)
        problems = [str(problem) for problem in self._problems.in_order()]
        failure = str(self._failure or "")
        if is_serving():
            for problem in [*problems, *([failure] if self._is_news(failure) else [])]:
                _log.warning("%s", problem)
            if problems or failure:
                manifest = str(self._raw_options.get("manifest") or MANIFEST)
                what = "\n".join([self.page.name, *problems, failure])
                self.process.outdate_cache(self.page.project.folder / manifest, what)
        elif problems or failure:
            # Zensical would print where in its code, and in ours, the error came up.
            sys.tracebacklimit = 0
            raise BadReferences(self.page.name, [*problems, *([failure] if failure else [])])

    def _is_news(self, failure: str) -> bool:
        """Tell whether a failure has not been told yet: each page would tell it again."""
        if self._site:
            return bool(failure) and self._site.is_news(failure)
        is_new = failure not in {"", self.process.told_failure}
        self.process.told_failure = failure or self.process.told_failure
        return is_new


def _attribute_at(html: str, position: int) -> str:
    """Return the name of the attribute whose value is at a position; empty outside of tags."""
    tag = _TAG.match(html, html.rfind("<", 0, position))
    if tag is None:
        return ""
    attributes = _ATTRIBUTE.finditer(html, tag.start(), tag.end())
    own = (each for each in attributes if each.start() < position < each.end())
    return next((each[1].lower() for each in own), "")


def _drop_poses(headings: Sequence[dict[str, Any]], poses: Sequence[ShownPose]) -> None:
    """Take the markup of poses out of a table of contents, where Zensical would show it."""
    for heading in headings:
        for pose in poses:
            heading["html"] = heading["html"].replace(pose.html, "").strip()
        _drop_poses(heading["children"], poses)


class Process:
    """What the extensions of a process share: parsers of docstrings work for the same page.

    Attributes:
        open_pages: The pages that parsers are at.
        told_failure: What is wrong with the site, as a server has told it: each page would tell it
            again.
    """

    def __init__(self) -> None:
        self.open_pages, self.told_failure = OpenPages(), ""
        self._build: PageBuild | None = None
        self._config: Mapping[str, Any] | None = None
        self._project: Project | None = None
        self._outdated: set[int | str] = set()

    def outdate_cache(self, manifest: Path, problems: str) -> None:
        """Let the next run of Zensical render all pages: it would publish what a server cached.

        It does where the time of a file has changed that it watches, as the manifest is. Linux
        tells a server nothing of a time alone; elsewhere it may begin again, so that is done once.

        Args:
            manifest: Its file.
            problems: What is wrong with a page.
        """
        occasion = id(self._config) if sys.platform == "linux" else problems
        if occasion not in self._outdated:
            self._outdated.add(occasion)
            with suppress(OSError):  # there is none
                antedate(manifest)

    def build_of(self, md: Markdown, raw_options: Mapping[str, Any]) -> PageBuild | None:
        """Return the page that a parser works for, or None for one that works for none.

        Args:
            md: The parser.
            raw_options: The options of the extension as written.
        """
        context = context_of(md)
        if context is None:  # of a text that some extension parses for a page, or of nothing
            return None if self.open_pages.is_empty else self._build
        if self._build is None or self._build.page.page is not context.page:
            if self._project is None or self._config is not context.config:
                self._config, self._project = context.config, read_project(context.config)
            page = ZensicalPage(context.page, self._project, context.config)
            PLACEHOLDERS.clear()  # those of the page before
            self._build = PageBuild(page, raw_options, self)
        return self._build


build_of = Process().build_of
