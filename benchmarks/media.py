"""Fetching media, against curl and eleventy-fetch; and what hosting them costs a warm build.

Fetching: 300 files of 60 kB from a server of its own process, which waits 40 ms before each
answer; eight connections for each tool. Ours also hashes, flushes each file to the disk and gives
it its final name. A warm build: all that pages use is in the cache. Tools take turns, so that a
machine that slows down slows all of them; medians are shown. curl, node and npm have to be there;
what else is needed is installed below `benchmarks/.work`.

    python benchmarks/media.py [--files 300] [--rounds 5] [--only downloads|builds]
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.download import MAX_CONNECTIONS, Downloader, DownloadRequest
from mkdocs_masko.assets.signature import Signer
from mkdocs_masko.http import Budget, Transport
from processes import Spent, environment, timed

WORK = Path(__file__).parent / ".work" / "media"
SIZE = 60_000  # bytes
LATENCY = 0.04  # seconds
PNG = b"\x89PNG\r\n\x1a\n"
FETCH = """
import Fetch from "@11ty/eleventy-fetch";
const [directory, origin, count] = process.argv.slice(2);
const start = performance.now();
let next = 0;
await Promise.all(Array.from({ length: 8 }, async () => {
  while (next < +count) {
    const url = `${origin}/${next++}.png`;
    await Fetch(url, { duration: "1d", type: "buffer", directory, concurrency: 8 });
  }
}));
console.log((performance.now() - start) / 1000);
"""


class Handler(BaseHTTPRequestHandler):
    """Answers after a while, as a server far away does."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Send a file that is another for every address."""
        time.sleep(LATENCY)
        body = PNG + self.path.encode().ljust(SIZE - len(PNG), b"\0")
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(SIZE))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve() -> None:
    """Tell the port, and serve until standard input ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


def ours(folder: Path, origin: str, count: int) -> float:
    """Fetch with our own fetcher: hashed, flushed, verified."""
    transport = Transport(Budget(300))
    start = time.perf_counter()
    fetcher = Downloader(
        Cache(folder), lambda attempt: attempt(transport), [origin], signer=Signer(None)
    )
    found = fetcher.download_all(DownloadRequest(url=f"{origin}/{n}.png") for n in range(count))
    seconds = time.perf_counter() - start
    transport.close()
    if len(found) != count or any(isinstance(each, Exception) for each in found.values()):
        raise SystemExit("not all files came")
    return seconds


def curl(folder: Path, origin: str, count: int) -> float:
    """Fetch with `curl --parallel`: written, not hashed, not flushed."""
    lines = (f'url = "{origin}/{n}.png"\noutput = "{folder}/{n}.png"\n' for n in range(count))
    config = folder / "config"
    config.write_text("".join(lines))
    command = [
        "curl",
        "-s",
        "-S",
        "--no-progress-meter",
        "--parallel",
        "--parallel-max",
        str(MAX_CONNECTIONS),
        "-K",
        str(config),
    ]
    start = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - start


def eleventy(folder: Path, origin: str, count: int) -> float:
    """Fetch with eleventy-fetch, timed in its own process, without the start of node."""
    script = WORK / "fetch.mjs"
    script.write_text(FETCH)
    command = ["node", str(script), str(folder), origin, str(count)]
    done = subprocess.run(command, cwd=WORK, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def compare_fetching(count: int, rounds: int) -> None:
    """Download, interleaved, and print a table."""
    WORK.mkdir(parents=True, exist_ok=True)
    if not (WORK / "node_modules").is_dir():
        install = ["npm", "install", "--silent", "--no-fund", "@11ty/eleventy-fetch"]
        subprocess.run(install, cwd=WORK, check=True)
    tools = {"mkdocs-masko": ours, "curl --parallel": curl, "eleventy-fetch": eleventy}
    times: dict[str, list[float]] = {name: [] for name in tools}
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as server:
        port = server.stdout.readline().strip() if server.stdout else ""
        for _ in range(rounds):
            for name, tool in tools.items():
                with tempfile.TemporaryDirectory(dir=WORK) as folder:
                    times[name].append(tool(Path(folder), f"http://127.0.0.1:{port}", count))
        server.communicate("")
    base = statistics.median(times["curl --parallel"])
    connections = f"{MAX_CONNECTIONS} connections"
    print(f"{count} files of {SIZE // 1000} kB, {LATENCY * 1000:.0f} ms, {connections}\n")
    print("| tool | seconds | of curl |\n|---|---|---|")
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"| {name} | {middle:.2f} | {middle / base:.2f} |")


def build(folder: Path) -> Spent:
    """Build a site in a process of its own."""
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", "mkdocs.yml"]
    return timed(command, folder, environment(MASKO_API_KEY="", NO_MKDOCS_2_WARNING="1"))


MACROS = "mkdocs-macros"
POSES = "![Fox](masko:wave){ width=240 }\n\n![Fox](masko:idle){ width=160 kind=image }\n"
# The same two poses as macros that write the HTML of a video and of a picture.
POSES_AS_MACROS = '{{ video("wave", 240) }}\n\n{{ image("idle", 160) }}\n'
MODULE = """
def define_env(env):
    @env.macro
    def video(pose, width):
        return (
            f'<video autoplay loop muted playsinline poster="{pose}.png" width="{width}">'
            f'<source src="{pose}.mov" type="video/mp4; codecs=hvc1">'
            f'<source src="{pose}.webm" type="video/webm; codecs=vp9"></video>'
        )

    @env.macro
    def image(pose, width):
        return f'<img src="{pose}.png" width="{width}" alt="Fox" loading="lazy">'
"""
SITES: dict[str, tuple[str, dict[str, str] | None]] = {
    "plain MkDocs": ("A fox, and a fox.", None),
    "`hosting: cdn`": (POSES, {"api_url": "sandbox"}),
    "`hosting: self`": (POSES, {"api_url": "sandbox", "hosting": "self"}),
    MACROS: (POSES_AS_MACROS, None),
}
"""What stands on the pages of each site, and the options of the plugin where it is used."""


def site(folder: Path, name: str) -> Path:
    """Write a site of 20 pages with two poses each, or with words in their place."""
    text, options = SITES[name]
    (folder / "docs").mkdir(parents=True)
    (folder / "main.py").write_text(MODULE)
    for n in range(20):
        page = folder / "docs" / ("index.md" if n == 0 else f"{n}.md")
        page.write_text(f"# Page {n}\n\n{text}\n")
    settings: dict[str, object] = {"site_name": "Bench", "theme": "mkdocs", "plugins": []}
    if name == MACROS:
        settings["plugins"] = ["macros"]
    elif options:
        settings["plugins"] = [{"masko": {"collection": "fox", **options}}]
        (folder / "mkdocs.yml").write_text(json.dumps(settings))
        command = [str(Path(sys.executable).with_name("mkdocs-masko")), "sync"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        build(folder)  # after it all is warm
        settings["plugins"] = [{"masko": {"collection": "fox", **options, "mode": "frozen"}}]
    (folder / "mkdocs.yml").write_text(json.dumps(settings))
    build(folder)
    return folder


def compare_builds(rounds: int) -> None:
    """Build, interleaved, and print what hosting adds."""
    with tempfile.TemporaryDirectory() as place:
        folders = {name: site(Path(place, str(n)), name) for n, name in enumerate(SITES)}
        turns = [{name: build(folder) for name, folder in folders.items()} for _ in range(rounds)]
    print(f"\nwarm builds of 20 pages; medians of {rounds} interleaved builds of each\n")
    print("| build | CPU, ms | added to plain MkDocs | wall-clock, ms | added to plain MkDocs |")
    print("|---|---|---|---|---|")
    for name in SITES:
        cells = []
        for part in (0, 1):
            middle = statistics.median(turn[name][part] for turn in turns)
            added = statistics.median(t[name][part] - t["plain MkDocs"][part] for t in turns)
            plus = "" if name == "plain MkDocs" else f"{added * 1000:+.0f}"
            cells += [f"{middle * 1000:.0f}", plus]
        print(f"| {name} | {' | '.join(cells)} |")


def main() -> None:
    """Compare, or be the server of a comparison."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("downloads", "builds"))
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    if given.only != "builds":
        if not all(map(shutil.which, ("curl", "npm", "node"))):
            raise SystemExit("curl, node and npm have to be installed")
        compare_fetching(given.files, given.rounds)
    if given.only != "downloads":
        compare_builds(given.rounds)


if __name__ == "__main__":
    main()
