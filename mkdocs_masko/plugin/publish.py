"""What a build adds to the site beside its pages, and what it reports.

Media that pages use, an index for scripts, the gallery page; then one line on what was published,
and every problem.
"""

from __future__ import annotations

import json
import logging
import posixpath
import shutil
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, InclusionLevel

from mkdocs_masko.assets.site_files import name_in_folder
from mkdocs_masko.errors import MaskoError
from mkdocs_masko.files import fold_name
from mkdocs_masko.hosting import select_included, unmatched_include
from mkdocs_masko.media_types import TRANSPARENT_VIDEOS
from mkdocs_masko.plugin.languages import make_page
from mkdocs_masko.plugin.log import log
from mkdocs_masko.plugin.page_context import PageContext
from mkdocs_masko.plugin.source_files import docs_name
from mkdocs_masko.problems import is_searched
from mkdocs_masko.progress import show_steps
from mkdocs_masko.sync import describe_waiting
from mkdocs_masko.text import format_downloads, format_size, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from mkdocs_masko.build import BuildSession
    from mkdocs_masko.laid_files import Index
    from mkdocs_masko.options import GalleryPage, Options
    from mkdocs_masko.plugin.builds import SiteBuild
    from mkdocs_masko.plugin.generated import GeneratedFiles
    from mkdocs_masko.problems import RenderContext


@contextmanager
def as_plugin_error() -> Iterator[None]:
    """End the build with one line where something of ours went wrong."""
    try:
        yield
    except MaskoError as error:
        raise PluginError(f"masko: {error}") from None


def publish(build: BuildSession, options: Options, config: MkDocsConfig, files: Files) -> Index:
    """Put the media that pages use, and those that scripts need, among the site's files.

    Returns:
        The index of those that scripts need.
    """
    with as_plugin_error():
        index = _include(build, options)
        build.settle(_replace_on_page)
        site_files = build.site_files()
    for path, source in site_files.items():
        # What `sync --into` put into the docs may be damaged since; what is published here is not.
        replace_file(files, File.generated(config, path, abs_src_path=str(source)))
    return index


def replace_file(files: Files, file: File) -> None:
    """Add a file to a site, in the place of one of the same path."""
    same = files.get_file_from_path(file.src_uri)
    if same is not None:
        files.remove(same)
    files.append(file)


def _replace_on_page(context: RenderContext, html: str, other: str) -> bool:
    return isinstance(context, PageContext) and context.replace(html, other)


def _include(build: BuildSession, options: Options) -> Index:
    """Publish what `include:` names; return the files by pose and key, for scripts to read."""
    index: Index = {}
    for pattern, media in select_included(build.manifest, options.include, options.default):
        if not media:
            log.warning("%s", unmatched_include(pattern))
        for pose, key, medium in media:
            file = build.hosting.files.file(medium)
            if file is not None:
                build.include(file)
                index.setdefault(pose, {})[key] = name_in_folder(file.path)
    return index


def review_copied_files(build: BuildSession, config: MkDocsConfig, files: Files) -> None:
    """Report the poses that HTML and CSS in the docs name: they are copied as they are."""
    for file in files:
        if file.src_dir != config.docs_dir or not is_searched(file.src_uri):
            continue
        if file.inclusion.value > InclusionLevel.DRAFT.value:
            text = Path(config.docs_dir, file.src_uri).read_text(encoding="utf-8", errors="replace")
            build.problems.review_file(posixpath.join(docs_name(config), file.src_uri), text)


def review_settings(build: BuildSession, config: MkDocsConfig) -> None:
    """Report the poses and macros that `mkdocs.yml` names: themes write them as they are."""
    path = Path(config.config_file_path or "")
    if path.is_file():  # it may also be standard input
        text = path.read_text(encoding="utf-8", errors="replace")
        build.problems.review_settings(path.name, text)


def publish_rest(build: BuildSession, config: MkDocsConfig) -> None:
    """Put what only templates use into the site, which MkDocs has written by then."""
    with as_plugin_error():
        site_files = build.site_files()
    for path, source in {**site_files, **build.extra_files}.items():
        target = Path(config.site_dir, path)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def report(builds: Sequence[SiteBuild], options: Options, *, strict: bool) -> None:
    """Report what was published, and what is too heavy, incomplete or wrong.

    All bad references are reported together; `--quiet` hides warnings, so strict builds fail here.

    Args:
        builds: The builds of the site, one for each language; what two have in common is reported
            once.
        options: The plugin's.
        strict: Whether a bad reference fails the build.

    Raises:
        PluginError: There are some, and the build is strict.
    """
    sessions = [build.session for build in builds]
    if sessions and options.hosting == "self":
        log.info("%s", _summarize(sessions))
    for line in _unique(s.weights().over_budget(s.sizes(), options.limits) for s in sessions):
        log.warning("%s", line)
    gaps = _unique(session.gaps() for session in sessions)
    if gaps and options.incomplete == "warn":
        if any(f" no {video.name}:" in gap for gap in gaps for video in TRANSPARENT_VIDEOS):
            gaps += _unique([s.hosting.gap_remedy] for s in sessions if s.hosting.gap_remedy)
        lines = "".join(f"\n  {printable(gap)}" for gap in gaps)
        log.warning("some poses lack a file, and are not the same for all readers:" + lines)
    problems = _unique(map(str, session.problems.in_order()) for session in sessions)
    if problems and strict:
        count = f"{len(problems)} bad reference{'s' * (len(problems) > 1)}"
        raise PluginError(f"masko: {count}:\n" + "\n".join(problems))
    for problem in problems:
        log.warning("%s", problem)


def _unique(lists: Iterable[Iterable[str]]) -> list[str]:
    return [*dict.fromkeys(text for texts in lists for text in texts)]


def give_hint(build: BuildSession, previous: str) -> str:
    """Log what would make the site better, unless the build before has said just that.

    Args:
        build: The build.
        previous: What the build before has said.

    Returns:
        What this one has to say.
    """
    hint = build.hosting.hint
    if hint and hint != previous:
        log.info("%s", hint)
    return hint


def _summarize(sessions: Sequence[BuildSession]) -> str:
    sizes = {path: size for session in sessions for path, size in session.sizes().items()}
    published = {path: sizes[path] for session in sessions for path in session.site_files()}
    weights = [session.weights() for session in sessions]
    page, size = max((each.heaviest_page(sizes) for each in weights), key=lambda heavy: heavy[1])
    downloads = sum(session.hosting.work.downloads for session in sessions)
    variants = sum(session.hosting.work.variants for session in sessions)
    count, poses = len(published), len({pose for each in weights for pose in each.poses})
    text = (
        f"{poses} pose{'s' * (poses != 1)} in {count} file{'s' * (count != 1)}, "
        f"{format_size(sum(published.values()))} published"
    )
    if downloads or variants:
        text += f" ({downloads} downloaded, {variants} encoded)"
    return f"{text}; a reader loads first at most {format_size(size)} ({page})" if page else text


def log_polling(collections: Sequence[str], seconds: float) -> None:
    """Log that exports are not ready, and when they are polled again."""
    noun = "collection" if len(collections) == 1 else "collections"
    log.info("%s %s; asking again in %.0f s", noun, describe_waiting(collections), seconds)


@contextmanager
def log_downloads(count: int) -> Iterator[Callable[[int], None]]:
    """Log how far downloads are, where they take long, and what was downloaded in the end."""
    if not count:
        yield lambda _: None
        return
    sizes: list[int] = []
    start = time.monotonic()
    with _show_steps(count, "downloading media") as step:

        def advance(size: int) -> None:
            sizes.append(size)
            step()

        yield advance
    log.info("%s", format_downloads(count, sizes, time.monotonic() - start))


_AFTERWARDS = {
    "encoding": "later builds take them from the cache",
    "comparing": "later builds on this machine know them",
}


@contextmanager
def log_encoding(work: str, variants: str, count: int) -> Iterator[Callable[[int], None]]:
    """Log what takes the most time of a first build.

    Args:
        work: What is done: `encoding`, or `comparing`.
        variants: To which variants: `6 variants of still images`.
        count: How many they are.
    """
    log.info("%s %s; %s", work, variants, _AFTERWARDS[work])
    with _show_steps(count, f"{work} variants") as step:
        yield lambda _: step()


@contextmanager
def _show_steps(count: int, title: str) -> Iterator[Callable[[], None]]:
    """Show how far work is, unless all is quiet: a bar, or a line at times."""
    if not log.isEnabledFor(logging.INFO):
        yield lambda: None
        return
    with show_steps(count, title, log.info) as step:
        yield step


_SEARCH_INDEX = "search/search_index.json"


def add_gallery_page(
    files: Files, config: MkDocsConfig, page: GalleryPage | None, generated: GeneratedFiles
) -> File | None:
    """Add the gallery page to the site, where the options ask for one.

    Returns:
        The page.

    Raises:
        PluginError: Another file of the site has its URL.
    """
    if page is None:
        return None
    from mkdocs_masko.gallery.page import is_gallery_page, page_source, replaced_page  # noqa: PLC0415 - most sites have no gallery

    # A page that `nav` leaves out on purpose is nothing that MkDocs should report.
    level = InclusionLevel.NOT_IN_NAV if config.nav else InclusionLevel.UNDEFINED
    make = partial(generated.file, config, content=page_source(page), inclusion=level)
    gallery = make_page(make, page.source, config)
    path = fold_name(gallery.dest_uri)
    other = next((file for file in files if fold_name(file.dest_uri) == path), None)
    if other is not None:
        if other.is_documentation_page() and is_gallery_page(other.content_string):
            return other  # as `sync` has written it, for another host
        with as_plugin_error():
            raise replaced_page(other.src_uri)
    files.append(gallery)
    return gallery


def remove_galleries_from_search(
    config: MkDocsConfig, options: Options, builds: Iterable[SiteBuild]
) -> None:
    """Take the gallery pages out of the index that MkDocs' own search has written.

    That search cannot exclude a page (read in 1.6.1), so its file is changed, with the index in it
    that `prebuild_index` makes. Material excludes the page by itself.
    """
    index = Path(config.site_dir, _SEARCH_INDEX)
    galleries = [build.gallery.url for build in builds if build.gallery]
    page = options.gallery_page
    if page is None or page.search or not galleries or not index.is_file():
        return
    content = json.loads(index.read_text(encoding="utf-8"))
    dropped = [drop_from_search(content, url) for url in galleries]
    if any(dropped):
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        index.write_text(text, encoding="utf-8", newline="\n")


def drop_from_search(content: dict[str, Any], url: str) -> bool:
    """Drop a page and its sections from a search index; return whether they were in it."""
    docs = content["docs"]
    locations = {d["location"] for d in docs if d["location"].partition("#")[0] == url}
    content["docs"] = [doc for doc in docs if doc["location"] not in locations]
    prebuilt = content.get("index")
    if prebuilt and locations:
        vectors = prebuilt["fieldVectors"]  # each is ["field/location", numbers]
        prebuilt["fieldVectors"] = [v for v in vectors if v[0].partition("/")[2] not in locations]
        for _, posting in prebuilt["invertedIndex"]:
            for matches in posting.values():
                if isinstance(matches, dict):
                    for location in locations & matches.keys():
                        del matches[location]
    return bool(locations)
