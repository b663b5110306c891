"""The grammar of both syntaxes: macros and images of poses, read as literals.

Nothing of a page is ever evaluated.
"""

from __future__ import annotations

import ast
import re
import warnings
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from markdown.util import STX

from mkdocs_masko.errors import ReferenceProblem
from mkdocs_masko.rendering import FUNCTIONS, Call, make_call
from mkdocs_masko.urls import pose_of

LITERALS_ONLY = "takes literal values only"
"""What a problem says of a macro that only a template engine can read."""

_STRING = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
# Each form begins with its first character, and looks back from there: so the search can skip
# to such characters, which made it three times as fast on pages of prose.

CALL_START = r"\{(?<!\\\{)\{-?\s*(?P<function>masko(?:_\w+)?)\s*\("
"""The start of a macro; a backslash before it leaves it as text."""

CALL_END = rf"""(?P<arguments>(?:{_STRING}|[^"'{{}}\\])*)\)\s*-?\}}\}}"""
"""The rest of it. Outside strings no backslash goes on, which keeps the search linear."""

CALL = f"{CALL_START}(?:{CALL_END})?"
"""A `{{ masko(...) }}`; without a match for `arguments`, one whose end is missing."""

CODE_START = r"`(?<!\\`)`*|\\(?<!\\\\)\\(?:\\\\)*(?=`)"
"""Where the parser looks for code in running text: at backticks and escapes before them."""

_LONGEST = 40_000  # characters; Python's parser is not to be fed without a bound
_CONSTANTS = {"true": True, "false": False, "none": None}  # as Jinja spells them
_QUOTED = 200  # characters of an unterminated macro
_CLASS = "_class"  # stands for the name `class`, which Python keeps for itself
_UNLIKE_PYTHON = re.compile(rf"(?P<string>{_STRING})|\bclass(?=\s*=)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ATTRIBUTE = re.compile(
    r"""\s*(?:
        (?P<key>[^\s=.\#{}"']+)=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s}"']+))
      | \.(?P<class>[^\s.\#={}"']+)
      | \#(?P<id>[^\s.\#={}"']+)
      | (?P<flag>[^\s=.\#{}"']+)
    )""",
    re.VERBOSE,
)


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


@cache
def is_ours(function: str) -> bool:
    """Tell whether a function is one of ours, or meant to be; others are other people's."""
    return bool(get_close_matches(function, FUNCTIONS, n=1, cutoff=0.85))


def unterminated_macro(function: str) -> ReferenceProblem:
    """Make the error for a macro that starts and does not end: a slip of the pen."""
    return ReferenceProblem(
        f"unterminated {function}(...): a quote, the parenthesis or }}}} is missing. "
        "In a table, write \\| for |."
    )


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
    raise ReferenceProblem(f'{function}() {LITERALS_ONLY}: {function}("wave", width=240)')


def read_image(src: str, alt: str, attributes: dict[str, Any]) -> Call:
    """Read the image syntax.

    Args:
        src: The URL: `masko:wave`; spaces may be percent-encoded.
        alt: The text in square brackets.
        attributes: What the attribute list says.
    """
    return make_call("masko", [pose_of(src)], {"alt": alt, **attributes}, src)


def read_attributes(text: str) -> dict[str, Any]:
    """Read an attribute list, without its braces: `width=240 .right #fox background`.

    Raises:
        ReferenceProblem: It cannot be read.
    """
    attributes: dict[str, Any] = {}
    classes: list[str] = []
    position, text = 0, text.strip().removeprefix(":").strip()
    while position < len(text):
        match = _ATTRIBUTE.match(text, position)
        if match is None:
            raise ReferenceProblem(f"cannot read {text[position:]!r}; write name=value or .class")
        _add_attribute(match, attributes, classes)
        position = match.end()
    if classes:
        attributes["class"] = " ".join([*classes, *str(attributes.get("class", "")).split()])
    return attributes


def _add_attribute(match: re.Match[str], attributes: dict[str, Any], classes: list[str]) -> None:
    part = match.groupdict()
    if part["class"]:
        classes.append(part["class"])
    elif part["id"]:
        attributes["id"] = part["id"]
    elif part["flag"]:
        attributes[part["flag"]] = True
    else:
        values = (part["double"], part["single"], part["bare"])
        attributes[part["key"]] = next(value for value in values if value is not None)
