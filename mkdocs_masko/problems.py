"""What a site gets wrong, and where: file, line and column of each bad reference."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from mkdocs_masko.errors import MisplacedPose, MissingPose, UnreadableMacro
from mkdocs_masko.files import relative_name
from mkdocs_masko.rendering import Page, StandalonePage
from mkdocs_masko.site_config.settings import is_toml
from mkdocs_masko.sources.slips import Slip, find_slips, find_slips_in_file, find_slips_in_settings
from mkdocs_masko.text import printable, sanitize
from mkdocs_masko.theme_templates import calling_template, is_template
from mkdocs_masko.urls import pose_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mkdocs_masko.errors import ReferenceProblem
    from mkdocs_masko.sources.source_text import SourceText
    from mkdocs_masko.theme_templates import TemplatePlace

_MOST_WORDS = 80  # characters of a text to look for
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

    def included(self) -> Iterable[tuple[str, str]]:
        """Return the other files that those include, in the same form."""
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

    def included(self) -> Iterable[tuple[str, str]]:
        """Return nothing: nobody looks for what it includes."""
        return ()


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
        self._occurrences: dict[tuple[RenderContext, str, str], int] = {}
        self._poses_of_settings: set[tuple[str, str | None]] = set()  # with the file's name
        self._texts: dict[tuple[str, str], SourceText] = {}
        self._messages: set[str] = set()
        self._reviewed: set[tuple[str, Slip, int]] = set()

    def report(self, problem: ReferenceProblem, source: str, context: RenderContext) -> None:
        """Note what is wrong, and find where it stands.

        Args:
            problem: What is wrong.
            source: The text that caused it, as the author wrote it.
            context: The page or template that it is on.
        """
        if isinstance(problem, UnreadableMacro):
            for name, content in context.sources():
                text = self._text(name, content)
                place = text.location_above(source, problem.lines_below)
                if place is not None:
                    self._add(problem, name, place)
                    return
        host = problem.host if isinstance(problem, MisplacedPose) else ""
        # However the URL of one pose is written.
        key = (context, host, (pose_of(source) if host else None) or source)
        number = self._occurrences.get(key, -1) + 1
        self._occurrences[key] = number
        places = self._places(source, host, context, number)
        if len(places) <= number and host and self._is_of_settings(source, context):
            return  # a theme has written what is reported where its author wrote it
        if places:
            name, text, offset = places[min(number, len(places) - 1)]
            self._add(problem, name, text.position(offset))
        else:
            self._add(problem, context.name, (0, 0), _words_of(problem, source))

    def _is_of_settings(self, url: str, context: RenderContext) -> bool:
        names = (name for name, _ in context.sources()) if self._poses_of_settings else ()
        return any((name, pose_of(url)) in self._poses_of_settings for name in names)

    def _places(
        self, source: str, host: str, context: RenderContext, number: int
    ) -> list[tuple[str, SourceText, int]]:
        """Return where something stands: the name of the file, its text, and the offset in it.

        The page comes first, then what it includes. But what stands in any of them as it was read
        comes before what is only named; and a name alone is looked for on the page alone.
        """
        levels: list[list[tuple[str, SourceText, int]]] = [[], [], []]
        for is_included, files in ((False, context.sources), (True, context.included)):
            for name, content in files():
                if host and (name, pose_of(source)) in self._poses_of_settings:
                    continue
                text = self._text(name, content)
                offsets = [text.offsets_in(host, source)] if host else text.offsets(source)
                offsets = offsets[:2] if is_included else offsets
                for level, found in zip(levels, offsets, strict=False):
                    level += [(name, text, offset) for offset in found]
            if len(levels[0]) > number:
                break
        return next(filter(None, levels), [])

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
        self,
        html: str,
        context: RenderContext,
        reviewed: str = "",
        *,
        has_macros: bool = True,
        may_quote: bool = False,
    ) -> None:
        """Report the poses that HTML names where none can be shown.

        Args:
            html: A page that is finished, or a part of one.
            context: The page or template.
            reviewed: A part of it that was reviewed before.
            has_macros: Whether macros run on it, so that a better way to show a pose is one.
            may_quote: Whether it may have parts of other pages, where these have been reported.
        """
        slips = find_slips(html, has_macros=has_macros) if html != reviewed else []
        before = Counter(find_slips(reviewed)) if slips else Counter()
        for slip in slips:
            before[slip] -= 1
            # A template has the same ones on every page; each is looked for once.
            key = (context.name, slip, before[slip])
            if before[slip] < 0 and key not in self._reviewed:
                self._reviewed.add(key)
                is_quote = may_quote and str(slip.problem) in self._messages
                if not is_quote or self._places(slip.source, slip.host, context, 0):
                    self.report(slip.problem, slip.source, context)

    def in_order(self) -> list[Problem]:
        """Return all bad references, page by page, in the order of their lines."""
        names = dict.fromkeys(problem.name for problem in self._problems)
        order = {name: number for number, name in enumerate(names)}
        return sorted(self._problems, key=lambda p: (order[p.name], p.line, p.column))

    def template_name(self, path: Path) -> str:
        """Name a template by its path from the configuration; one far away by its own name."""
        folder = (self._folder or Path.cwd()).resolve()
        path = path.resolve()
        if folder in path.parents or folder.parent in path.parents:
            return relative_name(path, folder)
        return f"template {path.name}"

    def _text(self, name: str, text: str) -> SourceText:
        if (name, text) not in self._texts:  # of one file, pages may include several parts
            from mkdocs_masko.sources.source_text import SourceText  # noqa: PLC0415 - only for problems

            is_markdown = not (is_template(name) or name.endswith(".py"))
            self._texts[name, text] = SourceText(text, is_markdown=is_markdown)
        return self._texts[name, text]

    def _add(
        self, problem: ReferenceProblem, name: str, location: tuple[int, int], words: str = ""
    ) -> None:
        """Note a problem at a place or, where that is not known, with words to look for."""
        if isinstance(problem, MissingPose):
            problem = problem.with_remedy(self._remedy(problem))
        line, column = location
        message = str(problem)
        if words:
            message = f"{message.rstrip('.')}. Where it stands is not known: look for {words!r}."
        located = Problem(name=name, line=line, column=column, message=message)
        self._messages.add(message)
        self._problems[located] = None  # a template has the same one on every page; it counts once


def _words_of(problem: ReferenceProblem, source: str) -> str:
    """Return what to look for, where only the page is known that something is on."""
    from mkdocs_masko.sources.source_text import reference_of  # noqa: PLC0415 - only for problems

    if isinstance(problem, MisplacedPose):
        return ""  # the message quotes it
    reference = reference_of(source) if isinstance(problem, MissingPose) else ""
    words = sanitize(reference or " ".join(source.split()))
    return words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS]}..."
