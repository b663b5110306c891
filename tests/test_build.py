"""One build: where macros are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manifest_samples import manifest
from mkdocs_masko.build import BuildSession
from mkdocs_masko.hosting import CdnHosting
from mkdocs_masko.rendering import make_call

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mkdocs_masko.assets import SiteFile
    from mkdocs_masko.hosting import ResolvedFiles

FOX = '{{ masko("nope") }}'


def test_a_macro_before_the_first_page_is_shown() -> None:
    """Another plugin may convert Markdown early; no page weighs more because of it."""
    build = BuildSession(manifest(), default="fox", overrides=[], hosting=CdnHosting())
    html = build.show(FOX, lambda: make_call("masko", ["only-webm"], {}, ""))
    assert "<masko-pose" in html
    assert build.problems.in_order() == []
    assert build.weights().poses == set()
    assert len(build.gaps()) == 1
    build.show(FOX, lambda: make_call("masko", ["nope"], {}, ""))
    (problem,) = build.problems.in_order()
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


def _show(build: BuildSession, pose: str, width: int) -> str:
    return build.show("", lambda: make_call("masko", [pose], {"width": width}, ""))


def test_equal_embeds_are_rendered_once_for_all_builds_of_a_process() -> None:
    """What the last build did not show is forgotten, so a server does not grow."""
    hosting = CdnHosting()
    builds = [BuildSession(manifest(), default="fox", overrides=[], hosting=hosting)]
    html = _show(builds[0], "only-webm", 240)
    assert _show(builds[0], "only-webm", 240) == html
    _show(builds[0], "only-webm", 120)
    first = builds[0].reusable_embeds
    assert len(first) == 2
    builds.append(
        BuildSession(manifest(), default="fox", overrides=[], hosting=hosting, known=first)
    )
    assert _show(builds[1], "only-webm", 240) == html
    _show(builds[1], "only-webm", 60)
    second = builds[1].reusable_embeds
    shared = [embed for resolved, embed in second.items() if first.get(resolved) is embed]
    assert len(second) == 2
    assert [embed.html for embed in shared] == [html]


def test_embeds_are_not_reused_where_templates_may_have_changed(tmp_path: Path) -> None:
    """A theme's template may include another, of which only Jinja knows."""
    hosting = CdnHosting()
    plain = BuildSession(manifest(), default="fox", overrides=[], hosting=hosting)
    _show(plain, "only-webm", 240)
    (tmp_path / "masko").mkdir()
    video = tmp_path / "masko/video.html"
    for text in ("one", "two"):
        video.write_text(text)
        known = plain.reusable_embeds
        plain = BuildSession(
            manifest(), default="fox", overrides=[tmp_path], hosting=hosting, known=known
        )
        assert _show(plain, "only-webm", 240) == text
    assert plain.reusable_embeds == {}
