"""One build: where macros are shown."""

from __future__ import annotations

from manifest_samples import manifest
from mkdocs_masko.build import BuildSession
from mkdocs_masko.hosting import CdnHosting
from mkdocs_masko.rendering import make_call

FOX = '{{ masko("nope") }}'


def test_a_macro_before_the_first_page_is_shown() -> None:
    """Another plugin may convert Markdown early; no page weighs more because of it."""
    build = BuildSession(manifest(), default="fox", overrides=[], hosting=CdnHosting())
    html = build.show(FOX, lambda: make_call("masko", ["only-webm"], {}, ""))
    assert "<masko-pose" in html
    assert build.sorted_problems() == []
    assert build.weights().poses == set()
    assert len(build.gaps()) == 1
    build.show(FOX, lambda: make_call("masko", ["nope"], {}, ""))
    (problem,) = build.sorted_problems()
    assert str(problem).startswith("outside of pages: no pose 'nope'")
