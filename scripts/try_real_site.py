"""Try the plugin on a site that knows nothing of it, and tell what changes.

    python scripts/try_real_site.py [-f FILE] [--with-poses] [--json] CHECKOUT

Run it with the Python that has the site's requirements and this package. CHECKOUT is the folder of
any MkDocs site; it is only read. Each build gets a copy of it in a temporary folder, always at the
same place, with the same clock and hash seed; the configuration that it builds with is a copy
beside the site's own. A site whose configuration or docs folder a copy would share with the
checkout, by a symbolic link or an absolute path, is refused.

The site is built plain and with the plugin in turns. No page asks for a pose, so every file must be
the same, byte for byte. What differs between two plain builds too (a time, a random id) is left
out: words of a text, or the whole file where these cannot be told apart. The plugin takes a
manifest of the sandbox's fox, written before, so that its build needs no network.

With `--with-poses` the site is built three times more: with both syntaxes at the end of each
Markdown file in the docs folder, and twice with an image in the place of each. But for the poses,
their style sheet and their script, the pages must be the same, and no pose may be left as text.

Exit code: 0 if nothing changed, 1 if something did, 2 if the site cannot be tried, as one that
cannot be built without us.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from site_comparison import (
    IMAGES,
    POSES,
    Built,
    compare,
    compare_poses,
    count_pages_with_poses,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OPTIONS = {"collection": "fox", "api_url": "sandbox", "mode": "frozen"}
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__")
ENVIRONMENT = {
    "SOURCE_DATE_EPOCH": "946684800",
    "PYTHONHASHSEED": "0",
    "GIT_OPTIONAL_LOCKS": "0",  # git may read the checkout's history, and write nothing there
    "NO_MKDOCS_2_WARNING": "1",
    "DISABLE_MKDOCS_2_WARNING": "true",
}
LISTS = ("plugins", "markdown_extensions", "hooks")
"""The settings that `--without` takes names of."""
HEADINGS = {"plugin": "With the plugin, without a pose:", "poses": "With two poses on each page:"}
LABELS = {
    "changed_files": "other files changed",
    "missing": "files missing",
    "strays": "files in other folders",
    "added": "files of its own",
    "left_out": "files left out",
    "as_text": "poses left as text",
    "new_warnings": "new warnings",
}
_WARNING = re.compile(r"^(?:WARNING|ERROR|CRITICAL) +-  (.*)$", re.MULTILINE)
_SHOWN = 5  # names under each figure; `--json` has them all
_WIDTH = 80


class BuildFailed(Exception):
    """A build that failed, with the last lines of what it printed."""


class CannotTry(Exception):
    """What keeps a site from being tried, and what to do about it."""


@dataclass(frozen=True)
class Site:
    """A site to try, and how to build it.

    Attributes:
        checkout: Its folder.
        config: The configuration, below that folder.
        host: The command: `mkdocs` or `properdocs`.
        without: Plugins, Markdown extensions and hooks to switch off.
        scratch: A folder for copies, of which nothing is kept.
        sites: A folder for built sites, on the same file system.
    """

    checkout: Path
    config: Path
    host: str
    without: tuple[str, ...]
    scratch: Path
    sites: Path

    def build(self, name: str, *, has_plugin: bool, ending: str = "") -> Built:
        """Build a fresh copy.

        Args:
            name: What the built site is called.
            has_plugin: Whether our plugin is added.
            ending: What is put at the end of each Markdown file.

        Raises:
            BuildFailed: The host's command failed.
            CannotTry: What would be written is not in the copy.
        """
        copy, output = self.scratch / "checkout", self.scratch / "site"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.checkout, copy, symlinks=True, ignore=NOT_COPIED)
        _link_history(self.checkout, copy)
        settings = read_settings(self.checkout / self.config)
        edit_settings(settings, self.without, has_plugin=has_plugin)
        config = copy / self.config.with_name(f"trial-{self.config.name}")
        _check_inside(config, copy)
        docs = find_docs(settings, config.parent)
        if docs:
            _check_inside(docs, copy)
        config.write_text(yaml.serialize(settings, Dumper=yaml.SafeDumper), encoding="utf-8")
        if has_plugin:
            write_manifest(config.parent)
        if ending:
            append(docs, copy, ending)
        log, seconds = _run(self.host, config, output)
        return Built(output.rename(self.sites / name), Counter(_WARNING.findall(log)), seconds)


def _check_inside(path: Path, copy: Path) -> None:
    """Refuse what is not in a copy, since the checkout itself would be changed there.

    Raises:
        CannotTry: The path leads out of the copy.
    """
    if not path.resolve().is_relative_to(copy):
        raise CannotTry(
            f"{path.resolve()}: a copy of the checkout would share it. Use a checkout that has "
            "its configuration and its docs folder below it, without absolute paths or links."
        )


def _link_history(checkout: Path, copy: Path) -> None:
    """Let git find the history of a copy, for plugins that look for dates and authors."""
    git = checkout / ".git"
    if git.is_dir():
        (copy / ".git").write_text(f"gitdir: {git}\n", encoding="utf-8")
    elif git.is_file():
        shutil.copy(git, copy)


def _run(host: str, config: Path, output: Path) -> tuple[str, float]:
    """Return what a build printed, and the seconds of CPU that it took."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("MASKO_")}
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-m", host, "build", "--no-strict", "-f", config.name, "-d", output],
        cwd=config.parent,
        env={**kept, **ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    after = os.times()
    if done.returncode:
        raise BuildFailed("\n".join(done.stdout.splitlines()[-20:]))
    user, system = (after[index] - before[index] for index in (2, 3))
    return done.stdout, user + system


def write_manifest(folder: Path) -> None:
    """Write the manifest of the sandbox's fox beside a site's configuration."""
    from mkdocs_masko.options import read_options  # noqa: PLC0415 - what is under test
    from mkdocs_masko.sync import PollPolicy, site_of, update  # noqa: PLC0415 - the same

    site = site_of(read_options({**OPTIONS, "mode": "auto"}, {}), folder, {})
    update(site, PollPolicy(0, time.sleep, lambda *_: None))


def find_docs(settings: yaml.MappingNode, folder: Path) -> Path | None:
    """Return the docs folder, or nothing where a tag such as `!ENV` says where it is."""
    node = find_node(settings, "docs_dir")
    if node is None:
        return folder / "docs"
    return folder / node.value if node.tag == "tag:yaml.org,2002:str" else None


def append(docs: Path | None, copy: Path, ending: str) -> None:
    """Put a text at the end of each Markdown file in the docs folder of a copy.

    Raises:
        CannotTry: It is not known where the docs folder is.
    """
    if docs is None:
        raise CannotTry("docs_dir: is not a plain path. Write one, or leave out '--with-poses'.")
    for path in docs.rglob("*.md"):
        is_in_copy = path.resolve().is_relative_to(copy)
        if is_in_copy and path.is_file() and not path.is_symlink():
            with path.open("a", encoding="utf-8") as file:
                file.write(ending)


def read_settings(path: Path) -> yaml.MappingNode:
    """Read a configuration and what it inherits, as nodes: tags such as `!ENV` stay as they are."""
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise CannotTry(f"{path}: is no configuration of MkDocs. Name one with -f.")
    parent = find_node(root, "INHERIT")
    if parent is None:
        return root
    root.value = [pair for pair in root.value if pair[0].value != "INHERIT"]
    return _merge_maps(read_settings(path.parent / parent.value), root)


def _merge(parent: yaml.Node, own: yaml.Node) -> yaml.Node:
    """Merge maps, and let everything else replace what is inherited, as MkDocs does."""
    if isinstance(parent, yaml.MappingNode) and isinstance(own, yaml.MappingNode):
        return _merge_maps(parent, own)
    return own


def _merge_maps(parent: yaml.MappingNode, own: yaml.MappingNode) -> yaml.MappingNode:
    pairs = {key.value: (key, value) for key, value in parent.value}
    for key, value in own.value:
        inherited = pairs.get(key.value)
        pairs[key.value] = (key, _merge(inherited[1], value) if inherited else value)
    parent.value = list(pairs.values())
    return parent


def find_node(settings: yaml.MappingNode, name: str) -> yaml.Node | None:
    """Return a setting."""
    return next((value for key, value in settings.value if key.value == name), None)


def edit_settings(settings: yaml.MappingNode, without: Iterable[str], *, has_plugin: bool) -> None:
    """Switch off what is named, and add our plugin behind all others."""
    for name in LISTS:
        node = find_node(settings, name)
        if isinstance(node, yaml.CollectionNode):
            node.value = [entry for entry in node.value if _name_of(entry) not in without]
    plugins = find_node(settings, "plugins")
    if not isinstance(plugins, yaml.CollectionNode):  # missing, or without a value
        settings.value = [pair for pair in settings.value if pair[0].value != "plugins"]
        plugins = _node(["search"])
        settings.value.append((_node("plugins"), plugins))
    if "masko" in map(_name_of, plugins.value):
        raise CannotTry("plugins: 'masko' is there already. Take it out with '--without masko'.")
    if has_plugin and isinstance(plugins, yaml.MappingNode):
        plugins.value.append((_node("masko"), _node(OPTIONS)))
    elif has_plugin:
        plugins.value.append(_node({"masko": OPTIONS}))


def _name_of(entry: yaml.Node | tuple[yaml.Node, yaml.Node]) -> str:
    """Return the name of a plugin: of an entry of a map, of a map of one, or of a name alone."""
    if isinstance(entry, tuple):
        return str(entry[0].value)
    return _name_of(entry.value[0]) if isinstance(entry, yaml.MappingNode) else str(entry.value)


def _node(value: object) -> yaml.Node:
    return yaml.SafeDumper(StringIO()).represent_data(value)


def try_plugin(site: Site, runs: int) -> dict[str, Any]:
    """Build plain and with the plugin in turns, and compare.

    Raises:
        BuildFailed: The site cannot be built without the plugin.
    """
    plain, ours = [], []
    for run in range(runs):
        plain.append(site.build(f"plain-{run}", has_plugin=False))
        try:
            ours.append(site.build(f"plugin-{run}", has_plugin=True))
        except BuildFailed as error:
            return {"is_same": False, "failure": str(error)}
    result = compare((plain[0], plain[1]), ours[0])
    best = {"plain": plain, "plugin": ours}
    seconds = {name: min(each.seconds for each in builds) for name, builds in best.items()}
    return {"is_same": result.is_same, **asdict(result), "cpu_seconds": seconds}


def try_poses(site: Site) -> dict[str, Any]:
    """Build with poses at the end of all Markdown files, and with images there, and compare.

    Raises:
        BuildFailed: The site cannot be built with images there.
    """
    images = [site.build(f"images-{run}", has_plugin=False, ending=IMAGES) for run in range(2)]
    try:
        poses = site.build("poses", has_plugin=True, ending=POSES)
    except BuildFailed as error:
        return {"is_same": False, "failure": str(error)}
    result = compare_poses((images[0], images[1]), poses)
    count = count_pages_with_poses(poses.site)
    return {"is_same": result.is_same, "pages_with_poses": count, **asdict(result)}


def describe(result: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that say what came of a comparison."""
    if "failure" in result:
        yield "  the build fails with the plugin, and not without it:"
        yield from (f"    {line}" for line in result["failure"].splitlines())
        return
    if "pages_with_poses" in result:
        yield _row("pages with poses", result["pages_with_poses"])
    pages, samples = result["changed_pages"], result["changed_samples"]
    yield _row("pages changed", len(pages), result["pages"])
    for name, difference in islice(pages.items(), _SHOWN):
        yield from (f"    {line}" for line in (name, *difference.splitlines()))
    yield _row("code samples touched", sum(samples.values()), result["samples"])
    yield from (f"    {name}" for name in islice(samples, _SHOWN))
    for name, label in LABELS.items():
        yield _row(label, len(result[name]))
        yield from (f"    {each}" for each in result[name][:_SHOWN])
    if "cpu_seconds" in result:
        plain, ours = result["cpu_seconds"].values()
        ratio = f"{ours / plain - 1:+.1%}" if plain else "not measured on this system"
        yield _row("seconds of CPU, plain", f"{plain:.2f}")
        yield _row("seconds of CPU, with it", f"{ours:.2f} ({ratio})")


def _row(label: str, figure: int | str, total: int | None = None) -> str:
    number = f"{figure:,}" if isinstance(figure, int) else figure
    return f"  {label:26}{number}" + (f" of {total:,}" if total is not None else "")


def _print(text: str) -> None:
    for line in text.splitlines():
        print(line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}...")


def _commit(checkout: Path) -> str:
    done = subprocess.run(
        ["git", "-C", checkout, "log", "-1", "--format=%h"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout.strip() or "no commit"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkout", type=Path, help="folder of the site; it is only read")
    parser.add_argument("-f", "--config-file", type=Path, default=Path("mkdocs.yml"))
    parser.add_argument("--host", choices=("mkdocs", "properdocs"), default="mkdocs")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="NAME",
        help="switch off a plugin, a Markdown extension or a hook; may be repeated",
    )
    parser.add_argument("--with-poses", action="store_true", help="also put poses on every page")
    parser.add_argument(
        "--runs", type=int, default=2, help="builds of each kind, at least 2; the fastest counts"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the built sites in this new folder"
    )
    parser.add_argument("--json", action="store_true", help="print all that was found as JSON")
    return parser.parse_args()


def _check_arguments(config: Path, keep: Path | None, checkout: Path) -> None:
    """Refuse a site without settings, and a folder for sites that has other files; or create it.

    Raises:
        CannotTry: There is no such configuration, or sites cannot be kept in that folder.
    """
    if not config.is_file():
        raise CannotTry(f"{config}: no such file. Name it with -f.")
    if keep is None:
        return
    if keep.is_file() or (keep.is_dir() and any(keep.iterdir())):
        raise CannotTry(f"{keep}: is not an empty folder. Name a new one with --keep.")
    if keep.resolve().is_relative_to(checkout):
        raise CannotTry(f"{keep}: is in the checkout. Name a folder elsewhere with --keep.")
    try:
        keep.mkdir(parents=True, exist_ok=True)  # now, as builds may take minutes
    except OSError as error:
        problem = f"cannot be created: {error.strerror}"
        raise CannotTry(f"{keep}: {problem}. Name another folder with --keep.") from error


def _try(options: argparse.Namespace, checkout: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """Return what came of each comparison.

    Raises:
        BuildFailed: The site cannot be built without the plugin.
        CannotTry: The site cannot be tried at all.
    """
    scratch, sites = folder / "scratch", folder / "sites"
    scratch.mkdir()
    sites.mkdir()
    without = tuple(options.without)
    site = Site(checkout, options.config_file, options.host, without, scratch, sites)
    try:
        results = {"plugin": try_plugin(site, max(2, options.runs))}
        if options.with_poses:
            results["poses"] = try_poses(site)
    finally:
        for path in sites.iterdir() if options.keep else ():
            shutil.move(path, options.keep)
    return results


def main() -> int:
    """Try the plugin on a site, and print what came of it."""
    options = _arguments()
    checkout = options.checkout.resolve()
    try:
        _check_arguments(checkout / options.config_file, options.keep, checkout)
        with tempfile.TemporaryDirectory(prefix="real-site-") as folder:
            results = _try(options, checkout, Path(folder).resolve())
    except CannotTry as error:
        print(error, file=sys.stderr)
        return 2
    except BuildFailed as error:
        print(f"{checkout}: cannot be built without the plugin:\n{error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps({"site": checkout.name, "commit": _commit(checkout), **results}, indent=2))
    else:
        _print(f"{checkout.name}, {_commit(checkout)}")
        for name, result in results.items():
            _print("\n".join([HEADINGS[name], *describe(result)]))
    return 0 if all(result["is_same"] for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
