"""The pages that the browsers are shown: pure magenta, with poses on it, built as a user would."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sites
import zensical_sites

if TYPE_CHECKING:
    from pathlib import Path

ALT = "A fox waving hello"
SIZE = 256  # px
_STYLE = """\
html { background: #f0f; }
body { margin: 0; font: 16px/1.5 "DejaVu Sans", sans-serif; }
p { margin: 0; }
nav { display: none; }
.narrow { width: 150px; overflow: hidden; }
.spacer { height: 4000px; }
"""
MAIN = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ page.title }}</title>
<link rel="stylesheet" href="{{ 'theme.css'|url }}">
</head>
<body>
<main class="{{ page.meta.column }}">{{ page.content }}</main>
</body>
</html>
"""
"""The theme's page; its style sheet is `theme.css`."""
_SPACER = '<div class="spacer"></div>'
_MANY = 30


def _call(pose: str = "wave", **more: object) -> str:
    arguments: dict[str, object] = {"alt": ALT, "width": SIZE, **more}
    given = "".join(f", {name}={value!r}" for name, value in arguments.items())
    return f"{{{{ masko({pose!r}{given}) }}}}"


PAGES = {
    "index.md": _call(),
    "other.md": _call() + "\n\n[back](index.md)",
    "once.md": _call(play="once"),
    "hover.md": _call(play="hover"),
    "click.md": _call(play="click"),
    "link.md": _call(href="other.md"),
    "link-hover.md": _call(href="other.md", play="hover"),
    "fold.md": f"{_SPACER}\n\n{_call()}",
    "first.md": (
        f"{_call('idle', kind='image')}\n\n{_SPACER}\n\n{_call('cheer', kind='image')}\n\n"
        f"{_call('idle', kind='image')}"
    ),
    "decoration.md": _call(alt=""),
    "background.md": _call(background=True),
    "narrow.md": f"---\ncolumn: narrow\n---\n{_call()}",
    "palettes.md": _call(dark="card-sit"),
    "words.md": f"Some words, {_call(width=64)} and more of them.\n\nThe end.",
    "small.md": f"Words, {_call(width=95)} and more.\n\n{_call(width=28, play='hover')}",
    "none.md": "No pose at all.",
    "many.md": "\n\n".join([_call()] * _MANY),
}


def build(folder: Path) -> Path:
    """Build the pages, and return the folder of the site."""
    theme = {"theme/main.html": MAIN, "theme/theme.css": _STYLE}
    sites.make(folder, PAGES, files=theme)
    return sites.build(folder, "--strict").good().site


_MATERIAL = {
    "name": "material",
    "custom_dir": "overrides",
    "font": False,
    "features": ["navigation.instant", "navigation.instant.preview"],
    "palette": [
        {
            "scheme": "default",
            "toggle": {"icon": "material/brightness-7", "name": "To the dark palette"},
        },
        {
            "scheme": "slate",
            "toggle": {"icon": "material/brightness-4", "name": "To the light palette"},
        },
    ],
}
_MAGENTA = """\
body, .md-container, .md-main { background: #f0f !important; }
"""


_MANUAL = sites.ROOT / "example-site/docs"
_RECIPE = re.compile(r'^```jinja title="overrides/main.html"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def _recipe(page: str, word: str) -> str:
    """Return the recipe of a page of the manual that has a word in it."""
    recipes = _RECIPE.findall((_MANUAL / page).read_text(encoding="utf-8"))
    (recipe,) = (text for text in recipes if word in text)
    return str(recipe)


def build_material(folder: Path, port: int) -> None:
    """Build a site of Material's with instant navigation and switches for palettes and motion.

    Instant navigation looks for a page's address in the site's map, and takes everything but the
    port of an address there from that of the page.
    """
    pages = {
        "index.md": "# Start\n\nNothing here. [To the pose](pose.md)",
        "pose.md": f"# Pose\n\n{_call()}\n\n[To the start](index.md)",
        "palettes.md": f"# Palettes\n\n{_call(dark='card-sit')}",
        "extra.css": _MAGENTA,
    }
    sites.make(
        folder,
        pages,
        theme=_MATERIAL,
        files={"overrides/main.html": _recipe("accessibility.md", "data-masko-toggle")},
        site_url=f"http://localhost:{port}/",
        extra_css=["extra.css"],
    )
    sites.build(folder, "--strict").good()


def build_zensical(folder: Path, port: int) -> None:
    """Build a copy of the example site with Zensical, whose instant navigation needs its URL."""
    toml = folder / "zensical.toml"
    settings = toml.read_text(encoding="utf-8")
    url = f'site_url = "http://localhost:{port}/"'
    toml.write_text(settings.replace("[project]", f"[project]\n{url}", 1), encoding="utf-8")
    with (folder / "docs/assets/site.css").open("a", encoding="utf-8") as style:
        style.write(_MAGENTA)
    zensical_sites.example(folder)


def build_preloaded(folder: Path) -> Path:
    """Build the manual's recipe for a preload, with media of the site's own in small variants."""
    sites.make(
        folder,
        {"index.md": "# Start\n\nWords."},
        options={**sites.SANDBOX, "hosting": "self"},
        theme={"name": "material", "custom_dir": "overrides", "font": False},
        files={"overrides/main.html": _recipe("embed.md", "masko_preload")},
    )
    return sites.build(folder, "--strict").good().site
