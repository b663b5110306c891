"""Which elements are open at a place of a page, as browsers see it.

That part of the HTML standard's tree construction which decides whether something stands in an
element or behind it: end tags that authors may leave out, end tags that close nothing, SVG.
https://html.spec.whatwg.org/#parsing-main-inbody
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mkdocs_masko.sources.html_reader import HEADINGS, VOID

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

TEXT_ONLY: Final = frozenset(
    {"iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"}
)
"""Elements whose content is text, whatever it looks like, to a browser that runs scripts."""

# Their start tags end a paragraph.
_BLOCKS: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir"),
        *("div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header"),
        *("hgroup", "hr", "li", "listing", "main", "menu", "nav", "ol", "p", "plaintext", "pre"),
        *("search", "section", "summary", "table", "ul", "xmp", *HEADINGS),
    }
)
_CELLS: Final = frozenset({"caption", "td", "th"})
_ROW_GROUPS: Final = frozenset({"tbody", "tfoot", "thead"})
_ITEMS: Final = {"li": frozenset({"li"}), **dict.fromkeys(("dd", "dt"), frozenset({"dd", "dt"}))}
# An end tag closes nothing beyond these: https://html.spec.whatwg.org/#has-an-element-in-scope
_SCOPE: Final = frozenset(
    {
        *("applet", "marquee", "object", "select", "table", "template"),
        *("svg:desc", "svg:foreignobject", "svg:title", *_CELLS),
    }
)
_BUTTON_SCOPE: Final = _SCOPE | {"button"}
_LIST_ITEM_SCOPE: Final = _SCOPE | {"ol", "ul"}
_TABLE_SCOPE: Final = frozenset({"table", "template"})
# These last until their own end tag: https://html.spec.whatwg.org/#the-list-of-active-formatting-elements
_FORMATTING: Final = frozenset(
    {
        *("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong"),
        *("tt", "u"),
    }
)
# An end tag of any other element closes nothing beyond these: https://html.spec.whatwg.org/#special
_SPECIAL: Final = (_BLOCKS - {"dialog"}) | _SCOPE | _ROW_GROUPS | {"button", "tr"}
_FOREIGN: Final = frozenset({"math", "svg"})
# They have HTML in them again: https://html.spec.whatwg.org/#html-integration-point
_INTEGRATION: Final = frozenset({"svg:desc", "svg:foreignobject", "svg:title"})
_EDGES: Final = _FOREIGN | _INTEGRATION
# https://html.spec.whatwg.org/#parsing-main-inforeign
_BREAKOUT: Final = HEADINGS | {
    *("b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em"),
    *("embed", "head", "hr", "i", "img", "li", "listing", "menu", "meta", "nobr", "ol", "p"),
    *("pre", "ruby", "s", "small", "span", "strong", "strike", "sub", "sup", "table", "tt", "u"),
    *("ul", "var"),
}


class Element(Struct, frozen=True):
    """An element that is open.

    Attributes:
        tag: Its name; `svg:video` in SVG or MathML, where it is no element of HTML.
        is_hidden: Whether it hides what is in it.
        is_label: Whether it is the label of a `<details>`, which is shown, open or not.
        child_classes: Gets the classes of the elements in it.
        child_tags: Gets their names.
    """

    tag: str
    is_hidden: bool
    is_label: bool
    child_classes: set[str]
    child_tags: set[str]


class OpenElements:
    """The elements that are open at a place, outermost first; the first one stands for all."""

    def __init__(self) -> None:
        self._elements = [_root()]

    @property
    def parent(self) -> Element:
        """The innermost one."""
        return self._elements[-1]

    @property
    def is_hidden(self) -> bool:
        """Whether what stands here is hidden."""
        children = [*self._elements[1:], None]
        return any(
            element.is_hidden and not (child and child.is_label)
            for element, child in zip(self._elements, children, strict=True)
        )

    def has(self, tags: Collection[str]) -> bool:
        """Tell whether one of some names is open."""
        return any(element.tag in tags for element in self._elements)

    @property
    def is_foreign(self) -> bool:
        """Whether this is in SVG or MathML, and not in HTML there."""
        tags = (element.tag for element in reversed(self._elements))
        return next((tag in _FOREIGN for tag in tags if tag in _EDGES), False)

    def start(
        self,
        tag: str,
        classes: Collection[str],
        hides: Callable[[Element], bool],
        *,
        is_alone: bool,
    ) -> None:
        """Read a start tag.

        Args:
            tag: The name.
            classes: The classes.
            hides: Gets the parent; returns whether the element hides what is in it.
            is_alone: Whether the tag ends in a slash, which counts in SVG only.
        """
        if self.is_foreign and tag in _BREAKOUT:
            self._close_foreign()
        if not self.is_foreign:
            self._close_implied(tag)
        parent = self.parent
        is_label = tag == "summary" and parent.tag == "details" and tag not in parent.child_tags
        is_empty = is_alone if self.is_foreign or tag in _FOREIGN else tag in VOID
        if not is_empty:
            name = f"svg:{tag}" if self.is_foreign and tag not in _FOREIGN else tag
            self._elements.append(Element(name, hides(parent), is_label, set(), set()))
        parent.child_classes.update(classes)
        parent.child_tags.add(tag)

    def end(self, tag: str) -> None:
        """Read an end tag."""
        if self.is_foreign and self._end_foreign(tag):
            return
        if tag in _FORMATTING:
            index = self._index({tag}, _SCOPE)
            if index:
                del self._elements[index]
        elif tag in HEADINGS:
            self._close(HEADINGS, _SCOPE)
        elif tag in _CELLS or tag in _ROW_GROUPS or tag in {"table", "tr"}:
            self._close({tag}, _TABLE_SCOPE)
        elif tag in {"select", "template"}:
            self._close({tag}, ())
        elif tag == "li":
            self._close({tag}, _LIST_ITEM_SCOPE)
        elif tag == "p":
            self._close({tag}, _BUTTON_SCOPE)
        else:
            self._close({tag}, _SCOPE if tag in _BLOCKS or tag in _SPECIAL else _SPECIAL)

    def _close_implied(self, tag: str) -> None:
        """Close the elements whose end tags may be left out before a start tag."""
        if tag in _ITEMS:
            self._close(_ITEMS[tag], _SPECIAL - {"address", "div", "p", *_ITEMS[tag]})
        if tag in _BLOCKS:
            self._close({"p"}, _BUTTON_SCOPE)
        if tag in HEADINGS and self.parent.tag in HEADINGS:
            self._elements.pop()
        if tag == "button":
            self._close({"button"}, _SCOPE)
        if tag == "a":
            self.end("a")
        if tag in _CELLS or tag == "tr" or tag in _ROW_GROUPS:
            self._close(_CELLS, _TABLE_SCOPE)
        if tag == "tr" or tag in _ROW_GROUPS or tag == "caption":
            self._close({"tr"}, _TABLE_SCOPE)
        if tag in _ROW_GROUPS:
            self._close(_ROW_GROUPS, _TABLE_SCOPE)
        if tag in {"input", "select", "textarea"}:
            self._close({"select"}, _SCOPE)

    def _close(self, tags: Collection[str], boundary: Collection[str]) -> None:
        """Close the innermost element of some names, unless one that bounds it comes first.

        Formatting in it goes on behind it, but not behind a cell or a template.
        """
        index = self._index(tags, boundary)
        if index:
            closed = self._elements[index:]
            kept = () if _SCOPE.intersection(tags) else closed
            self._elements[index:] = [each for each in kept if each.tag in _FORMATTING]

    def _index(self, tags: Collection[str], boundary: Collection[str]) -> int:
        """Return where the innermost element of some names is, or 0 where there is none."""
        for index in range(len(self._elements) - 1, 0, -1):
            if self._elements[index].tag in tags:
                return index
            if self._elements[index].tag in boundary:
                return 0
        return 0

    def _end_foreign(self, tag: str) -> bool:
        """Close an element of SVG or MathML; return whether one is open."""
        name = tag if tag in _FOREIGN else f"svg:{tag}"
        for index in range(len(self._elements) - 1, 0, -1):
            element = self._elements[index].tag
            if element == name:
                del self._elements[index:]
                return True
            if element not in _FOREIGN and not element.startswith("svg:"):
                break
        return False

    def _close_foreign(self) -> None:
        """Close SVG and MathML: a start tag of HTML stands in it."""
        while self.is_foreign:
            self._elements.pop()


def _root() -> Element:
    return Element("", is_hidden=False, is_label=False, child_classes=set(), child_tags=set())
