"""The Markdown extension.

What it puts on a page is kept in the parser's stash and not parsed again, so nothing in a name
or an alt text can become markup.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from markdown.extensions import Extension

from mkdocs_masko.markdown.critic import CriticGuard, CriticRelease
from mkdocs_masko.markdown.first_pose import FirstPosePostprocessor
from mkdocs_masko.markdown.inline import (
    CallInlineProcessor,
    ImageInlineProcessor,
    PlaceholderInlineProcessor,
)
from mkdocs_masko.markdown.page import (
    AttributeCleaner,
    LazyRegistration,
    PageEnd,
    PageStart,
    PlaceholderPostprocessor,
    RawHtmlPostprocessor,
    SlipPostprocessor,
    TreeEnd,
)
from mkdocs_masko.markdown.standalone.zensical import is_running
from mkdocs_masko.markdown.stash import EmbedStash, OpenPages
from mkdocs_masko.options import DEFAULT_OPTION, OPTION_NAMES
from mkdocs_masko.rendering import MARK, Embedder, Placeholders, StandalonePage
from mkdocs_masko.urls import SCHEME

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown.inlinepatterns import InlineProcessor

    from markdown import Markdown
    from mkdocs_masko.errors import ReferenceProblem
    from mkdocs_masko.rendering import Call


_PAGE = StandalonePage()


class _ParserExtension(Extension):
    """Stands for the extension in one parser, and hears that it starts another page.

    Other extensions take all that is registered to make a parser of their own from it.
    """

    def __init__(self, extend: Callable[[Markdown], None], stash: EmbedStash) -> None:
        super().__init__()
        self.extendMarkdown = extend  # type: ignore[method-assign, assignment] # the same for another parser
        self.reset = stash.reset


class MaskoExtension(Extension):
    """Both syntaxes for Python-Markdown.

    Used alone (`markdown_extensions: [masko]`), it takes the plugin's options. In Zensical it does
    what the plugin does in MkDocs; elsewhere a bad reference raises `ReferenceProblem`.

    Args:
        embedder: Shows macros; by default from the manifest.
        placeholders: Macros that were run before the page came here.
        on_page: Gets the file of each page that is started: that of MkDocs, or None.
        options: The options of the plugin, and `default`: the collection that names without one
            are looked up in.
    """

    def __init__(
        self,
        embedder: Embedder | None = None,
        placeholders: Placeholders | None = None,
        on_page: Callable[[Any], None] = lambda _: None,
        **options: Any,  # noqa: ANN401 - Markdown's own signature
    ) -> None:
        self.config = {name: ["", "See the plugin's option"] for name in OPTION_NAMES}
        self.config[DEFAULT_OPTION] = ["", "Collection that names without one are looked up in"]
        # Zensical would end with a traceback; so what is unknown there is told with the page.
        super().__init__(**({} if is_running() else options))
        self._options = options
        self._embedder = embedder or Embedder(self._render, _raise, self._render)
        self._is_alone = embedder is None
        self._placeholders = placeholders
        self._open_pages, self._on_page = OpenPages(), on_page

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        """Watch for pages with poses; all others are parsed as if the extension were not there."""
        stash = self._zensical_stash(md) if self._is_alone and is_running() else None
        if stash is None:
            placeholders = self._placeholders or Placeholders()
            stash = EmbedStash(md, self._embedder, placeholders, self._open_pages)
        md.registerExtension(_ParserExtension(self.extendMarkdown, stash))
        marks: dict[str, Callable[[Markdown], None]] = {
            "masko": partial(_register_page, stash),
            MARK: partial(_register_placeholders, stash),
            SCHEME: partial(_register_images, stash),
            "]:": partial(_register_references, stash),
        }
        md.preprocessors.register(
            PageStart(md, stash, self._on_page), "masko-start", 1000
        )  # before all others
        md.treeprocessors.register(TreeEnd(md, stash), "masko-tree-end", -1)  # after unescape: 0
        md.preprocessors.register(LazyRegistration(md, marks), "masko-lazy", 1)  # after all others
        # Around pymdownx.critic: 31.1
        md.preprocessors.register(CriticGuard(md), "masko-critic-guard", 31.15)
        md.preprocessors.register(CriticRelease(md), "masko-critic-release", 31.06)

    def _zensical_stash(self, md: Markdown) -> EmbedStash | None:
        """Return the embeds of a page of Zensical's, or None where a parser works for none."""
        # Only where the plugin does not run.
        from mkdocs_masko.markdown.standalone.macros import (  # noqa: PLC0415
            PLACEHOLDERS,
            MacrosBridge,
        )
        from mkdocs_masko.markdown.standalone.page import build_of  # noqa: PLC0415

        build = build_of(md, self._options)
        if build is None:
            return None
        stash = EmbedStash(md, build.embedder, PLACEHOLDERS, build.process.open_pages)
        # Before the macros: 35
        md.preprocessors.register(MacrosBridge(md, stash.report), "masko-macros", 36)
        md.postprocessors.register(PageEnd(md, stash, build.finish), "masko-end", -1)
        return stash

    def _render(self, call: Call) -> str:
        from mkdocs_masko.markdown.standalone.site import open_site  # noqa: PLC0415 - as above

        return open_site(self._options, None).embed(call, _PAGE).html


# The numbers below are priorities; beside each stands that of the parser's own processor.


def _register_page(stash: EmbedStash, md: Markdown) -> None:
    md.inlinePatterns.register(
        CallInlineProcessor(md, stash), "masko-calls", 195
    )  # before code spans: 190
    md.treeprocessors.register(AttributeCleaner(md, stash), "masko-attributes", 6)  # before toc: 5
    md.postprocessors.register(
        RawHtmlPostprocessor(md, stash), "masko-raw-html", 35
    )  # before the stash: 30
    md.postprocessors.register(
        FirstPosePostprocessor(md, stash), "masko-first-pose", 29
    )  # after the stash: 30
    md.postprocessors.register(PlaceholderPostprocessor(md, stash), "masko-restore", 1)
    md.postprocessors.register(SlipPostprocessor(md, stash), "masko-slips", 0)  # after all others


def _register_placeholders(stash: EmbedStash, md: Markdown) -> None:
    md.inlinePatterns.register(PlaceholderInlineProcessor(md, stash), "masko-placeholders", 184)


def _register_images(stash: EmbedStash, md: Markdown) -> None:
    _register_form("image_link", 151, stash, md)  # before images: 150


def _register_references(stash: EmbedStash, md: Markdown) -> None:
    _register_form("image_reference", 141, stash, md)  # before images: 140
    _register_form("short_image_ref", 126, stash, md)  # 125


def _register_form(form: str, priority: int, stash: EmbedStash, md: Markdown) -> None:
    syntax = cast("InlineProcessor", md.inlinePatterns[form])
    processor = ImageInlineProcessor(syntax, md, stash, is_inline=form == "image_link")
    md.inlinePatterns.register(processor, f"masko-{form}", priority)


def _raise(problem: ReferenceProblem, _: str) -> None:
    raise problem
