"""What the sandbox takes from its clients, any of which may be a page in somebody's browser."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

_HOST: Final = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[^:\[\]/@\s]+))(?::[0-9]{1,5})?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a client may send, and how long it may take.

    Attributes:
        request_timeout: Seconds from the first byte of a request to its last, and for the client to
            take the answer.
        idle_timeout: Seconds that a connection may wait for a request.
        head: Bytes of a request's first line and headers.
        body: Bytes of a request's body.
        connections: How many may be open at once.
        requests: How many requests are kept for who wants to look at them; the oldest go first.
    """

    request_timeout: float = 30
    idle_timeout: float = 60
    head: int = 64 * 1024
    body: int = 64 * 1024
    connections: int = 256
    requests: int = 10_000


def is_loopback_host(host: str) -> bool:
    """Tell whether a Host header names this machine by a name that no other can have.

    A page of somebody else's site may let its own name resolve to 127.0.0.1, and then read from
    here as from its own server (DNS rebinding). Browsers resolve `localhost` and all names below it
    by themselves (RFC 6761, 6.3).

    Args:
        host: The header, with or without a port: `127.0.0.1:8765`.
    """
    match = _HOST.fullmatch(host.strip())
    if match is None:
        return False
    name = (match["ipv6"] or match["name"]).rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
