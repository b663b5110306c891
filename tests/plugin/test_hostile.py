"""Hostile names, alt texts and captions, through whole builds: the text is the text."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING

import pytest

import hostile_texts
import manifest_samples
import sites
from mkdocs_masko.manifest import dumps
from mkdocs_masko.text import replace_controls, slugify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPTIONS = {"collections": {"fox": "fox"}, "mode": "frozen"}
OURS = {
    "img": "class src alt width height loading fetchpriority decoding referrerpolicy",
    "masko-pose": "class data-play data-label",
    "span": "class role aria-label",
    "template": "",
    "video": "loop muted playsinline preload width height tabindex aria-hidden",
    "source": "src type",
    "figure": "class",
    "figcaption": "class",
    "link": "rel href",
    "script": "defer src",
    **dict.fromkeys(("html", "head", "title", "body", "nav", "h1", "p", "b", "strong"), "id lang"),
}
"""Every element and attribute that may be on the pages below."""
_ESCAPABLE = re.compile(r"([\\`*_{}\[\]()>#+\-.!])")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One text, as the name of a pose and in a call."""

    text: str
    slug: str

    @property
    def literal(self) -> str:
        """The text as a literal, for our syntax and for Jinja."""
        plain = json.dumps(self.text, ensure_ascii=False)
        # The last one is more than MkDocs' own parser of raw HTML takes, on some Pythons.
        return re.sub(r"[\x85\u2028\u2029]|<(?=!\[)", lambda m: f"\\u{ord(m[0]):04x}", plain)

    @property
    def is_plain(self) -> bool:
        """Whether an author could write it into a line of Markdown or HTML."""
        return replace_controls(self.text) == self.text == self.text.strip()

    @property
    def markdown(self) -> str:
        """The text with its marks escaped, as the author of Markdown would."""
        return _ESCAPABLE.sub(r"\\\1", html.escape(self.text, quote=False))

    @property
    def html(self) -> str:
        """The text as an attribute of HTML in Markdown, where its marks must be escaped too."""
        return re.sub(r"[!-/:-@\[-`{-~]", lambda m: f"&#{ord(m[0])};", self.text)


def _cases() -> Iterator[Case]:
    taken = {"standard", *hostile_texts.TEXTS}  # a name comes before a slug
    for text in hostile_texts.TEXTS:
        stored = text.encode("utf-8", "replace").decode()
        base = slugify(stored)[:400].strip("-")
        name = next(n for n in chain([base], (f"{base}-{k}" for k in count(2))) if n not in taken)
        taken.add(name)
        yield Case(text=stored, slug=name)


CASES = list(_cases())
PLAIN = [case for case in CASES if case.is_plain]


def _calls() -> Iterator[tuple[str, str, str | None]]:
    """Yield each call with the name and the caption that it has to show."""
    for case in CASES:
        shown = replace_controls(case.text)
        named = shown if case.text.strip() else ""  # blanks name nothing
        yield f'{{{{ masko_image("{case.slug}") }}}}', named, None
        yield f'{{{{ masko("{case.slug}", caption={case.literal}) }}}}', named, shown
        yield f'{{{{ masko_image("standard", alt={case.literal}) }}}}', named, None


def _images() -> Iterator[tuple[str, str, str | None]]:
    for case in PLAIN:
        yield f"![{case.markdown}](masko:standard){{ kind=image }}", case.text, None
        yield (
            f'<img src="masko:standard" kind="image" alt="{case.html}">',
            case.text,
            None,
        )


CALLS = list(_calls())
IMAGES = list(_images())


def _manifest() -> str:
    poses = {
        case.slug: manifest_samples.pose(f"p{n}", name=case.text) for n, case in enumerate(CASES)
    }
    poses |= {"standard": manifest_samples.pose("standard")}
    return dumps(manifest_samples.manifest(fox=poses))


def _page(calls: list[tuple[str, str, str | None]]) -> str:
    return "# Hostile\n\n" + "\n\n".join(f"**start**\n\n{call}\n\n**end**" for call, *_ in calls)


def _site(folder: Path, plugins: tuple[str, ...] = ("masko",)) -> Path:
    template = "".join(f"<b>start </b>{call}<b> end </b>" for call, *_ in CALLS)
    pages = {
        "calls.md": _page(CALLS),
        "images.md": ("---\nrender_macros: false\n---\n" if "macros" in plugins else "")
        + _page(IMAGES),
        "theme.md": "---\ntemplate: theme.html\n---\n\n# Theme\n",
    }
    files = {"masko.manifest.json": _manifest(), "theme/theme.html": template}
    return sites.make(folder, pages, options=OPTIONS, plugins=plugins, files=files)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> sites.Built:
    return sites.build(_site(tmp_path_factory.mktemp("hostile")), "--strict").good()


@pytest.fixture(scope="module")
def macros(tmp_path_factory: pytest.TempPathFactory) -> sites.Built:
    folder = _site(tmp_path_factory.mktemp("macros"), ("macros", "masko"))
    return sites.build(folder, "--strict").good()


def _check(page: str, calls: list[tuple[str, str, str | None]], words: str = "") -> None:
    """Check that a page has our elements, their texts, and nothing else."""
    root = sites.parse(page)
    elements = list(root.iter())
    assert {element.tag for element in elements} <= OURS.keys()
    for element in elements:
        assert set(element.keys()) <= {*OURS[element.tag].split()}, element.tag
    assert [e.get("alt") for e in elements if e.tag == "img"] == [name for _, name, _ in calls]
    assert [e for e in elements if e.get("role") == "img"] == []  # the picture is the image
    captions = ["".join(e.itertext()) for e in elements if e.tag == "figcaption"]
    assert captions == [caption for *_, caption in calls if caption is not None]
    for element in [e for e in elements if e.tag == "figcaption"]:
        element.text = ""
    body = root.find("body")
    assert body is not None
    assert "".join(body.itertext()).split() == [*words.split(), *["start", "end"] * len(calls)]


def test_there_are_hundreds_of_them() -> None:
    assert len(CASES) >= 300
    assert len(PLAIN) >= 200


def test_calls_on_a_page(built: sites.Built) -> None:
    page = built.page("calls/index.html")
    _check(page.replace("<nav><p>Hostile</p></nav>", ""), CALLS, "Hostile")


def test_images_on_a_page(built: sites.Built) -> None:
    page = built.page("images/index.html")
    _check(page.replace("<nav><p>Hostile</p></nav>", ""), IMAGES, "Hostile")


def test_calls_in_a_template_of_the_theme(built: sites.Built) -> None:
    _check(built.page("theme/index.html"), CALLS)


def test_all_of_it_is_the_same_beside_mkdocs_macros(
    built: sites.Built, macros: sites.Built
) -> None:
    """Pages that it runs, pages that it leaves alone, and templates."""
    for name in ("calls", "images", "theme"):
        page = f"{name}/index.html"
        assert sites.embeds(macros.page(page)) == sites.embeds(built.page(page)), name
    page = macros.page("calls/index.html")
    _check(page.replace("<nav><p>Hostile</p></nav>", ""), CALLS, "Hostile")


def test_a_name_that_is_not_there_harms_no_page_and_no_log(tmp_path: Path) -> None:
    """The text of a bad reference stands on the page as text; each is told in one line."""
    calls = [f"{{{{ masko({case.literal}, alt={case.literal}) }}}}" for case in CASES]
    pages = {"index.md": "\n\n".join(f"**start**\n\n{call}\n\n**end**" for call in calls)}
    built = sites.build(sites.make(tmp_path, pages)).good()
    root = sites.parse(built.page())
    assert {element.tag for element in root.iter()} <= OURS.keys()
    warnings = built.lines("WARNING")
    assert len(warnings) == len([line for line in built.output.split("\n") if "docs/" in line])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]", built.output)
