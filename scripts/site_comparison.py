"""Compare built sites, file by file, for `try_real_site.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import compress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator
    from pathlib import Path

FOLDER = "assets/masko/"
"""Where the plugin's own files stand in a site."""
POSES = '\n\n![A fox](masko:wave)\n\n{{ masko("wave", alt="A fox") }}\n'
"""Both syntaxes, each in a paragraph of its own."""
IMAGES = "\n\n![Trial image](data:,)" * 2 + "\n"
"""What stands in their place in the site to compare with."""

# A lightbox puts a link around an image, and none around a pose.
_IMAGE = re.compile(
    r"(?:<p>)?(?:<a\b[^>]*\bglightbox\b[^>]*>)?<img\b[^>]*\bTrial image\b[^>]*>(?:</a>)?(?:</p>)?"
)
_EMBED = re.compile(
    r"(?:<p>)?<masko-pose\b.*?</masko-pose>(?:<script[^>]*></script>)?(?:</p>)?", re.DOTALL
)
_ASSET = re.compile(rf"<link\b[^>]*{FOLDER}[^>]*>|<script\b[^>]*{FOLDER}[^>]*></script>")
_AS_TEXT = re.compile(r"masko:wave|\{\{ ?masko\(")
_SAMPLE = re.compile(r"<(pre|code)\b[^>]*>.*?</\1>", re.DOTALL)
_SCRIPT = re.compile(r"<(script|style)\b[^>]*>.*?</\1>", re.DOTALL)
# Between words and around what stands in tags: a minified page is a single line.
_BREAK = re.compile(r"""[\s<>"'=,;]+""")
_BEFORE, _AFTER = 30, 40  # characters that are shown around a difference


@dataclass(frozen=True)
class Built:
    """One build: the site's folder, the warnings, and what it cost in seconds of CPU."""

    site: Path
    warnings: Counter[str]
    seconds: float


@dataclass
class Comparison:
    """What is different between a build and two that were made alike.

    Attributes:
        pages: How many HTML pages were compared.
        samples: How many code samples they have: `<pre>`, and `<code>` outside of it.
        changed_pages: Pages that differ, by path, with the first difference.
        changed_samples: How many code samples differ, by page.
        changed_files: Other files that differ.
        missing: Files that are gone.
        strays: New files outside the plugin's own folder.
        added: New files in it.
        left_out: Files that the two do not agree on, and that cannot be compared by words.
        as_text: Files that show a pose's Markdown, on pages outside of code.
        new_warnings: Warnings and errors that are new.
    """

    pages: int = 0
    samples: int = 0
    changed_pages: dict[str, str] = field(default_factory=dict)
    changed_samples: dict[str, int] = field(default_factory=dict)
    changed_files: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    as_text: list[str] = field(default_factory=list)
    new_warnings: list[str] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        """Whether nothing differs but for the plugin's own files."""
        files = self.changed_files or self.missing or self.strays or self.as_text
        return not (self.changed_pages or self.changed_samples or files or self.new_warnings)


def compare(plain: tuple[Built, Built], ours: Built) -> Comparison:
    """Compare a site that has the plugin with two that do not, and shows no pose."""
    result = _compare_files(plain, ours, str)
    result.new_warnings = list((ours.warnings - plain[0].warnings).elements())
    return result


def compare_poses(images: tuple[Built, Built], poses: Built) -> Comparison:
    """Compare a site that has `POSES` on its pages with two that have `IMAGES`."""
    result = _compare_files(images, poses, _without_poses)
    # A search index or a feed has the texts of the poses, and their media are there too.
    result.changed_files, result.added = [], []
    result.as_text = list(_files_with_text(poses.site))
    result.new_warnings = list((poses.warnings - images[0].warnings).elements())
    return result


def count_pages_with_poses(site: Path) -> int:
    """Return how many pages show a pose."""
    return sum("<masko-pose" in _read(path) for path in site.rglob("*.html"))


def _compare_files(
    plain: tuple[Built, Built], other: Built, cleaned: Callable[[str], str]
) -> Comparison:
    """Compare all files; `cleaned` takes out of a page what may differ."""
    sites = (plain[0].site, plain[1].site, other.site)
    first, second, files = map(_files_of, sites)
    added = sorted(files - first - second)
    result = Comparison(
        missing=sorted((first & second) - files),
        strays=[name for name in added if not name.startswith(FOLDER)],
        added=[name for name in added if name.startswith(FOLDER)],
        left_out=sorted(first ^ second),
    )
    for name in sorted(first & second & files):
        a, b, c = (_read(site / name) for site in sites)
        is_page = name.endswith(".html")
        if is_page:
            a, b, c = map(cleaned, (a, b, c))
            result.pages += 1
            _compare_samples(result, name, (a, b), c)
        difference = "" if c in (a, b) else _first_difference(a, b, c)
        if difference is None:
            result.left_out.append(name)
        elif difference and is_page:
            result.changed_pages[name] = difference
        elif difference:
            result.changed_files.append(name)
    return result


def _files_of(site: Path) -> set[str]:
    return {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}


def _read(path: Path) -> str:
    """Return what a file holds; no two files of different bytes are the same text."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _compare_samples(result: Comparison, name: str, plain: tuple[str, str], other: str) -> None:
    first, second, samples = (
        [match.group() for match in _SAMPLE.finditer(html)] for html in (*plain, other)
    )
    result.samples += len(first)
    if samples in (first, second):
        return
    if not len(first) == len(second) == len(samples):
        result.changed_samples[name] = max(1, abs(len(samples) - len(first)))
        return
    triples = zip(first, second, samples, strict=True)
    if count := sum(a == b != c for a, b, c in triples):
        result.changed_samples[name] = count


def _first_difference(first: str, second: str, other: str) -> str | None:
    """Tell where a text leaves two that were made alike; `""` if nowhere, None if in doubt."""
    if first == second:
        return _excerpts(first, other)
    a, b, c = (_BREAK.split(text) for text in (first, second, other))
    if len(a) != len(b):
        return None
    if len(c) == len(a):
        steady = [x == y for x, y in zip(a, b, strict=True)]
        a, c = (list(compress(words, steady)) for words in (a, c))
    return _excerpts(" ".join(a), " ".join(c))


def _excerpts(text: str, other: str) -> str:
    if text == other:
        return ""
    pairs = enumerate(zip(text, other, strict=False))
    at = next((index for index, (a, b) in pairs if a != b), min(len(text), len(other)))
    start = max(0, at - _BEFORE)
    before, after = (" ".join(each[start : at + _AFTER].split()) for each in (text, other))
    return f"- {before}\n+ {after}".encode("utf-8", "replace").decode()


def _without_poses(html: str) -> str:
    """Return a page with the same mark for each pose and for each image in the place of one."""
    return _ASSET.sub("", _EMBED.sub("*", _IMAGE.sub("*", html)))


def _files_with_text(site: Path) -> Iterator[str]:
    for name in sorted(_files_of(site)):
        if name.endswith((".html", ".xml", ".json", ".txt")) and not name.startswith(FOLDER):
            text = _read(site / name)
            if _AS_TEXT.search(text) and _AS_TEXT.search(_SCRIPT.sub("", _SAMPLE.sub("", text))):
                yield name
