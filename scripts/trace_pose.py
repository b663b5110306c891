"""Trace the way of one pose from Markdown to HTML, and print how it runs through the package.

    python scripts/trace_pose.py [--calls] [--markdown TEXT] [CHECKOUT]

It builds a site in this process with `hosting: self` against the embedded sandbox, and follows the
last page's pose from the moment when the inline processor's `handleMatch` is entered until it
returns. An earlier page shows the same files under another text, so that what a build does once,
and what it does once for each file, is not counted.

What is counted, of functions of `mkdocs_masko` alone:

* modules: those of which a function is entered.
* calls: entries of a function whose nearest caller of the package is in another module. Frames of
  libraries in between (Jinja's templates, Python-Markdown) are skipped.
* returns: in the order in which functions are entered, the times that the way comes back to a
  module which it had left for another. Where A calls B and then a function of its own, that is one.

Frames of lambdas, comprehensions and generator expressions belong to the function around them.
CHECKOUT is the folder of the code to trace, this one by default; the libraries it imports must be
installed.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
START = "handleMatch"
"""What Python-Markdown calls at each match of an inline pattern."""
EARLIER = '{{ masko("wave", alt="The same fox on an earlier page") }}'
POSE = '{{ masko("wave", alt="A fox") }}'


@dataclass
class Trace:
    """One pose's way.

    Attributes:
        entries: A module and a function for each function entered, in order, with the depth of the
            calls of the package around it.
        calls: For each call between two modules: caller and callee.
    """

    entries: list[tuple[int, str, str]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def modules(self) -> set[str]:
        """The modules entered."""
        return {module for _, module, _ in self.entries}

    @property
    def returns(self) -> int:
        """How often the way comes back to a module that it had left."""
        modules = [module for _, module, _ in self.entries]
        steps = [
            module
            for index, module in enumerate(modules)
            if index == 0 or modules[index - 1] != module
        ]
        return len(steps) - len(set(steps))


class Tracer:
    """Listens to a thread's calls; afterwards `trace` is the way of the last pose."""

    def __init__(self, package: Path) -> None:
        self.trace = Trace()
        self._prefix = f"{package}{os.sep}"
        self._stack: list[tuple[FrameType, str]] = []

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Note a call or a return, as `sys.setprofile` reports them."""
        code = frame.f_code
        if not code.co_filename.startswith(self._prefix) or code.co_name.startswith("<"):
            return
        if event == "return" and self._stack and self._stack[-1][0] is frame:
            self._stack.pop()
        elif event == "call" and (self._stack or code.co_name == START):
            self._enter(frame)

    def _enter(self, frame: FrameType) -> None:
        path = frame.f_code.co_filename.removeprefix(self._prefix)
        module = path.removesuffix(".py").replace(os.sep, ".")
        if not self._stack:
            self.trace = Trace()
        elif self._stack[-1][1] != module:
            self.trace.calls.append((self._stack[-1][1], module))
        self.trace.entries.append((len(self._stack), module, frame.f_code.co_name))
        self._stack.append((frame, module))


def trace_pose(checkout: Path, markdown: str) -> Trace:
    """Build a site with a checkout's package, and trace the pose that `markdown` shows.

    Raises:
        SystemExit: Another copy of the package is imported, or no pose was rendered.
    """
    sys.path.insert(0, str(checkout))
    os.environ.update(NO_MKDOCS_2_WARNING="1", DISABLE_MKDOCS_2_WARNING="true")
    for name in ("MASKO_API_KEY", "MASKO_API_URL", "MASKO_MODE"):
        os.environ.pop(name, None)
    import mkdocs_masko  # noqa: PLC0415 - from the checkout, which has just been put first

    package = checkout / "mkdocs_masko"
    if Path(mkdocs_masko.__file__).parent != package:
        raise SystemExit(f"{package}: there is no package. Name the folder of a checkout.")
    tracer = Tracer(package)
    with tempfile.TemporaryDirectory() as folder:
        _build(_write_site(Path(folder), markdown), tracer)
    if not tracer.trace.entries:
        raise SystemExit(f"No pose was rendered. Write one with --markdown; got {markdown!r}.")
    return tracer.trace


def _write_site(folder: Path, markdown: str) -> Path:
    (folder / "docs").mkdir()
    # MkDocs reads pages in the order of their names.
    (folder / "docs/a.md").write_text(f"{EARLIER}\n", encoding="utf-8")
    (folder / "docs/b.md").write_text(f"{markdown}\n", encoding="utf-8")
    options = {"collection": "fox", "api_url": "sandbox", "hosting": "self"}
    config: dict[str, Any] = {
        "site_name": "Trace",
        "markdown_extensions": ["attr_list"],
        "plugins": [{"masko": options}],
    }
    path = folder / "mkdocs.yml"
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


def _build(config_file: Path, tracer: Tracer) -> None:
    from mkdocs.commands.build import build  # noqa: PLC0415 - after the checkout is first
    from mkdocs.config import load_config  # noqa: PLC0415 - the same

    logging.getLogger("mkdocs").setLevel(logging.ERROR)
    config = load_config(str(config_file))
    config.plugins.on_startup(command="build", dirty=False)
    sys.setprofile(tracer)
    try:
        build(config)
    finally:
        sys.setprofile(None)
        config.plugins.on_shutdown()


def main() -> None:
    """Print the figures, and with `--calls` each function entered."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkout", nargs="?", type=Path, default=ROOT)
    parser.add_argument("--markdown", default=POSE, metavar="TEXT")
    parser.add_argument("--calls", action="store_true", help="also print each function entered")
    options = parser.parse_args()
    trace = trace_pose(options.checkout.resolve(), options.markdown)
    if options.calls:
        for depth, module, function in trace.entries:
            print(f"{'  ' * depth}{module}: {function}")
        print()
    print(f"{options.markdown}")
    print(f"modules entered                     {len(trace.modules):4}")
    print(f"calls from module to module         {len(trace.calls):4}")
    print(f"returns to a module already left    {trace.returns:4}")


if __name__ == "__main__":
    main()
