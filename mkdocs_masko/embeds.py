"""From any macro to what stands on a page: a pose, a URL, or the gallery of all poses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_masko.rendering import GALLERY

if TYPE_CHECKING:
    from mkdocs_masko.rendering import Call, Embed, Page, Renderer


def embed_macro(call: Call, renderer: Renderer, page: Page) -> Embed:
    """Return what a macro becomes on a page.

    Args:
        call: The macro.
        renderer: Shows poses.
        page: The page that it stands on.

    Raises:
        ReferenceProblem: What it names is not there, or an argument is wrong.
    """
    if call.function == GALLERY:
        from mkdocs_masko.gallery.page import render  # noqa: PLC0415 - most sites have none

        return render(call, renderer, page)
    return renderer.embed(call, page)


def print_macro(call: Call, renderer: Renderer, page: Page) -> str:
    """Return what a macro for poses becomes on paper, where nothing moves.

    Args:
        call: The macro.
        renderer: Shows poses.
        page: The page that it is printed for.

    Raises:
        ReferenceProblem: As from `embed_macro`.
    """
    if call.function == GALLERY:
        from mkdocs_masko.gallery.page import render  # noqa: PLC0415 - as above

        return render(call, renderer, page, on_paper=True).html
    return renderer.print(call, page)
