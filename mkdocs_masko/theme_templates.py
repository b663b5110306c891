"""Macros in Jinja templates: which ones a template calls, and which line of one is running.

A build runs templates, and asks `calling_template` where a macro that went wrong was called. A
check runs none: `find_calls` tells it what they call, as far as the arguments are literals.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, TemplateSyntaxError, nodes
from msgspec import Struct

from mkdocs_masko.rendering import FUNCTIONS, templates_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

OUR_TEMPLATE: Final = "masko/macros.html"
"""The template that others import our macros from."""

# What themes of MkDocs may use beside plain Jinja: translations, and two extensions of Jinja's own.
_EXTENSIONS: Final = ("jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols")
# What has no end goes on to that of the text: to look for an end again behind each that begins
# would take quadratic time.
_JINJA: Final = re.compile(r"\{#.*?(?:#\}|\Z)|\{%.*?(?:%\}|\Z)|\{\{.*?(?:\}\}|\Z)", re.DOTALL)

_CASE_FILTERS: Final = {"capitalize": str.capitalize, "title": str.title, "upper": str.upper}
"""Jinja's filters that change what a macro writes, and leave something to recognize."""


# What a template is built on, as far as it names that by a literal.
_REFERENCE: Final = re.compile(r"""\{%[-+]?\s*(?:extends|include|import|from)\s+(["'])(.+?)\1""")
_SUFFIXES: Final = (".html", ".htm")


class TemplatePlace(Struct, frozen=True, kw_only=True):
    """Where a macro is called.

    Attributes:
        path: The file of the template.
        line: From 1; the macro starts in it or, where a statement has several lines, below it.
    """

    path: Path
    line: int


class TemplateCall(Struct, frozen=True, kw_only=True):
    """A call of a macro in a template.

    Attributes:
        function: Its name: `masko_image`; one that does not exist, where none has the name.
        positional: The arguments without names.
        named: The arguments with names, as far as they are literals.
        variables: The names of the others.
        line: From 1.
        is_literal: Whether all arguments are literals; if not, `positional` holds the values that
            the name of the pose may have: of `page.meta.mascot or "wave"` one is known.
    """

    function: str
    positional: tuple[Any, ...]
    named: dict[str, Any]
    variables: tuple[str, ...]
    line: int
    is_literal: bool


def calling_template() -> TemplatePlace | None:
    """Return the innermost template, other than ours, that is running in this thread."""
    frame = inspect.currentframe()
    while frame is not None:
        template = frame.f_globals.get("__jinja_template__")  # what Jinja's own tracebacks use
        if template is not None and template.filename:
            path = Path(template.filename)
            # A template that was made of a string has a name that is no file.
            if templates_dir() not in path.parents and path.is_file():
                return TemplatePlace(
                    path=path, line=template.get_corresponding_lineno(frame.f_lineno)
                )
        frame = frame.f_back
    return None


def is_template(name: str) -> bool:
    """Tell by its name whether a file in a theme is a template of pages."""
    return name.lower().endswith(_SUFFIXES)


def built_on(name: str, sources: Mapping[str, str]) -> list[str]:
    """Return a template and those that it extends, includes or imports, as far as they are there.

    Args:
        name: The template.
        sources: Templates by their names.
    """
    names = [name] if name in sources else []
    for each in names:  # grows meanwhile
        references = (match[2] for match in _REFERENCE.finditer(sources[each]))
        names += [n for n in dict.fromkeys(references) if n in sources and n not in names]
    return names


def text_of_template(source: str) -> str:
    """Return a template without what Jinja runs, which is blanked out so that places stay."""
    return _JINJA.sub(lambda match: re.sub(r"\S", " ", match[0]), source)


def find_calls(source: str) -> list[TemplateCall]:
    """Find the calls of our macros in a template, in the order of their lines.

    Args:
        source: The template.

    Raises:
        TemplateSyntaxError: Jinja cannot read it.
    """
    template = Environment(extensions=_EXTENSIONS).parse(source)  # noqa: S701 - nothing is rendered
    names = _Names(template)
    calls = (_read_call(call, names) for call in template.find_all(nodes.Call))
    return sorted(filter(None, calls), key=lambda call: call.line)


class Expression(Struct, frozen=True, kw_only=True):
    """What a page has between Jinja's braces, or a statement.

    Attributes:
        source: The text as written, with its delimiters.
        code: The same without them.
        calls: The calls of our macros in it.
        is_call: Whether one of them is all of it.
        name: The macro that it writes without calling it, or an empty string.
    """

    source: str
    code: str
    calls: list[TemplateCall]
    is_call: bool = False
    name: str = ""


def run_expressions(
    source: str, environment: Environment, evaluate: Callable[[Expression], str]
) -> str:
    """Return the text that Jinja would hand on to Markdown, as far as our macros decide it.

    Args:
        source: A page.
        environment: What reads it.
        evaluate: Gets what has a macro of ours; returns what it writes. A statement counts as if
            what it calls were written there: it mostly gives that a name for later.

    Raises:
        TemplateSyntaxError: Jinja cannot read it.
    """
    template = environment.parse(source)
    names = _Names(template)
    outputs = {id(c) for each in template.find_all(nodes.Output) for c in each.find_all(nodes.Call)}
    others = [call for call in template.find_all(nodes.Call) if id(call) not in outputs]
    parts: list[str] = []
    text, code, start = "", "", 0
    for line, kind, value in environment.lex(source):
        if kind == "data":
            parts.append(value)
        elif kind in {"variable_begin", "block_begin"}:
            text, code, start = value, "", line
        elif kind in {"variable_end", "block_end"}:
            text += value
        else:
            text, code = text + value, code + value
        if kind == "variable_end":
            parts.append(_evaluate_output(text, code, environment, names, evaluate))
        elif kind == "block_end":
            own = [_read_call(c, names) for c in others if start <= c.lineno <= line]
            others = [c for c in others if not start <= c.lineno <= line]
            if any(own):
                calls = [call for call in own if call]
                parts.append(evaluate(Expression(source=text, code=code.strip(), calls=calls)))
    return "".join(parts)


def _evaluate_output(
    text: str,
    code: str,
    environment: Environment,
    names: _Names,
    evaluate: Callable[[Expression], str],
) -> str:
    """Return what an expression writes: of those without a macro of ours, nothing is known."""
    template = environment.parse(text)
    calls = [_read_call(call, names) for call in template.find_all(nodes.Call)]
    own = [call for call in calls if call]
    root = next((node for each in template.find_all(nodes.Output) for node in each.nodes), None)
    function = _function_of(root, names) if root else ""
    name = function if function in FUNCTIONS else ""
    if not own and not name:
        return ""
    is_call = isinstance(root, nodes.Call) and len(own) == 1 and _read_call(root, names) is not None
    source, code = text.strip(), code.strip()
    written = evaluate(Expression(source=source, code=code, calls=own, is_call=is_call, name=name))
    for each in template.find_all(nodes.Filter):
        written = _CASE_FILTERS.get(each.name, str)(written)
    return written


def find_names(source: str) -> list[tuple[str, int]]:
    """Find the macros that a template writes without calling them, with their lines.

    Args:
        source: The template, which Jinja can read.
    """
    template = Environment(extensions=_EXTENSIONS).parse(source)  # noqa: S701 - nothing is rendered
    names = _Names(template)
    nodes_ = (node for output in template.find_all(nodes.Output) for node in output.nodes)
    written = ((_function_of(node, names), node.lineno) for node in nodes_)
    return [(function, line) for function, line in written if function in FUNCTIONS]


def find_uses(source: str) -> list[tuple[str, int]]:
    """Find what a template uses of ours, with its line, and what it imports for that.

    What stands below `{% if masko is defined %}` is left out: it does not run where it cannot.

    Args:
        source: The template.

    Raises:
        TemplateSyntaxError: Jinja cannot read it.
    """
    template = Environment(extensions=_EXTENSIONS).parse(source)  # noqa: S701 - nothing is rendered
    imports: list[nodes.Import | nodes.FromImport] = [
        *template.find_all(nodes.Import),
        *template.find_all(nodes.FromImport),
    ]
    uses = [
        *((call.function, call.line) for call in find_calls(source)),
        *find_names(source),
        *((OUR_TEMPLATE, each.lineno) for each in imports if _is_our_template(each.template)),
    ]
    guarded = _guarded_lines(template)
    return [(what, line) for what, line in uses if line not in guarded]


def _guarded_lines(template: nodes.Template) -> set[int]:
    """Return the lines that run only where one of our macros is defined."""
    lines: set[int] = set()
    for node in template.find_all(nodes.If):
        is_negative = isinstance(node.test, nodes.Not)
        if _asks_for_macro(node.test.node if isinstance(node.test, nodes.Not) else node.test):
            for child in node.else_ if is_negative else node.body:
                lines.update(range(child.lineno, _last_line(child) + 1))
    return lines


def _asks_for_macro(test: nodes.Node) -> bool:
    if isinstance(test, nodes.And):
        return _asks_for_macro(test.left) or _asks_for_macro(test.right)
    asked = test.node if isinstance(test, nodes.Test) and test.name == "defined" else test
    return isinstance(asked, nodes.Name) and asked.name in FUNCTIONS


def _last_line(node: nodes.Node) -> int:
    last = [_last_line(child) for child in node.iter_child_nodes()]
    text = node.data if isinstance(node, nodes.TemplateData) else ""
    return max([node.lineno + text.count("\n"), *last])


class _Names:
    """What the names of a template stand for.

    Attributes:
        modules: Names under which the template imports all of our macros.
        functions: Our macros by the names under which the template imports them.
        own: Names that the template gives to something else.
    """

    def __init__(self, template: nodes.Template) -> None:
        self.modules: set[str] = set()
        self.functions: dict[str, str] = {}
        for node in template.find_all(nodes.Import):
            if _is_our_template(node.template):
                self.modules.add(node.target)
        for statement in template.find_all(nodes.FromImport):
            if _is_our_template(statement.template):
                pairs = (n if isinstance(n, tuple) else (n, n) for n in statement.names)
                self.functions |= {alias: f"masko_{name}" for name, alias in pairs}
        self.own = set(_assigned_names(template)) - self.modules - self.functions.keys()


def _is_our_template(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Const) and node.value == OUR_TEMPLATE


def _assigned_names(template: nodes.Template) -> Iterator[str]:
    for name in template.find_all(nodes.Name):
        if name.ctx != "load":
            yield name.name
    yield from (macro.name for macro in template.find_all(nodes.Macro))
    yield from (node.target for node in template.find_all(nodes.Import))
    for statement in template.find_all(nodes.FromImport):
        yield from (name[1] if isinstance(name, tuple) else name for name in statement.names)


def _read_call(call: nodes.Call, names: _Names) -> TemplateCall | None:
    function = _function_of(call.node, names)
    if not function:
        return None
    dynamic = [node for node in (call.dyn_args, call.dyn_kwargs) if node is not None]
    named: dict[str, Any] = {}
    variables: list[str] = []
    for keyword in call.kwargs:
        values = list(_values(keyword.value))
        if len(values) == 1 and _is_literal(keyword.value):
            named[keyword.key] = values[0]
        else:
            dynamic.append(keyword.value)
            variables.append(keyword.key)
    dynamic += [argument for argument in call.args if not _is_literal(argument)]
    pose = [keyword.value for keyword in call.kwargs if keyword.key == "pose"]
    listed = (call.args[:1] or pose) if dynamic else call.args
    return TemplateCall(
        function=function,
        positional=tuple(value for argument in listed for value in _values(argument)),
        named=named,
        variables=tuple(variables),
        line=call.lineno,
        is_literal=not dynamic,
    )


def _function_of(node: nodes.Node, names: _Names) -> str:
    """Return which of our macros an expression is, or an empty string."""
    if isinstance(node, nodes.Name) and node.name not in names.own:
        if node.name in names.functions:
            return names.functions[node.name]
        is_ours = node.name in FUNCTIONS or node.name.startswith("masko_")
        return node.name if is_ours else ""
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        owner = node.node.name
        if owner in names.modules or (owner == "masko" and owner not in names.own):
            return f"masko_{node.attr}"
    return ""


def _is_literal(node: nodes.Expr) -> bool:
    try:
        node.as_const()
    except nodes.Impossible:
        return False
    return True


def _values(node: nodes.Expr) -> Iterator[Any]:
    """Yield the values that an expression can have, as far as they are literals."""
    if _is_literal(node):
        yield node.as_const()
    elif isinstance(node, nodes.CondExpr):
        yield from _values(node.expr1)
        if node.expr2 is not None:
            yield from _values(node.expr2)
    elif isinstance(node, nodes.Or):
        yield from _values(node.left)
        yield from _values(node.right)


__all__ = [
    "OUR_TEMPLATE",
    "Expression",
    "TemplateCall",
    "TemplatePlace",
    "TemplateSyntaxError",
    "built_on",
    "calling_template",
    "find_calls",
    "find_names",
    "is_template",
    "run_expressions",
    "text_of_template",
]
