"""What `check` and `sync` found: as text, as JSON, or as annotations that GitHub shows in a change.

With JSON, standard output is one document, and all messages go to standard error.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import click
from msgspec import Struct, to_builtins

from mkdocs_masko.cli.output import print_json, print_line
from mkdocs_masko.errors import MaskoError, ReferenceProblem
from mkdocs_masko.files import relative_name
from mkdocs_masko.text import printable, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mkdocs_masko.lint import Findings
    from mkdocs_masko.problems import Problem
    from mkdocs_masko.sync import Site, SyncResult

Level: TypeAlias = Literal["error", "warning", "notice"]

_LEVELS: Final[dict[str, Level]] = {"info": "notice", "warning": "warning"}


def format_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--format`, whose value the command gets as `annotate`: whether GitHub reads the output.

    GitHub sets GITHUB_ACTIONS in every step of a workflow:
    https://docs.github.com/actions/reference/workflows-and-actions/variables
    """
    return click.option(
        "--format",
        "annotate",
        type=click.Choice(["text", "github"]),
        callback=lambda _ctx, _param, value: (value or _default_format()) == "github",
        help="'github' prints annotations [text; github in GitHub Actions].",
    )(command)


def _default_format() -> str:
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"


def annotation(
    level: Level, message: str, *, file: str = "", line: int = 0, column: int = 0
) -> str:
    """Write a workflow command that shows a message beside a line of a file.

    The escapes are those of GitHub's own toolkit:
    https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts

    Args:
        level: How it is shown.
        message: What GitHub shows.
        file: Path from the root of the repository; an empty string for no file.
        line: From 1; 0 when it is not known.
        column: From 1; 0 when it is not known.
    """
    numbers = {"line": line, "col": column} if file else {}
    properties = {"file": file} if file else {}
    properties |= {name: str(number) for name, number in numbers.items() if number}
    listed = ",".join(f"{name}={_escape_property(value)}" for name, value in properties.items())
    return f"::{level}{' ' if listed else ''}{listed}::{_escape_data(message)}"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


def repository_root(folder: Path) -> Path:
    """Return the root of the repository that a folder is in; the folder itself without one."""
    folder = folder.resolve()
    for parent in (folder, *folder.parents):
        if (parent / ".git").exists():  # a file, in a worktree or a submodule
            return parent
    workspace = os.environ.get("GITHUB_WORKSPACE", "")
    inside = bool(workspace) and Path(workspace).resolve() in (folder, *folder.parents)
    return Path(workspace).resolve() if inside else folder


class Report(Struct, kw_only=True):
    """What a command found, as it comes to know it.

    Attributes:
        folder: The folder of the site's configuration.
        as_json: Whether standard output is one JSON document.
        annotate: Whether messages are annotations for GitHub.
        site: The site.
        revision: That of the manifest's file.
        findings: What is wrong with the pages.
        result: What the manifest is, compared with the API or updated from it.
        more: Other properties of the JSON document.
    """

    folder: Path
    as_json: bool
    annotate: bool
    site: Site | None = None
    revision: str = ""
    findings: Findings | None = None
    result: SyncResult | None = None
    more: dict[str, Any] = {}

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Print the JSON document at the end, and a failure as an annotation."""
        try:
            yield
        except MaskoError as error:
            if self.annotate and not isinstance(error, ReferenceProblem):  # which has its own
                self._print_annotation("error", str(error))
            self._print_document(str(error))
            raise
        self._print_document(None)

    def _print_document(self, failure: str | None) -> None:
        if self.as_json:
            print_json(self._document(failure))

    def print_findings(self) -> None:
        """Print what is wrong with the pages."""
        for problem in self.findings.problems if self.findings else ():
            if self.annotate:
                self._print_problem(problem)
            else:
                print_line(str(problem), err=True)
        for text in self.findings.warnings if self.findings else ():
            self._print_message("warning", text)

    def print_result(self) -> None:
        """Print what is to be known of the manifest, and in what it changed."""
        for message in self.result.messages if self.result else ():
            self._print_message(message.level, message.text)
        for change in self.result.changes if self.result and not self.as_json else ():
            print_line(f"  {sanitize(str(change))}")

    def say(self, text: str) -> None:
        """Print how it ended, unless a program reads that from the JSON document."""
        if not self.as_json:
            print_line(text)

    def _print_problem(self, problem: Problem) -> None:
        self._print_annotation(
            "error",
            str(problem),
            file=self.folder / problem.name,
            line=problem.line,
            column=problem.column,
        )

    def _print_message(self, level: str, text: str) -> None:
        if self.annotate:
            self._print_annotation(_LEVELS[level], text)
        else:
            print_line(f"{level}: {text}", err=True)

    def _print_annotation(
        self, level: Level, text: str, *, file: Path | None = None, line: int = 0, column: int = 0
    ) -> None:
        path = file or (self.site.manifest if self.site else self.folder)
        path = path.parent.resolve() / path.name
        root = repository_root(self.folder)
        name = relative_name(path, root) if path.is_file() else ""
        line_of_text = annotation(
            level, printable(text), file=printable(name), line=line, column=column
        )
        click.echo(line_of_text, err=self.as_json)

    def _document(self, failure: str | None) -> dict[str, Any]:
        result, findings = self.result, self.findings
        warnings = (
            {"level": "warning", "text": t} for t in (findings.warnings if findings else ())
        )
        return {
            "ok": failure is None,
            "error": failure,
            "manifest": self.site.manifest.name if self.site else None,
            "revision": (result.manifest.revision if result else self.revision) or None,
            "changes": to_builtins(result.changes) if result else None,
            "messages": [*warnings, *map(to_builtins, result.messages if result else ())],
            **self.more,
        }


def problem_document(problem: Problem) -> dict[str, Any]:
    """Return a bad reference for a program; an unknown place is null."""
    return {
        "file": problem.name,
        "line": problem.line or None,
        "column": problem.column or None,
        "message": problem.message,
    }
