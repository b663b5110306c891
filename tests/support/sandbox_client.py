"""What the tests of the sandbox share: stand-in media, and questions asked with http.client."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.sandbox import Sandbox

KEY = "masko_" + "a1" * 32
FOREIGN_KEY = "masko_" + "0" * 64
PATIENCE = 20  # seconds; reached only when something hangs

STILLS = ("image.png", "transparent_image.png")
MOVING = (
    "video.mp4",
    "transparent_video_webm.webm",
    "transparent_video_mov.mov",
    "transparent_video_android.mp4",
)
SMALL = tuple(name.replace(".", "_256.") for name in MOVING)
LAYOUT = {
    "fox/wave": (*STILLS, *(f"0/{name}" for name in (*MOVING, *SMALL))),
    "fox/idle": (*STILLS, *(f"0/{name}" for name in MOVING)),
    "fox/card-sit": (*STILLS, *(f"0/{name}" for name in MOVING)),
    "fox/cheer": (*STILLS, *(f"0/{name}" for name in MOVING)),
    "owl/swagger": (*STILLS, *(f"0/{name}" for name in MOVING if "mov." not in name)),
    "owl/blink": (*STILLS, *(f"{n}/{name}" for n in (0, 1) for name in MOVING)),
    "owl/orb": (*STILLS, *(f"0/{name}" for name in MOVING if "webm" not in name)),
    "owl/card-sit": STILLS,
    "owl/cafe": ("image.png", *(f"0/{name}" for name in MOVING)),
    "hedgehog/idle": (*STILLS, *(f"0/{name}" for name in MOVING)),
}
PLACEHOLDER = b"\x89PNG\r\n\x1a\nthe placeholder"


def put_stand_ins(folder: Path) -> Path:
    """Fill a folder with files of the cast's layout, each with bytes of its own."""
    for pose, names in LAYOUT.items():
        for name in names:
            file = folder / pose / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(f"{pose}/{name}: ".encode() + bytes(range(256)))
    (folder / "placeholder.png").write_bytes(PLACEHOLDER)
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: its headers by name in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - a test says what it expects of it
        """The body, read as JSON."""
        assert self.headers["content-type"] == "application/json; charset=utf-8"
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The API's word for what is wrong."""
        error = self.json["error"]
        assert error.keys() == {"code", "message"}
        assert error["message"]
        return str(error["code"])


def address(sandbox: Sandbox) -> tuple[str, int]:
    """Return host and port of a sandbox, as sockets want them."""
    host, _, port = urlsplit(sandbox.origin).netloc.partition(":")
    return host, int(port)


def connect(sandbox: Sandbox) -> http.client.HTTPConnection:
    """Open a connection; it is up to the test to close it."""
    return http.client.HTTPConnection(*address(sandbox), timeout=PATIENCE)


def ask(
    sandbox: Sandbox,
    path: str,
    method: str = "GET",
    *,
    key: str | None = KEY,
    body: bytes | None = None,
    **headers: str,
) -> Reply:
    """Ask on a connection of its own; `range_="..."` sends the header `Range`."""
    named = {name.strip("_").replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        named["Authorization"] = f"Bearer {key}"
    connection = connect(sandbox)
    try:
        connection.request(method, path, body=body, headers=named)
        answer = connection.getresponse()
        lower = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(status=answer.status, headers=lower, body=answer.read())
    finally:
        connection.close()


def talk(sandbox: Sandbox, sent: bytes) -> bytes:
    """Send bytes as they are, say that no more will come, and return all that is answered."""
    with socket.create_connection(address(sandbox), timeout=PATIENCE) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def exported(sandbox: Sandbox, collection: str) -> list[dict[str, Any]]:
    """Return the items of an export."""
    return list(ask(sandbox, f"/v1/collections/{collection}/cdn-export").json["items"])


def addresses(value: object) -> list[str]:
    """Return every address in a piece of JSON, wherever it stands."""
    if isinstance(value, dict):
        return [url for inner in value.values() for url in addresses(inner)]
    if isinstance(value, list):
        return [url for inner in value for url in addresses(inner)]
    return [value] if isinstance(value, str) and "://" in value else []


def path_of(url: str) -> str:
    """Return the path of an address."""
    return urlsplit(url).path
