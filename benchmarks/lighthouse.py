"""When the largest part of a page is there, with an eager hero and without, by Lighthouse.

The home page of the example site, and a page with thirty animations of 240 px, each below a
heading of its own but the first, with `hosting: self` and with `hosting: cdn`. Each is shown as it
is built, and once more with all of its poses lazy. Lighthouse applies 1.6 Mbit/s and 150 ms (its
preset for phones); a local server compresses texts, as hosts do. Pages take turns, so that a
machine that slows down slows all of them; medians are shown. Chromium, node and npm have to be
there; Lighthouse is installed below `benchmarks/.work`.

    python benchmarks/lighthouse.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import gzip
import json
import mimetypes
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from processes import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
WORK = Path(__file__).parent / ".work"
VERSION = "12.8.2"
"""The last release with the audits of old and the insights of new ones; it runs on Node.js 20."""

POSES = ("wave", "idle", "card-sit", "cheer")
_WORDS = "Some words of a page, as pages have them, between one mascot and the next. " * 8
_EAGER, _LAZY = 'loading="eager" fetchpriority="high"', 'loading="lazy"'
_METRICS = {
    "largest-contentful-paint": ("LCP, s", 1000, ".2f"),
    "cumulative-layout-shift": ("CLS", 1, ".3f"),
    "total-blocking-time": ("TBT, ms", 1, ".0f"),
}
_AUDITS = (
    *("lcp-lazy-loaded", "prioritize-lcp-image", "lcp-discovery-insight"),
    *("uses-responsive-images", "image-delivery-insight"),
)
_PAGES = {"home page": "", "30 poses": "thirty/"}

Report = dict[str, Any]


def main() -> None:
    """Build the sites, look at their pages in turns, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    if not all(map(shutil.which, ("chromium", "npm", "node"))):
        raise SystemExit("Chromium, node and npm have to be installed")
    install()
    reports: dict[tuple[str, str, str], list[Report]] = {}
    with tempfile.TemporaryDirectory() as name:
        sites = build(Path(name))
        for _ in range(rounds):
            for page, path in _PAGES.items():
                for (hosting, loading), site in sites.items():
                    with served(site) as url:
                        report = look(url + path)
                    reports.setdefault((page, hosting, loading), []).append(report)
    print_table(reports)


def install() -> None:
    """Install Lighthouse, once."""
    WORK.mkdir(parents=True, exist_ok=True)
    if not (WORK / "node_modules/lighthouse").is_dir():
        command = ["npm", "install", "--silent", "--no-fund", f"lighthouse@{VERSION}"]
        subprocess.run(command, cwd=WORK, check=True)


def build(folder: Path) -> dict[tuple[str, str], Path]:
    """Build the example site with each kind of hosting, and copy each with poses that are lazy."""
    source = shutil.copytree(ROOT / "example-site", folder / "example-site")
    embeds = (f'{{{{ masko("{POSES[n % len(POSES)]}", alt="", width=240) }}}}' for n in range(30))
    sections = [f"{embed}\n\n{_WORDS}" for embed in embeds]
    page = "\n\n".join(f"## Pose {n}\n\n{text}" if n else text for n, text in enumerate(sections))
    (source / "docs/thirty.md").write_text(f"# Thirty poses\n\n{page}\n", encoding="utf-8")
    settings = (source / "mkdocs.yml").read_text(encoding="utf-8")
    sites: dict[tuple[str, str], Path] = {}
    for hosting in ("self", "cdn"):
        gallery = "      gallery: true\n"
        text = settings.replace(gallery, f"{gallery}      hosting: {hosting}\n")
        text = text.replace("omitted_files: warn", "omitted_files: ignore")
        (source / "mkdocs.yml").write_text(text, encoding="utf-8")
        site = folder / hosting
        command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(site)]
        subprocess.run(command, cwd=source, env=environment(), check=True)
        sites[hosting, "auto"] = site
        sites[hosting, "lazy"] = lazy = shutil.copytree(site, folder / f"{hosting}-lazy")
        for path in lazy.rglob("*.html"):
            html = path.read_text(encoding="utf-8")
            path.write_text(html.replace(_EAGER, _LAZY), encoding="utf-8")
    return sites


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file; a text is compressed."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        content, headers = path.read_bytes(), {"Cache-Control": "max-age=600"}
        headers["Content-Type"] = mimetypes.guess_type(path)[0] or "application/octet-stream"
        if path.suffix in {".html", ".css", ".js", ".json", ".svg"}:
            content, headers["Content-Encoding"] = gzip.compress(content), "gzip"
        self.send_response(HTTPStatus.OK)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a browser that leaves a page breaks its connections off."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a site, each time on another port: no browser has anything of it in a cache."""
    with _Server(("127.0.0.1", 0), partial(_Handler, directory=str(site))) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def look(url: str) -> Report:
    """Return what Lighthouse says of a page: its audits by name."""
    command = [
        str(WORK / "node_modules/.bin/lighthouse"),
        *(url, "--quiet", "--output=json", "--throttling-method=devtools"),
        f"--only-audits={','.join([*_METRICS, *_AUDITS])}",
        "--chrome-flags=--headless=new --no-sandbox",
    ]
    env = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    done = subprocess.run(command, env=env, check=True, capture_output=True)
    audits: Report = json.loads(done.stdout)["audits"]
    return audits


def print_table(reports: dict[tuple[str, str, str], list[Report]]) -> None:
    """Print medians, the lowest and the highest LCP, and the audits that a page fails."""
    names = [name for name, _, _ in _METRICS.values()]
    print(f"| page | `hosting` | `loading` | {' | '.join(names)} | lowest to highest LCP |", end="")
    print(f" failed audits |\n{'|---' * (len(names) + 5)}|")
    for (page, hosting, loading), found in reports.items():
        cells = []
        for audit, (_, unit, form) in _METRICS.items():
            values = [report[audit]["numericValue"] / unit for report in found]
            cells.append(format(statistics.median(values), form))
        paints = [report["largest-contentful-paint"]["numericValue"] / 1000 for report in found]
        cells.append(f"{min(paints):.2f} to {max(paints):.2f}")
        failed = {a for report in found for a in _AUDITS if report[a]["score"] == 0}
        cells.append(", ".join(f"`{audit}`" for audit in _AUDITS if audit in failed) or "none")
        print(f"| {page} | `{hosting}` | `{loading}` | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
