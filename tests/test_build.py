"""One build: where macros are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manifest_samples import manifest
from mkdocs_masko.build import BuildSession
from mkdocs_masko.hosting import CdnHosting
from mkdocs_masko.rendering import make_call

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mkdocs_masko.assets import SiteFile
    from mkdocs_masko.hosting import ResolvedFiles

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


class _CountingHosting(CdnHosting):
    """Counts how often it is asked for bytes."""

    requests = 0

    def resolve(self, files: Iterable[SiteFile]) -> ResolvedFiles:
        self.requests += 1
        return super().resolve(files)


def test_nothing_is_resolved_where_nothing_is_missing() -> None:
    """It looks at every still of the site, and a theme's template asks once a page."""
    hosting = _CountingHosting()
    build = BuildSession(manifest(), default="fox", overrides=[], hosting=hosting)
    build.settle()
    build.show(FOX, lambda: make_call("masko", ["only-webm"], {}, ""))
    assert build.site_files() == {}
    assert hosting.requests == 0
