"""The grammar of both syntaxes: macros and images of poses, read as literals.

Nothing of a page is ever evaluated.
"""

from __future__ import annotations

import ast
import re
import warnings
from functools import cache, lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateSyntaxError
from markdown.util import STX

from mkdocs_masko.errors import ReferenceProblem, UnreadableMacro
from mkdocs_masko.rendering import (
    ARGUMENT_NAMES,
    FUNCTIONS,
    VALUED_ARGUMENTS,
    Call,
    changed_result,
    make_call,
    missing_parentheses,
)
from mkdocs_masko.text import sanitize, suggest
from mkdocs_masko.urls import SCHEME, pose_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Environment

NO_ATTRIBUTE = (
    "a pose is HTML, which cannot stand in a URL or an attribute. "
    "Write {{ masko_url(...) }} for the URL of its file."
)
"""What a problem says of a pose where only text makes sense."""

# What a problem says of a macro that is right where mkdocs-macros runs: one with a filter or an
# operator, and one inside an expression or a statement.
_AFTER_CALL = "only }} may follow the parenthesis of"
_ALONE = "a macro must stand alone between {{ and }}"

_STRING = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
# Each form begins with its first character, and looks back from there: so the search can skip
# to such characters, which made it three times as fast on pages of prose.

_MACRO_START = (
    rf"(?<!\\\{{)(?P<brace>[{{%])[-+]?\s*(?P<before>(?:{_STRING}|[^\"'{{}}\n\\])+?(?<![\w.]))??"
    r"""(?P<import>(?:import|from)\s+["'](?=masko/))?(?P<function>(?i:masko)(?:[_.]\w+)?)\b"""
)
_ARGUMENTS = rf"(?P<arguments>(?:{_STRING}|[^\"'{{}}\\])*)\)\s*-?\}}\}}"

CALL = rf"\{{{_MACRO_START}(?P<open>\s*\((?:{_ARGUMENTS})?)?"
"""A `{{ masko(...) }}`; without a match for `arguments`, one that is not written well.

With `before`, one inside an expression or a statement. A backslash before it leaves it as text.
Outside strings no backslash goes on, which keeps the search linear.
"""

_VALUE = r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
# Not more strings than that: one whose quote is missing is not looked for on the whole page.
_ATTRIBUTE_LIST = rf"[^{{}}\"'\n]*(?:(?:{_VALUE})[^{{}}\"'\n]*){{0,100}}"

ATTRIBUTES = rf"\{{(?<=[\])]\{{)(?![{{%])(?P<attributes>{_ATTRIBUTE_LIST})\}}"
"""An attribute list right behind a link or an image."""

CODE_START = r"`(?<!\\`)`*|\\(?<!\\\\)\\(?:\\\\)*(?=`)"
"""Where the parser looks for code in running text: at backticks and escapes before them."""

_EXAMPLE = '{{ masko("wave", width=240) }}'
_LONGEST = 40_000  # characters; Python's parser is not to be fed without a bound
_CONSTANTS = {"true": True, "false": False, "none": None}  # as Jinja spells them
_LONGEST_IMAGE = 2_000  # characters of an image that are looked at from its end
_QUOTED = 200  # characters of an unterminated macro
_CALL_REST = re.compile(rf"(?:{_STRING}|[^\"'{{}}\\()])*\)(?P<rest>[^{{}}\n]*)-?\}}\}}")
# Of Jinja's filters, those that leave no placeholder as it is, and still something to recognize.
_CHANGING_FILTER = re.compile(r"\|\s*(?:capitalize|title|upper)\b")
_CLASS = "_class"  # stands for the name `class`, which Python keeps for itself
_UNLIKE_PYTHON = re.compile(rf"(?P<string>{_STRING})|\bclass(?=\s*=)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
# How Material and GitHub show an image in one palette only.
_PALETTE_FRAGMENTS = {"only-light", "only-dark", "gh-light-mode-only", "gh-dark-mode-only"}
_ATTRIBUTE = re.compile(
    rf"""\s*(?:
        (?P<key>[^\s=.\#{{}}"']+)=(?:(?P<quoted>{_VALUE})|(?P<bare>[^\s}}"']+))
      | \.(?P<class>[^\s.\#={{}}"']+)
      | \#(?P<id>[^\s.\#={{}}"']+)
      | (?P<flag>[^\s=.\#{{}}"']+)
    )""",
    re.VERBOSE,
)
_ESCAPED_QUOTE = re.compile(r"""\\(["'|])""")


@lru_cache(maxsize=4096)  # sites use the same macro on many pages
def read_call(function: str, arguments: str, source: str) -> Call:
    """Read the arguments of a macro: literals only.

    Args:
        function: Its name.
        arguments: The text between its parentheses.
        source: The whole macro, as written.

    Raises:
        ReferenceProblem: Not literals, or not the arguments that the function takes.
    """
    if len(arguments) > _LONGEST:
        raise ReferenceProblem(f"{function}(): its arguments have over {_LONGEST} characters")
    node = _parse(_UNLIKE_PYTHON.sub(_as_python, arguments))
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise ReferenceProblem(f"{function}(): its arguments cannot be read")
    names = ["class" if keyword.arg == _CLASS else str(keyword.arg) for keyword in node.keywords]
    if len(names) > len({*names}):
        raise ReferenceProblem(f"{function}() got the same argument twice")
    values = [_literal(keyword.value, function) for keyword in node.keywords]
    positional = [_literal(arg, function) for arg in node.args]
    return make_call(function, positional, dict(zip(names, values, strict=True)), source)


def is_macro(match: re.Match[str]) -> bool:
    """Tell whether a match of `CALL` is one of ours, or meant to be; others are other people's."""
    if match["before"]:
        return match["open"] is not None and _plain_name(match["function"]) in FUNCTIONS
    return _is_ours(match["function"])


def is_misspelled(match: re.Match[str]) -> bool:
    """Tell whether a macro cannot be read, however it goes on."""
    return match["arguments"] is None or bool(match["before"])


@cache
def _is_ours(function: str) -> bool:
    if "." in function or (name := _plain_name(function)) in FUNCTIONS:
        return True
    from difflib import get_close_matches  # noqa: PLC0415 - only for a name that is misspelled

    return bool(get_close_matches(name, FUNCTIONS, n=1, cutoff=0.85))


def _plain_name(function: str) -> str:
    """Return `masko_image` for `masko.image`, which templates may write too."""
    return function.lower().replace(".", "_")


def read_macro(
    match: re.Match[str], unescape: Callable[[str], str] = str, *, stray: str = ""
) -> Call:
    """Read a macro.

    Args:
        match: Of `CALL`.
        unescape: Undoes what HTML did to its arguments.
        stray: What begins an attribute list behind it.

    Raises:
        ReferenceProblem: It is not written well, or its arguments cannot be read.
    """
    function = match["function"]
    if stray:
        raise stray_list(stray)
    is_whole = not is_misspelled(match) and match["brace"] == "{"
    if is_whole and function == function.lower():
        name = _plain_name(function)
        if name in FUNCTIONS or "." not in function:
            return read_call(name, unescape(match["arguments"]), match[0])
    raise misspelled_macro(match)


def stray_list(start: str) -> ReferenceProblem:
    """Make the error for an attribute list behind a macro, by what it begins with."""
    return ReferenceProblem(
        f"a macro takes no attribute list; got {sanitize(start.strip())!r}. "
        "Write its arguments in the parentheses."
    )


def misspelled_macro(match: re.Match[str]) -> ReferenceProblem:
    """Make the error for a macro that is not written well: a slip of the pen."""
    function, plain = match["function"], _plain_name(match["function"])
    if match["before"]:
        problem = f"{_ALONE}. Write {_EXAMPLE}; only mkdocs-macros reads expressions."
    elif match["import"]:
        problem = (
            f"macros can be imported only where mkdocs-macros runs. Write {_EXAMPLE} without it."
        )
    elif plain not in FUNCTIONS:
        hint = suggest(plain, FUNCTIONS) or f". There are: {', '.join(FUNCTIONS)}"
        problem = f"there is no function {sanitize(function)!r}{hint}"
    elif match["brace"] == "%":
        problem = f"{plain} is a function, not a statement. Write {_EXAMPLE}."
    elif function != function.lower():
        problem = f"{function} must be in lower case: {plain}"
    elif match["open"] is None:
        return missing_parentheses(plain)
    else:
        return _unfinished_macro(plain, match.string[match.end() :][:_QUOTED])
    return ReferenceProblem(problem)


def _unfinished_macro(function: str, rest: str) -> ReferenceProblem:
    """Make the error for a macro whose arguments begin, and do not end in `) }}`."""
    call = _CALL_REST.match(rest)
    expression = call["rest"].strip() if call else ""
    if _CHANGING_FILTER.search(expression):
        return changed_result(function)
    if expression:
        return ReferenceProblem(
            f"{_AFTER_CALL} {function}(...); got {sanitize(expression)!r}. "
            "Only mkdocs-macros reads expressions."
        )
    return ReferenceProblem(
        f"unterminated {function}(...): a quote, the parenthesis or }}}} is missing. "
        "In a table, write \\| for |."
    )


def unreadable_macros(text: str, environment: Environment) -> list[tuple[ReferenceProblem, str]]:
    """Find the macro that keeps Jinja from reading a page: mkdocs-macros shows none of it then.

    Args:
        text: The page, without its front matter.
        environment: What reads it.

    Returns:
        The problem with the text that causes it, or nothing.
    """
    if not any(name in text for name in ("masko", "Masko", "MASKO")):
        return []
    try:
        environment.parse(text)
    except TemplateSyntaxError as error:
        # Jinja counts line feeds alone, of all that `splitlines` would split at.
        lines = text.split("\n")
        line, lines_below = lines[error.lineno - 1], len(lines) - error.lineno
        matches = filter(is_macro, re.finditer(CALL, line))
        problems = [(misspelled_macro(m), m) for m in matches if is_misspelled(m)]
        return [
            (
                UnreadableMacro(str(problem), lines_below=lines_below),
                unterminated_source(line, match.start()),
            )
            for problem, match in problems
            if not str(problem).startswith((_AFTER_CALL, _ALONE))
        ]
    return []


def unterminated_source(text: str, start: int) -> str:
    """Return an unterminated macro with the rest of its line, which tells it from others."""
    return re.split(rf"[\n{STX}]", text[start : start + _QUOTED], maxsplit=1)[0]


def _parse(arguments: str) -> ast.expr | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a stray backslash, which stays as it is
            return ast.parse(f"f({arguments}\n)", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _as_python(match: re.Match[str]) -> str:
    return _ESCAPE.sub(_pipe, match[0]) if match["string"] else _CLASS


def _pipe(escape: re.Match[str]) -> str:
    return "|" if escape[1] == "|" else escape[0]  # in a table a bare one would end the cell


def _literal(node: ast.expr, function: str) -> Any:  # noqa: ANN401 - a literal of any type
    if isinstance(node, ast.Name) and node.id in _CONSTANTS:
        return _CONSTANTS[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | None):
        return node.value
    raise ReferenceProblem(f'{function}() takes literal values only: {function}("wave", width=240)')


def read_image(src: str, alt: str, attributes: dict[str, Any]) -> Call:
    """Read the image syntax.

    Args:
        src: The URL: `masko:wave`; spaces may be percent-encoded.
        alt: The text in square brackets.
        attributes: What the attribute list says.

    Raises:
        ReferenceProblem: It names no pose, or asks for a palette in a way that does nothing.
    """
    pose = pose_of(src) or ""
    name, _, fragment = pose.partition("#")
    if fragment in _PALETTE_FRAGMENTS:
        raise ReferenceProblem(
            f"'#{fragment}' does nothing for a pose. One image has both palettes: "
            f"![...]({SCHEME}{sanitize(name)}){{ dark=... }}"
        )
    return make_call("masko", [pose], {"alt": alt, **attributes}, src)


def ends_image(
    text: str, end: int, references: Mapping[str, tuple[str, str | None]] | None = None
) -> bool:
    """Tell whether the image or the link that ends at a position is one of ours.

    Args:
        text: The text around it.
        end: Behind its closing bracket or parenthesis.
        references: The URLs and titles of the page's references, by name.
    """
    before = text[max(0, end - _LONGEST_IMAGE) : end]
    if before.endswith(")"):
        url = before.rpartition("](")[2].lstrip(" \n<")
    else:
        name = before.removesuffix("[]").rstrip().rpartition("[")[2].removesuffix("]")
        url = (references or {}).get(" ".join(name.lower().split()), ("",))[0]
    return pose_of(unescape(url)) is not None


def read_attributes(text: str) -> dict[str, Any]:
    r"""Read an attribute list, without its braces: `width=240 .right #fox background`.

    All of it is what the author wrote, except that `\"` is a quote, `\|` in a table is a bar, and
    references such as `&amp;` are replaced.

    Raises:
        ReferenceProblem: It cannot be read, or names an argument twice.
    """
    attributes: dict[str, Any] = {}
    classes: list[str] = []
    position, text = 0, text.strip().removeprefix(":").strip()
    while position < len(text):
        match = _ATTRIBUTE.match(text, position)
        if match is None:
            part = sanitize(text[position:].strip())
            raise ReferenceProblem(f"cannot read {part!r}; write name=value or .class")
        name, value = _attribute(match)
        if name == ".":
            classes.append(value)
        elif name in attributes:
            part = sanitize(match[0].strip())
            raise ReferenceProblem(f"cannot read {part!r}: {sanitize(name)} is written twice")
        else:
            attributes[name] = value
        position = match.end()
    for name in (name for name, value in attributes.items() if value is True):
        attributes[name] = read_flag(name)
    if classes:
        attributes["class"] = " ".join([*classes, *str(attributes.get("class", "")).split()])
    return attributes


def _attribute(match: re.Match[str]) -> tuple[str, Any]:
    """Return the name of an attribute, with a dot for a class, and its value."""
    part = match.groupdict()
    if part["class"]:
        return ".", unescape(part["class"])
    if part["id"]:
        return "id", unescape(part["id"])
    if part["flag"]:
        return part["flag"], True
    value = part["bare"] if part["quoted"] is None else part["quoted"][1:-1]
    return part["key"], unescape(_ESCAPED_QUOTE.sub(r"\1", value))


def read_flag(name: str) -> bool:
    """Return the value of an attribute that is written without one.

    Raises:
        ReferenceProblem: It needs one.
    """
    if name in VALUED_ARGUMENTS:
        raise ReferenceProblem(f"cannot read {name!r}: it has no value. Write {name}=...")
    return True


_STRAY_LIST = re.compile(
    r"(?P<gap>[ \t]*(?:\n[ \t]*)?)\{:?[ \t]*"
    r"(?P<sign>[.#](?=[A-Za-z_-]))?(?P<name>[\w-]+)(?P<value>=)?"
)


def stray_attributes(text: str, end: int, *, block: bool) -> str:
    """Return the start of an attribute list that is meant for a pose and stands apart from it.

    Args:
        text: The text of a paragraph, a heading or a cell.
        end: Where the pose ends in it.
        block: Whether the list may be meant for the element around it, as behind a heading.
    """
    match = _STRAY_LIST.match(text, end)
    if match is None:
        return ""
    names = match["name"] in ARGUMENT_NAMES and (match["value"] or not match["sign"])
    own = names and match["name"] not in {"class", "id"}
    styled = bool(match["sign"]) or (names and bool(match["value"]))
    is_meant = own or (styled and not block and "\n" not in match["gap"])
    return match[0] if is_meant else ""
