"""Measure the package's code: sizes, names, comments, importers, repetition. It does not judge.

    python scripts/measure_code.py [CHECKOUT ...]

Each CHECKOUT is a folder with `mkdocs_masko/` in it, this one by default; several are printed side
by side. The code is read and never imported. What is counted:

* A module with code is a file with a statement besides docstrings, imports and `__all__`; all rows
  are about these. Its size is the number of its lines, of all kinds.
* A value's name is a parameter or a target of an assignment, a loop, a `with`, an `except`, a
  walrus or a comprehension, counted once in each function, class or module that binds it. Constants
  and `self` are left out. It is a bare participle when it is one word, underscores in front
  aside, and ends in "-ed" (but for nouns such as `seed`) or is in a list of irregular ones
  (`found`, `given`). Both lists are below. `read`, `set`, `cut` and the like could be anything
  and are not counted.
* A comment line holds nothing but a comment; a comment behind code counts apart. Directives
  (`noqa`, `type:`, `pragma:`) are none. A code line has a token that is neither a comment nor part
  of a docstring.
* An importer of a module is a module that imports it or a name that it defines, directly or
  through the `__init__` of a package, in `TYPE_CHECKING` blocks and in functions too.
* A repeated passage is a longest run of at least six lines that stands in two places, blank lines,
  comments, imports and indentation left out.
* A public name is a function, a class or a constant at the top of a module, without an underscore.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import statistics
import tokenize
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "mkdocs_masko"
SMALL = 60  # lines
RUN = 6  # lines

NOT_PARTICIPLES = frozenset(
    """
    bed bleed breed creed deed embed exceed feed hatred heed hundred indeed kindred naked need
    proceed red reed sacred seed shed shred sled speed succeed weed wicked
    """.split()  # noqa: SIM905 - words are read best as text
)
IRREGULAR = frozenset(
    """
    begun bent bitten born borne bought bound broken brought built caught chosen dealt done
    drawn driven eaten fallen felt flown forgotten fought found frozen given gone got gotten
    grown heard held hidden hung kept known laid lent lost made meant met paid proven risen said
    seen sent shaken shown sold sought spent spoken stolen stood stuck sunk swept sworn taken
    taught thought thrown told torn undone understood won worn woven written
    """.split()  # noqa: SIM905 - the same
)
DIRECTIVE = re.compile(r"#\s*(noqa|type:|pragma:|fmt:|ruff:|mypy:|!)")
NO_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A file of the package.

    Attributes:
        name: Its dotted name; a package's is that of its `__init__`.
        is_package: Whether it is an `__init__`.
        text: What stands in it.
        tree: The same, parsed.
    """

    name: str
    is_package: bool
    text: str
    tree: ast.Module

    @property
    def size(self) -> int:
        """Its lines, of all kinds."""
        return len(self.text.splitlines())

    @property
    def has_code(self) -> bool:
        """Whether it does more than to re-export."""
        return not all(_is_plumbing(node) for node in self.tree.body)


def read_modules(checkout: Path) -> list[Module]:
    """Parse all modules of a checkout.

    Raises:
        SystemExit: There is no package.
    """
    paths = sorted((checkout / PACKAGE).rglob("*.py"))
    if not paths:
        raise SystemExit(f"{checkout}: has no {PACKAGE}/. Name the folder of a checkout.")
    modules = []
    for path in paths:
        parts = path.relative_to(checkout).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        text = path.read_text(encoding="utf-8")
        modules.append(
            Module(
                name=".".join(parts[:-1] if is_package else parts),
                is_package=is_package,
                text=text,
                tree=ast.parse(text),
            )
        )
    return modules


def _is_plumbing(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body, orelse=[]):
            return all(_is_plumbing(each) for each in body)
    return False


def value_names(module: Module) -> Iterator[str]:
    """Yield each value's name, once for each scope that binds it."""
    yield from _bound(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield from _bound(node)


def _bound(scope: ast.AST) -> set[str]:
    names = set()
    open_nodes = list(ast.iter_child_nodes(scope))
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        open_nodes += ast.iter_child_nodes(node)
    return {n for n in names if n not in {"self", "cls", "_"} and n != n.upper() and n[:2] != "__"}


def is_bare_participle(name: str) -> bool:
    """Tell whether a name is one word that only says what was done to something."""
    word = name.strip("_")
    if word in IRREGULAR:
        return True
    return bool(re.fullmatch(r"[a-z]{2,}ed", word)) and word not in NOT_PARTICIPLES


def count_lines(module: Module) -> tuple[int, int, int]:
    """Count the lines of code, those of comments, and the comments behind code."""
    docstrings = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docstrings |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    code: set[int] = set()
    comments: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        lines = set(range(token.start[0], token.end[0] + 1))
        if token.type == tokenize.COMMENT and not DIRECTIVE.match(token.string):
            comments |= lines
        elif token.type not in (*NO_CODE, tokenize.ENDMARKER):
            code |= lines - docstrings
    return len(code), len(comments - code), len(comments & code)


def importers(modules: list[Module]) -> dict[str, set[str]]:
    """Return, for each module with code, the modules with code that import from it."""
    by_name = {module.name: module for module in modules}
    exports = {module.name: dict(_imports(module, by_name)) for module in modules}
    result: dict[str, set[str]] = {module.name: set() for module in modules if module.has_code}
    for module in modules:
        if not module.has_code:
            continue
        for _, (source, name) in _imports(module, by_name):
            target = _home(source, name, by_name, exports)
            if target in result and target != module.name:
                result[target].add(module.name)
    return result


def _imports(module: Module, by_name: dict[str, Module]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each imported name, with the module it comes from and its name there."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in by_name:
                    yield alias.asname or alias.name, (alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                parts = module.name.split(".")
                above = len(parts) - node.level + module.is_package
                source = ".".join([*parts[:above], *filter(None, [source])])
            if source in by_name:
                for alias in node.names:
                    yield alias.asname or alias.name, (source, alias.name)


def _home(
    source: str,
    name: str,
    by_name: dict[str, Module],
    exports: dict[str, dict[str, tuple[str, str]]],
) -> str:
    """Return the module that a name comes from, through the packages that re-export it."""
    if f"{source}.{name}" in by_name:
        return f"{source}.{name}"
    seen = set()
    while by_name[source].is_package and name in exports[source] and (source, name) not in seen:
        seen.add((source, name))
        source, name = exports[source][name]
        if f"{source}.{name}" in by_name:
            return f"{source}.{name}"
    return source


def repeated_passages(modules: list[Module]) -> tuple[int, int]:
    """Return how many passages stand in two places, and how many lines they have together."""
    lines: list[str] = []
    for number, module in enumerate(modules):
        imports = {
            line
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        }
        for line, text in enumerate(module.text.splitlines(), start=1):
            bare = " ".join(text.split())
            if bare and not bare.startswith("#") and line not in imports:
                lines.append(bare)
        lines.append(f"\0{number}")  # equals no other line, so that no run crosses files
    places = defaultdict(list)
    for index in range(len(lines) - RUN + 1):
        places[tuple(lines[index : index + RUN])].append(index)
    passages, total = 0, 0
    for indexes in places.values():
        for first, second in pairwise(indexes):
            if first and lines[first - 1] == lines[second - 1]:
                continue  # a part of a run that began before
            length = RUN
            while second + length < len(lines) and lines[first + length] == lines[second + length]:
                length += 1
            passages += 1
            total += length
    return passages, total


def public_names(module: Module) -> set[str]:
    """Return what a module defines for others."""
    names = set()
    for node in module.tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {each.id for each in targets if isinstance(each, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def measure(checkout: Path) -> dict[str, str]:
    """Measure a checkout; each row is a label and a figure."""
    everything = read_modules(checkout)
    modules = [module for module in everything if module.has_code]
    sizes = sorted(module.size for module in modules)
    largest = max(modules, key=lambda module: module.size)
    names = [name for module in modules for name in value_names(module)]
    participles = [name for name in names if is_bare_participle(name)]
    code, comments, trailing = map(sum, zip(*map(count_lines, modules), strict=True))
    counts = [len(users) for users in importers(everything).values()]
    passages, repeated = repeated_passages(modules)
    homes = defaultdict(set)
    for module in modules:
        for name in public_names(module):
            homes[name].add(module.name)
    return {
        "modules with code": f"{len(modules)}",
        "median module, lines": f"{statistics.median(sizes):.0f}",
        "largest module, lines": f"{largest.size} ({largest.name.removeprefix(PACKAGE + '.')})",
        f"modules under {SMALL} lines": f"{sum(size < SMALL for size in sizes)}",
        "lines of code": f"{code}",
        "comment lines, of lines of code": _share(comments, code),
        "comments behind code, of lines of code": _share(trailing, code),
        "names of values": f"{len(names)}",
        "bare participles among them": _share(len(participles), len(names)),
        "importers of a module, mean": f"{statistics.mean(counts):.1f}",
        "modules with at most one importer": f"{sum(count <= 1 for count in counts)}",
        f"repeated passages of {RUN} lines or more": f"{passages} ({repeated} lines)",
        "public names in two modules": f"{sum(len(each) > 1 for each in homes.values())}",
    }


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)"


def main() -> None:
    """Print a column of figures for each checkout."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkouts", nargs="*", type=Path, default=[ROOT], metavar="CHECKOUT")
    checkouts = parser.parse_args().checkouts
    columns = [measure(checkout.resolve()) for checkout in checkouts]
    rows = [["", *map(str, checkouts)]]
    rows += [[label, *(column[label] for column in columns)] for label in columns[0]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(map(str.ljust, row, widths)).rstrip())


if __name__ == "__main__":
    main()
