"""The Markdown extension.

What it puts on a page is kept in the parser's stash and not parsed again, so nothing in a name
or an alt text can become markup.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from markdown.extensions import Extension

from mkdocs_masko.manifest import load
from mkdocs_masko.markdown.first_pose import FirstPosePostprocessor
from mkdocs_masko.markdown.inline import (
    CallInlineProcessor,
    ImageInlineProcessor,
    PlaceholderInlineProcessor,
)
from mkdocs_masko.markdown.page import (
    AttributeCleaner,
    CriticGuard,
    CriticRelease,
    LazyRegistration,
    PageStart,
    PlaceholderPostprocessor,
    RawHtmlPostprocessor,
    SlipPostprocessor,
    TreeEnd,
)
from mkdocs_masko.markdown.stash import EmbedStash, OpenPages
from mkdocs_masko.options import MANIFEST
from mkdocs_masko.rendering import (
    GALLERY,
    MARK,
    Embedder,
    Placeholders,
    Renderer,
    StandalonePage,
)
from mkdocs_masko.urls import CDN_ORIGINS, SCHEME

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

    Used alone (`markdown_extensions: [masko]`), it reads the manifest that its option `manifest`
    names, and a bad reference raises `ReferenceProblem`.

    Args:
        embedder: Shows macros; by default from the manifest.
        placeholders: Macros that were run before the page came here.
        options: The options of the extension: `manifest` and `default`.
    """

    def __init__(
        self,
        embedder: Embedder | None = None,
        placeholders: Placeholders | None = None,
        **options: Any,  # noqa: ANN401 - Markdown's own signature
    ) -> None:
        self.config = {
            "manifest": [MANIFEST, "Path of the manifest"],
            "default": ["", "Collection that names without one are looked up in"],
        }
        super().__init__(**options)
        self._embedder = embedder or Embedder(self._render, _raise, self._render)
        self._placeholders = placeholders or Placeholders()
        self._open_pages = OpenPages()
        self._renderer: Renderer | None = None

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
        """Watch for pages with poses; all others are parsed as if the extension were not there."""
        stash = EmbedStash(md, self._embedder, self._placeholders, self._open_pages)
        md.registerExtension(_ParserExtension(self.extendMarkdown, stash))
        marks: dict[str, Callable[[Markdown], None]] = {
            "masko": partial(_register_page, stash),
            MARK: partial(_register_placeholders, stash),
            SCHEME: partial(_register_images, stash),
            "]:": partial(_register_references, stash),
        }
        md.preprocessors.register(PageStart(md, stash), "masko-start", 1000)  # before all others
        md.treeprocessors.register(TreeEnd(md, stash), "masko-tree-end", -1)  # after unescape: 0
        md.preprocessors.register(LazyRegistration(md, marks), "masko-lazy", 1)  # after all others
        # Around pymdownx.critic: 31.1
        md.preprocessors.register(CriticGuard(md), "masko-critic-guard", 31.15)
        md.preprocessors.register(CriticRelease(md), "masko-critic-release", 31.06)

    def _render(self, call: Call) -> str:
        if self._renderer is None:
            manifest = load(Path(self.getConfig("manifest")), CDN_ORIGINS)
            self._renderer = Renderer(manifest, default=self.getConfig("default"))
        if call.function == GALLERY:
            from mkdocs_masko.gallery.page import render  # noqa: PLC0415 - most pages have none

            return render(call, self._renderer, _PAGE).html
        return self._renderer.embed(call, _PAGE).html


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
