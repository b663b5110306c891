"""What a site gets wrong, and where: file, line and column of each bad reference."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from mkdocs_masko.errors import MisplacedPose, MissingPose
from mkdocs_masko.files import relative_name
from mkdocs_masko.rendering import Page, StandalonePage
from mkdocs_masko.site_config import is_toml
from mkdocs_masko.slips import Slip, find_slips, find_slips_in_file, find_slips_in_settings
from mkdocs_masko.text import printable
from mkdocs_masko.theme_templates import calling_template, is_template
from mkdocs_masko.urls import pose_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mkdocs_masko.errors import ReferenceProblem
    from mkdocs_masko.source_text import SourceText
    from mkdocs_masko.theme_templates import TemplatePlace

_COPIED_SUFFIXES = (".html", ".htm", ".xhtml", ".svg", ".css")


def is_searched(name: str) -> bool:
    """Tell whether a file of the docs folder is copied as it is, and may still name a pose."""
    return name.lower().endswith(_COPIED_SUFFIXES)


class RenderContext(Page, Protocol):
    """The page or template that is being rendered."""

    @property
    def name(self) -> str:
        """For messages: `docs/index.md`, or `template home.html`."""
        ...

    def sources(self) -> Iterable[tuple[str, str]]:
        """Return the files that it may be made of, by their names in messages, with their texts."""
        ...


class SourceFile(StandalonePage):
    """A file whose HTML nobody looks at: copied into the site as it is, or only checked.

    Args:
        name: The file, for messages: `docs/extra.css`.
        text: Its content.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    def sources(self) -> Iterable[tuple[str, str]]:
        """Return the file."""
        return ((self.name, self.text),)


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
        return printable(f"{place}: {self.message}")


class Problems:
    """The bad references of a site, or of a page; each counts once.

    Args:
        folder: The folder of the site's configuration, from which messages name templates.
        remedy: Returns what helps where a pose is missing, as far as more is known of the
            manifest than what is in it.
    """

    def __init__(
        self,
        folder: Path | None = None,
        remedy: Callable[[MissingPose], str] = lambda problem: problem.remedy,
    ) -> None:
        self._folder, self._remedy = folder, remedy
        self._problems: dict[Problem, None] = {}
        self._occurrences: dict[tuple[str, str, str], int] = {}
        self._poses_of_settings: set[tuple[str, str | None]] = set()  # with the file's name
        self._texts: dict[str, SourceText] = {}
        self._reviewed: set[tuple[str, Slip, int]] = set()

    def report(self, problem: ReferenceProblem, source: str, context: RenderContext) -> None:
        """Note what is wrong, and find where it stands.

        Args:
            problem: What is wrong.
            source: The text that caused it, as the author wrote it.
            context: The page or template that it is on.
        """
        name = context.name
        host = problem.host if isinstance(problem, MisplacedPose) else ""
        key = (name, host, (pose_of(source) if host else None) or source)  # however it is written
        number = self._occurrences.get(key, -1) + 1
        self._occurrences[key] = number
        place = name, (0, 0)
        for file_name, text in context.sources():
            if host and (file_name, pose_of(source)) in self._poses_of_settings:
                return  # a theme has written what is reported where its author wrote it
            searched = self._text(file_name, text)
            offsets = searched.offsets_in(host, source) if host else searched.offsets(source)
            if offsets:
                place = file_name, searched.position(offsets[min(number, len(offsets) - 1)])
                number -= len(offsets)
            if offsets and number < 0:
                break
        self._add(problem, *place)

    def report_in_template(
        self,
        problem: ReferenceProblem,
        source: str,
        context: RenderContext,
        place: TemplatePlace | None = None,
    ) -> None:
        """Note what is wrong with a macro in a template.

        Args:
            problem: What is wrong.
            source: The macro as written.
            context: The page or template that is being rendered.
            place: Where the macro is called; by default in the template that is running.
        """
        place = place or calling_template()
        if place is None:
            self.report(problem, source, context)
            return
        name = self.template_name(place.path)
        text = self._text(name, place.path.read_text(encoding="utf-8", errors="replace"))
        self._add(problem, name, text.location_below(source, place.line))

    def review_file(self, name: str, text: str) -> None:
        """Report the poses that a file names which is copied into the site as it is.

        Args:
            name: The file, for messages: `docs/extra.css`.
            text: Its HTML or CSS.
        """
        is_css = name.lower().endswith(".css")
        for slip, offset in find_slips_in_file(text, is_css=is_css):
            self._add(slip.problem, name, self._text(name, text).position(offset))

    def review_settings(self, name: str, text: str) -> None:
        """Report the poses and macros that the settings of the site name.

        Args:
            name: The file, for messages, and for its format: `mkdocs.yml`.
            text: Its content.
        """
        for slip, offset in find_slips_in_settings(text, is_toml=is_toml(Path(name))):
            self._poses_of_settings.add((name, pose_of(slip.source)))
            self._add(slip.problem, name, self._text(name, text).position(offset))

    def review(
        self, html: str, context: RenderContext, reviewed: str = "", *, has_macros: bool = True
    ) -> None:
        """Report the poses that HTML names where none can be shown.

        Args:
            html: A page that is finished, or a part of one.
            context: The page or template.
            reviewed: A part of it that was reviewed before.
            has_macros: Whether macros run on it, so that a better way to show a pose is one.
        """
        slips = find_slips(html, has_macros=has_macros) if html != reviewed else []
        before = Counter(find_slips(reviewed)) if slips else Counter()
        for slip in slips:
            before[slip] -= 1
            # A template has the same ones on every page; each is looked for once.
            key = (context.name, slip, before[slip])
            if before[slip] < 0 and key not in self._reviewed:
                self._reviewed.add(key)
                self.report(slip.problem, slip.source, context)

    def in_order(self) -> list[Problem]:
        """Return all bad references, page by page, in the order of their lines."""
        names = dict.fromkeys(problem.name for problem in self._problems)
        order = {name: number for number, name in enumerate(names)}
        return sorted(self._problems, key=lambda p: (order[p.name], p.line, p.column))

    def template_name(self, path: Path) -> str:
        """Name a template by its path from `mkdocs.yml`, or by its own name if that is far away."""
        folder = (self._folder or Path.cwd()).resolve()
        path = path.resolve()
        if folder in path.parents or folder.parent in path.parents:
            return relative_name(path, folder)
        return f"template {path.name}"

    def _text(self, name: str, text: str) -> SourceText:
        if name not in self._texts:
            from mkdocs_masko.source_text import SourceText  # noqa: PLC0415 - only for problems

            self._texts[name] = SourceText(text, is_markdown=not is_template(name))
        return self._texts[name]

    def _add(self, problem: ReferenceProblem, name: str, location: tuple[int, int]) -> None:
        if isinstance(problem, MissingPose):
            problem = problem.with_remedy(self._remedy(problem))
        line, column = location
        located = Problem(name=name, line=line, column=column, message=str(problem))
        self._problems[located] = None  # a template has the same one on every page; it counts once
