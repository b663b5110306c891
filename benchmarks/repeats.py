"""How the time for a page grows with its length, when one part of it is repeated.

Each part is one that a naive pattern reads again and again: an unfinished macro, a list without
its end, a pose where none can be shown. A page of twice as many should take twice as long; four
times as long means that something is searched from the start of the page for each of them.

    PYTHONPATH=tests/support python benchmarks/repeats.py
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from manifest_samples import QUICK, manifest
from markdown import Markdown
from mkdocs_masko.build import BuildSession
from mkdocs_masko.hosting import CdnHosting
from mkdocs_masko.markdown import MaskoExtension
from mkdocs_masko.problems import SourceFile

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = {
    "![a](masko:p){": 2_500,
    "![a](masko:p){'\"": 2_500,
    "![a](masko:p) { width=1 } ": 2_000,
    "![a](masko:wave) ": 2_500,
    '{{ masko("wave") }} ': 3_000,
    '{{ masko("wave") }} <b>': 2_000,
    "{{ masko(": 5_000,
    "{{ masko(x) }} ": 3_000,
    "{{ masko }} ": 3_000,
    "{% masko(": 3_000,
    "[masko:p](masko:p)": 1_500,
    "<masko:p>": 1_500,
    "<a href='masko:p'>": 1_500,
    "<img src='masko:p'> ": 1_500,
    "<picture><img src=masko:p>": 1_000,
    "<b title='{{ masko(1) }}'>": 1_500,
    "<code>{{ masko(": 1_000,
    "<div>![a](masko:p)": 1_000,
    "masko `": 5_000,
    "&#109;asko: ": 4_000,
}


def main() -> None:
    """Print the CPU time for each part, once and twice as often, and without the extension."""
    print(f"{'part':34} {'times':>6} {'s':>6} {'twice':>6} {'ratio':>6} {'plain':>6}")
    for part, count in PARTS.items():
        once, twice = (_seconds(_build, f"masko {part * n}") for n in (count, 2 * count))
        plain = _seconds(_plain, f"masko {part * 2 * count}")
        print(f"{part!r:34} {count:6} {once:6.2f} {twice:6.2f} {twice / once:6.1f} {plain:6.2f}")


def _seconds(convert: Callable[[str], object], page: str) -> float:
    start = time.process_time()
    convert(page)
    return time.process_time() - start


def _build(page: str) -> None:
    hosting = CdnHosting()
    build = BuildSession(manifest(), default="fox", overrides=[], hosting=hosting)
    build.enter(SourceFile("docs/index.md", page))
    extension = MaskoExtension(build.embedder, build.placeholders)
    html = Markdown(extensions=[*QUICK, extension]).convert(page)
    build.review(f"<nav></nav>{html}", html)
    build.problems.in_order()


def _plain(page: str) -> None:
    Markdown(extensions=QUICK).convert(page)


if __name__ == "__main__":
    main()
