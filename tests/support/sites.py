"""Small sites, built the way a user builds them: by the host's command.

MkDocs builds in the test's own process, which costs a tenth; what is claimed of a process (what it
imports, what it can reach) and of ProperDocs, which stands in for MkDocs, needs a process.
"""

from __future__ import annotations

import copy
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree as ET

import html5lib

from in_process import run_with_pipes
from mkdocs_masko.lint import check_site
from mkdocs_masko.options import read_options
from mkdocs_masko.sync import PollPolicy, read_manifest, site_of, update

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from mkdocs_masko.assets import SiteFiles

ROOT = Path(__file__).parents[2]
KEY = "masko_" + "0a1b2c3d" * 8
SANDBOX = {
    "collections": {"fox": "fox", "owl": "owl"},
    "api_url": "sandbox",
    "incomplete": "ignore",  # the owl is, on purpose
}
FROZEN = {**SANDBOX, "mode": "frozen"}
BARE = {"name": None, "custom_dir": "theme", "static_templates": ["404.html"]}
"""A theme that shows the content and nothing else; `make` writes its templates."""
MAIN = (
    "<!DOCTYPE html><html lang=en><title>{{ page.title }}</title>"
    "<body>{{ page.content }}<nav>{% for h in page.toc recursive %}<p>{{ h.title }}</p>"
    "{{ loop(h.children) }}{% endfor %}</nav>"
)
_TIME = 300  # seconds after which a build hangs
_ADDRESSES = ("src", "href", "poster")


@dataclass(frozen=True, kw_only=True)
class Built:
    """What came of a build: its exit code, all that it printed, and the site."""

    code: int
    output: str
    site: Path

    def page(self, name: str = "index.html") -> str:
        """Return the text of a published page."""
        return (self.site / name).read_text(encoding="utf-8")

    def lines(self, level: str) -> list[str]:
        """Return the messages of one level: WARNING, INFO, ERROR."""
        found = re.findall(rf"^{level} +-  (.*)$", self.output, re.MULTILINE)
        return [str(line) for line in found]

    def good(self) -> Built:
        """Check that the build succeeded."""
        assert self.code == 0, self.output
        return self


def make(
    folder: Path,
    pages: Mapping[str, str],
    *,
    options: Mapping[str, Any] = FROZEN,
    plugins: Sequence[Any] = ("masko",),
    files: Mapping[str, str] | None = None,
    **config: Any,  # noqa: ANN401 - what mkdocs.yml takes
) -> Path:
    """Write a site.

    Args:
        folder: Where; it may be there.
        pages: Pages by path below `docs`.
        options: Of our plugin; frozen ones get the sandbox's manifest, and self-hosted ones
            publish animations as exported.
        plugins: All plugins; "masko" stands for ours with its options.
        files: Other files, by path.
        **config: The rest of `mkdocs.yml`; without a theme it is the bare one.
    """
    if options.get("hosting") == "self":  # encoding animations takes seconds: who tests it, asks
        options = {"videos": "original", **options}
    listed = [{"masko": dict(options)} if each == "masko" else each for each in plugins]
    settings = {"site_name": "Test", "theme": BARE, "plugins": listed, **config}
    written = {"theme/main.html": MAIN, "theme/404.html": "", "mkdocs.yml": json.dumps(settings)}
    if options.get("mode") == "frozen":
        written["masko.manifest.json"] = manifest()
    written |= {f"docs/{name}": text for name, text in pages.items()} | dict(files or {})
    for name, text in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def check(
    folder: Path, settings: Mapping[str, Any], *, files: SiteFiles | None = None
) -> list[str]:
    """Return what `check` finds wrong on a site of the sandbox's poses, with any settings.

    Args:
        folder: The site, with its manifest; without a `mkdocs.yml`, it gets an empty one.
        settings: What counts as the content of `mkdocs.yml`.
        files: The files that the site serves; by default those of a build.
    """
    path = folder / "mkdocs.yml"
    path.touch()
    site = site_of(read_options(SANDBOX, {}), folder, {})
    manifest = read_manifest(site)
    found = check_site(site, path, settings, manifest, lambda each: each.remedy, files=files)
    return [str(problem) for problem in found.problems]


def example(folder: Path) -> Path:
    """Copy the example site, as it is committed."""
    made = {"site", "site-zensical", ".cache", "__pycache__"}

    def unwanted(path: str, names: list[str]) -> set[str]:
        return made & {*names} | ({"masko"} & {*names} if path.endswith("assets") else set())

    return shutil.copytree(ROOT / "example-site", folder / "example-site", ignore=unwanted)


@cache
def manifest() -> str:
    """Return the manifest of the sandbox's fox and owl."""
    with tempfile.TemporaryDirectory() as folder:
        site = site_of(read_options(SANDBOX, {}), Path(folder), {})
        update(site, PollPolicy(0, time.sleep, lambda *_: None))
        return site.manifest.read_text(encoding="utf-8")


def environment(**given: str) -> dict[str, str]:
    """Return variables for a process: none of ours but the tests' own ledger and those given."""
    kept = {n: v for n, v in os.environ.items() if n != "COLUMNS" and not n.startswith("MASKO_")}
    kept["MASKO_STATE_DIR"] = os.environ["MASKO_STATE_DIR"]
    return {**kept, "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true", **given}


def build(
    folder: Path,
    *arguments: str,
    host: str = "mkdocs",
    env: Mapping[str, str] | None = None,
    into: str = "site",
    process: bool = False,
) -> Built:
    """Build a site.

    Args:
        folder: Where its `mkdocs.yml` is.
        *arguments: More of the command's.
        host: The command: `mkdocs` or `properdocs`.
        env: Environment variables; with those of `Offline` the build gets a process.
        into: The folder of the site, below `folder`.
        process: Whether MkDocs gets a process of its own, as ProperDocs always does.
    """
    command = ["build", "-f", "mkdocs.yml", "-d", into, *arguments]
    variables = environment(**(env or {}))
    if process or host != "mkdocs" or "PYTHONPATH" in (env or {}):
        done = subprocess.run(
            [sys.executable, "-m", host, *command],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=_TIME,
            check=False,
        )
        code, output = done.returncode, done.stdout
    else:
        code, output, _ = run_with_pipes(partial(_mkdocs, command), folder, variables, merged=True)
    return Built(code=code, output=output, site=folder / into)


def _mkdocs(arguments: list[str]) -> None:
    """Run MkDocs; what it sets up for its own process does not outlive the call."""
    from mkdocs.__main__ import cli  # noqa: PLC0415 - not every test has a use for it
    from mkdocs.commands.build import log  # noqa: PLC0415
    from mkdocs.config.defaults import MkDocsConfig  # noqa: PLC0415

    # Plugins that know `on_startup` live as long as their process, ours among them.
    vars(MkDocsConfig)["plugins"].plugin_cache.clear()
    logger = logging.getLogger("mkdocs")
    level, handlers, filters = logger.level, logger.handlers.copy(), log.filters.copy()
    modules = set(sys.modules)
    try:
        cli.main(arguments, "mkdocs")
    finally:
        logger.setLevel(level)
        logger.propagate = True
        logger.handlers[:], log.filters[:] = handlers, filters
        here = str(Path.cwd())
        for name in set(sys.modules) - modules:  # those of the site: hooks, and modules of macros
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(here):
                del sys.modules[name]


_OFFLINE = """\
import atexit, os, socket, sys
log = os.path.join(os.path.dirname(__file__), "log")
def refuse(*arguments, **_):
    open(f"{log}.calls", "a").write(repr(arguments))
    raise OSError("there is no network")
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
atexit.register(lambda: open(f"{log}.modules", "w").write("\\n".join(sys.modules)))
"""


@dataclass(frozen=True)
class Offline:
    """A process that cannot reach any network, and tells what it imported.

    `folder` is where its `sitecustomize.py` lies, which Python runs at its start.
    """

    folder: Path

    def variables(self) -> dict[str, str]:
        """Return what the process needs in its environment."""
        (self.folder / "sitecustomize.py").write_text(_OFFLINE, encoding="utf-8")
        return {"PYTHONPATH": str(self.folder)}

    def attempts(self) -> str:
        """Return what it tried to reach."""
        path = self.folder / "log.calls"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def modules(self) -> set[str]:
        """Return the names of the modules that it had imported when it ended."""
        return set((self.folder / "log.modules").read_text(encoding="utf-8").split())


_READS = """\
import atexit, os, sys
reads = []
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        reads.append(arguments[0])
sys.addaudithook(note)
log = os.path.join(os.path.dirname(__file__), "log.reads")
atexit.register(lambda: open(log, "w").write("\\n".join(reads)))
"""


@dataclass(frozen=True)
class Reads:
    """A process that tells which files it opened.

    `folder` is where its `sitecustomize.py` lies, which Python runs at its start.
    """

    folder: Path

    def variables(self) -> dict[str, str]:
        """Return what the process needs in its environment."""
        (self.folder / "sitecustomize.py").write_text(_READS, encoding="utf-8")
        return {"PYTHONPATH": str(self.folder)}

    def count(self, path: Path) -> int:
        """Return how often it opened a file."""
        return self.names().count(str(path))

    def names(self) -> list[str]:
        """Return the paths of all that it opened before it ended."""
        return (self.folder / "log.reads").read_text(encoding="utf-8").splitlines()


def remount_read_only(disk: Path) -> None:
    """Make a disk that a test has mounted read-only."""
    sudo = ["sudo", "-n"] if os.getuid() else []
    subprocess.run([*sudo, "mount", "-o", "remount,ro", str(disk)], check=True)


def parse(html: str) -> ET.Element:
    """Parse a page as a browser does."""
    root: ET.Element = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    return root


def is_ours(element: ET.Element) -> bool:
    """Tell whether an element is an embed."""
    return "masko" in element.get("class", "").split()


def embeds(html: str) -> list[str]:
    """Return the embeds of a page, each as normal HTML."""
    found = [copy.copy(element) for element in parse(html).iter() if is_ours(element)]
    for element in found:
        element.tail = None
    return [ET.tostring(element, encoding="unicode") for element in found]


def our_addresses(html: str) -> Iterator[str]:
    """Yield every address in our embeds and links to our files."""
    root = parse(html)
    inside = {part for element in root.iter() if is_ours(element) for part in element.iter()}
    for element in root.iter():
        given = [element.get(name, "") for name in _ADDRESSES]
        candidates = [*_candidates(element, "srcset"), *_candidates(element, "imagesrcset")]
        given += [each.split()[0] for each in candidates]
        if element in inside and element.tag != "a":
            yield from filter(None, given)
        else:
            yield from (address for address in given if "assets/masko/" in address)


def _candidates(element: ET.Element, name: str) -> list[str]:
    return [each for each in element.get(name, "").split(",") if each.strip()]


def missing(built: Built) -> list[str]:
    """Return the addresses of ours, on all pages, that lead to no file of the site."""
    found = []
    for page in built.site.rglob("*.html"):
        for address in our_addresses(page.read_text(encoding="utf-8")):
            path = unquote(urlsplit(address).path)
            base = built.site if path.startswith("/") else page.parent
            if urlsplit(address).scheme or not (base / path.lstrip("/")).is_file():
                found.append(f"{page.relative_to(built.site)}: {address}")
    return found


def dead_links(built: Built, site_url: str, remote: Collection[str] = ()) -> list[str]:
    """Return what leads nowhere: every link and medium of every page, and what our data name.

    Args:
        built: The site.
        site_url: The URL that it is published at.
        remote: The URLs that our media may have elsewhere; links of others are not followed.
    """
    found = []
    for page in built.site.rglob("*.html"):
        name = page.relative_to(built.site).as_posix()
        for address, is_our_medium in _all_addresses(page.read_text(encoding="utf-8")):
            url = urljoin(site_url + name, address)
            if not url.startswith(site_url) and urlsplit(address).scheme:
                dead = is_our_medium and url not in remote
            else:
                path = built.site / unquote(urlsplit(url.removeprefix(site_url)).path)
                dead = not (path / "index.html" if path.is_dir() else path).is_file()
            found += [f"{name}: {address}"] if dead else []
    return found


def _all_addresses(html: str) -> Iterator[tuple[str, bool]]:
    """Yield all addresses of a page, and whether each is that of a medium of ours."""
    root = parse(html)
    inside = {part for element in root.iter() if is_ours(element) for part in element.iter()}
    for element in root.iter():
        given = [element.get(name, "") for name in _ADDRESSES]
        for name in ("srcset", "imagesrcset"):
            given += [each.split()[0] for each in _candidates(element, name)]
        data = [value for name, value in element.items() if name.startswith("data-")]
        given += [value for value in data if element in inside and "assets/masko/" in value]
        for address in filter(None, given):
            if urlsplit(address).scheme in {"", "http", "https"}:
                yield address, element in inside and element.tag != "a"


def published(built: Built) -> set[str]:
    """Return the names of our files in the site, without those every site has."""
    names = {path.name for path in (built.site / "assets/masko").iterdir()}
    return {name for name in names if not name.startswith(("manifest.", "masko."))}
