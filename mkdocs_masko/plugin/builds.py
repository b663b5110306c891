"""The builds that hooks are called for: one, or with mkdocs-static-i18n one for each language.

That plugin builds all other languages in `on_post_build` of the first, with the same plugin
objects (read in 1.3). So a build may begin while another one has not ended, and what is wrong in
any of them is reported together, when the first one ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError

from mkdocs_masko.plugin.exported import ExportedMedia

if TYPE_CHECKING:
    from mkdocs.structure.files import File

    from mkdocs_masko.build import BuildSession
    from mkdocs_masko.plugin.page_context import PageContext


class SiteBuild:
    """What hooks keep of one build.

    Args:
        session: What its pages show.

    Attributes:
        pages: Its pages, as far as they have been parsed, by their paths in the docs folder.
        hidden_needs: By page, what `hidden_needs` says of it.
        exported: The media in the docs that it does not publish.
        gallery: Its gallery page.
        is_complete: Whether nothing of it is left to do.
    """

    def __init__(self, session: BuildSession) -> None:
        self.session = session
        self.pages: dict[str, PageContext] = {}
        self.hidden_needs: dict[str, frozenset[str]] = {}
        self.exported = ExportedMedia()
        self.gallery: File | None = None
        self.is_complete = False


class SiteBuilds:
    """The builds of a site, in the order in which they began."""

    def __init__(self) -> None:
        self._builds: list[SiteBuild] = []

    def begin(self, session: BuildSession) -> None:
        """Note that a build begins: inside of one that has not ended, or else anew."""
        if all(build.is_complete for build in self._builds):
            self._builds.clear()
        self._builds.append(SiteBuild(session))

    @property
    def latest(self) -> SiteBuild | None:
        """The build that began last, which may have ended."""
        return self._builds[-1] if self._builds else None

    @property
    def current(self) -> SiteBuild:
        """The build that a hook is called for.

        Raises:
            PluginError: None has begun.
        """
        build = next((each for each in reversed(self._builds) if not each.is_complete), self.latest)
        if build is None:
            raise PluginError("masko: a hook was called before 'on_config'")
        return build

    def galleries(self) -> list[File]:
        """Return the gallery pages of all languages that have been built so far."""
        return [build.gallery for build in self._builds if build.gallery]

    def used_paths(self) -> set[str]:
        """Return the paths of the media that the site uses so far, in all languages."""
        return {path for build in self._builds for path in build.session.site_files()}

    def end(self) -> list[SiteBuild]:
        """Note that the current build is complete.

        Returns:
            All builds of the site, if that was the one that began first; else none.
        """
        self.current.is_complete = True
        return self._builds.copy() if self._builds[0].is_complete else []

    def fail(self) -> list[SiteBuild]:
        """Note that a build has failed, and with it those that it was a part of.

        Returns:
            Those before it, in which nobody has reported what is wrong.
        """
        for build in self._builds:
            build.session.close()
        if all(build.is_complete for build in self._builds):
            return []
        for build in self._builds:
            build.is_complete = True
        return self._builds[:-1]
