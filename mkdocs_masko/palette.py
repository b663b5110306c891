"""The palette that a site opens in, as far as its theme's settings tell.

Of the poses for two palettes, only what may show is fetched early. Readers can choose the other
palette in a site's switch; that only their browser knows, and so nothing here can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mkdocs_masko.rendering import SitePalette

_DARK_SCHEME = "slate"  # what the style sheet takes for dark
_BY_SYSTEM = "(prefers-color-scheme)"


def opening_palette(theme: Mapping[str, Any]) -> SitePalette:
    """Return the palette of a site's first page.

    Args:
        theme: The theme's settings: `palette` is Material's, `color_mode` that of MkDocs' own. With
            other themes, the style sheet follows the reader's system.
    """
    palette = theme.get("palette")
    # What another theme calls a palette is something else: in Terminal, the name of one.
    choices = palette if isinstance(palette, list) else [palette]
    options = [option for option in choices if isinstance(option, dict)]
    if options:
        return _material_palette(options)
    mode = theme.get("color_mode")
    return mode if mode in {"light", "dark"} else "system"


def _material_palette(options: Sequence[Mapping[str, Any]]) -> SitePalette:
    """Choose an option the way Material's script does (read in 9.8)."""
    light, dark = (_scheme(options, system) for system in ("light", "dark"))
    if light == dark:
        return light
    return "system" if (light, dark) == ("light", "dark") else ""


def _scheme(options: Sequence[Mapping[str, Any]], system: str) -> SitePalette:
    media = f"(prefers-color-scheme: {system})"
    option = next(
        (o for o in options if o.get("media") in {None, "", media, _BY_SYSTEM}), options[0]
    )
    if option.get("media") == _BY_SYSTEM:
        option = next((o for o in options if o.get("media") == media), option)
    return "dark" if option.get("scheme") == _DARK_SCHEME else "light"
