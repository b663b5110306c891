"""One build of a site: what its pages show, use and get wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin

from markupsafe import Markup
from msgspec import Struct

from mkdocs_masko.budget import PageWeights
from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.rendering import GALLERY, Embedder, Picture, Placeholders, Renderer
from mkdocs_masko.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from mkdocs_masko.hosting import CdnHosting, SelfHosting
    from mkdocs_masko.manifest import Manifest, Medium
    from mkdocs_masko.rendering import Call

_CODE = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}|~{3,}).*?^[ \t>]*(?P=fence)"
    r"|(?P<ticks>`+)(?!`)(?:(?!\n[ \t\r>]*\n).)+?(?<!`)(?P=ticks)(?!`)",  # never past a blank line
    re.MULTILINE | re.DOTALL,
)
_NAME = re.compile(r"""masko[\w.]*\s*\(\s*["'](?P<call>[^"']+)|masko:(?P<image>[^)\s{]+)""")


def locate(text: str, source: str, number: int = 0) -> tuple[int, int] | None:
    """Find a call in the source of its page.

    Args:
        text: The source, with its front matter.
        source: The call, as it was found by the parser, which drops indents and quote marks; or
            as it was written again from its arguments.
        number: Which of several equal ones, from 0.

    Returns:
        Line and column, both from 1, or None when it is not there: it came from elsewhere.
    """
    prose = _CODE.sub(lambda m: re.sub(r"\S", "\x00", m[0]), text)
    for pattern in _patterns(source):
        found = [match.start() for match in re.finditer(pattern, prose)]
        if found:
            return _position(text, found[min(number, len(found) - 1)])
    return None


def _patterns(source: str) -> Iterator[str]:
    """Yield what to look for, the most exact first."""
    words = source.removeprefix("](").split()
    if words:
        yield r"[\s>]+".join(map(re.escape, words))
    name = _NAME.search(source)
    if name:
        wanted = re.escape(name["call"] or name["image"])
        yield rf"""masko[\w.]*\s*\(\s*["']{wanted}["']|masko:{wanted}(?![\w-])"""
        yield rf"(?<![\w-]){wanted}(?![\w-])"


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class RenderContext(Protocol):
    """The page or template that is being rendered."""

    @property
    def name(self) -> str:
        """For messages: `docs/index.md`, or `template home.html`."""
        ...

    @property
    def language(self) -> str:
        """The language of the theme: `en`, `pt-BR`."""
        ...

    def relative(self, path: str) -> str:
        """Return the address, from here, of a file of the site."""
        ...

    def link(self, href: str) -> str:
        """Return the address that a link of the author's leads to."""
        ...

    def text(self) -> str:
        """Return the source, to find a call in."""
        ...


class Problem(Struct, frozen=True, kw_only=True):
    """A reference that leads nowhere.

    Attributes:
        name: The page or template: `docs/index.md`.
        line: From 1; 0 when it is not known.
        column: From 1; 0 when it is not known.
        message: What is wrong, and what to do.
    """

    name: str
    line: int = 0
    column: int = 0
    message: str

    def __str__(self) -> str:
        place = f"{self.name}:{self.line}:{self.column}" if self.line else self.name
        return f"{place}: {self.message}"


class BuildSession:
    """Holds what pages are rendered from, and collects what comes of it.

    Args:
        manifest: What may be shown.
        default: Alias of the collection that names without one are looked up in.
        overrides: Folders with templates of the theme's.
        hosting: Which media the site serves, and under which names.
        site_url: The address of the site; empty when it is not known.
    """

    def __init__(
        self,
        manifest: Manifest,
        *,
        default: str,
        overrides: Sequence[Path],
        hosting: SelfHosting | CdnHosting,
        site_url: str = "",
    ) -> None:
        self.manifest = manifest
        self.hosting = hosting
        self.scales = PageWeights(hosting.limits)
        self._elsewhere: dict[str, int] = {}
        self.tokens = Placeholders()
        self.embedder = Embedder(self._render, self._report)
        self.problems: list[Problem] = []
        self.brought_in: dict[str, Path] = {}
        """Files beside the media that some page needs, by their paths in the site."""
        self.gaps: list[str] = []
        """What poses that are used have not got, and who sees what therefore."""
        self._site_url = site_url
        self._renderer = Renderer(manifest, default=default, overrides=overrides)
        self._spot: RenderContext | None = None
        self._seen: dict[tuple[str, str], int] = {}

    def move_to(self, spot: RenderContext) -> None:
        """Say which page or template is rendered from now on."""
        self._spot = spot

    def show(self, source: str, read: Callable[[], Call]) -> str:
        """Return the HTML of a call for a template, where it is not escaped again."""
        return Markup(self.embedder.show(source, read))  # noqa: S704 - escaped by our templates

    def url(self, medium: Medium) -> str:
        """Return the address of a medium, from the page that is being rendered."""
        path = self.hosting.shelf.take(medium)
        self._weigh(medium, path or medium.url)
        return medium.url if path is None else self.relative(path)

    def picture(self, medium: Medium, width: int, height: int) -> Picture:
        """Return the addresses of a still, from the page that is being rendered."""
        choices = self.hosting.shelf.still(medium, width, height)
        if not choices:
            return Picture(src=self.url(medium))
        best, last = choices[0].paths, choices[-1].paths
        self._note(medium, first=best[0], dense=best[-1])
        sources = tuple((choice.type, self._srcset(choice.paths)) for choice in choices[:-1])
        more = self._srcset(last) if len(last) > 1 else ""
        return Picture(src=self.relative(last[0]), srcset=more, sources=sources)

    def _srcset(self, paths: Sequence[str]) -> str:
        given = (f"{self.relative(path)} {n}x" for n, path in enumerate(paths, start=1))
        return ", ".join(given) if len(paths) > 1 else self.relative(paths[0])

    def _weigh(self, medium: Medium, file: str) -> None:
        self._elsewhere[file] = medium.bytes or 0
        if medium.type.startswith("video/"):
            self._note(medium, video=file)
        else:
            self._note(medium, first=file, dense=file)

    def _note(self, medium: Medium, **files: str) -> None:
        if self._spot:
            pose = self.hosting.name(medium).partition(" ")[0]
            self.scales.note(self._spot.name, pose, **files)

    def sizes(self) -> dict[str, int]:
        """Return the bytes of every file that pages use, as far as they are known."""
        ours = {path: file.stat().st_size for path, file in self.hosting.gather().items()}
        return {**self._elsewhere, **ours}

    def relative(self, path: str) -> str:
        """Return the address of a file of the site, from the page that is being rendered."""
        return self._spot.relative(path) if self._spot else path

    def absolute(self, medium: Medium) -> str:
        """Return the address of a medium with its host."""
        path = self.hosting.shelf.take(medium)
        if path is not None and not self._site_url:
            raise ReferenceProblem(
                "argument 'absolute' needs 'site_url' in mkdocs.yml: the site serves the file"
            )
        return medium.url if path is None else urljoin(self._site_url.rstrip("/") + "/", path)

    def link(self, href: str) -> str:
        """Return the address that a link of the author's leads to."""
        return self._spot.link(href) if self._spot else href

    @property
    def language(self) -> str:
        """The language of what is being rendered."""
        return self._spot.language if self._spot else "en"

    def lacks(self, pose: str, gap: str) -> None:
        """Note what a pose has not got."""
        line = f"{sanitize(pose)}: {gap}"
        if line not in self.gaps:
            self.gaps.append(line)

    def check(self, reference: object, source: str) -> None:
        """Report a name that leads to no pose, wherever it stands."""
        try:
            self._renderer.find(str(reference))
        except ReferenceProblem as problem:
            self._report(problem, source)

    def _render(self, call: Call) -> str:
        if call.function == GALLERY:
            from mkdocs_masko import gallery  # noqa: PLC0415 - most sites have no catalogue

            return gallery.render(call, self._renderer, self)
        return self._renderer.render(call, self)

    def sorted_problems(self) -> list[Problem]:
        """Return all bad references, page by page, in the order of their lines."""
        names = dict.fromkeys(problem.name for problem in self.problems)
        order = {name: number for number, name in enumerate(names)}
        return sorted(self.problems, key=lambda p: (order[p.name], p.line, p.column))

    def _report(self, problem: ReferenceProblem, source: str) -> None:
        found = self._problem(str(problem), source)
        if found not in self.problems:  # a template has the same one on every page
            self.problems.append(found)

    def _problem(self, message: str, source: str) -> Problem:
        if self._spot is None:
            return Problem(name="outside of pages", message=message)
        name = self._spot.name
        number = self._seen[name, source] = self._seen.get((name, source), -1) + 1
        line, column = locate(self._spot.text(), source, number) or (0, 0)
        return Problem(name=name, line=line, column=column, message=message)
