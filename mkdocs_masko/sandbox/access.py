"""Who may ask: keys, signed addresses and the announced number of calls."""

from __future__ import annotations

import hmac
import re
import secrets
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING

from mkdocs_masko.sandbox.cast import FOREIGN_KEY
from mkdocs_masko.sandbox.responses import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_masko.sandbox.assets import Asset
    from mkdocs_masko.sandbox.responses import Request

_KEY = re.compile(r"[Bb]earer +(masko_[0-9a-fA-F]{64})")
_SIGNED_FOR = 3600  # seconds
_ALLOWANCE = 60  # calls a second that are announced; making more is not refused


def check_key(request: Request) -> None:
    """Check that a request carries a key of this workspace.

    Raises:
        Refusal: 401 without a well-formed key, 403 with the key of another workspace.
    """
    key = _KEY.fullmatch(request.headers.get("authorization", "").strip())
    if not key:
        raise Refusal(
            401,
            "send the header Authorization: Bearer masko_ and 64 hex digits",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if key[1] == FOREIGN_KEY:
        raise Refusal(403, "this key belongs to another workspace")


class Signer:
    """Makes addresses that expire, and knows them again."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)

    def path(self, asset: Asset) -> str:
        """Return the signed path of an asset, good for an hour; each second gives another."""
        name = asset.id + (asset.file.suffix if asset.file else "")
        expires = f"{self._clock() + _SIGNED_FOR:.0f}"
        return f"/storage/{name}?expires={expires}&signature={self._sign(name, expires)}"

    def asset_id(self, name: str, query: dict[str, str]) -> str:
        """Return the id of the asset behind a signed path.

        Args:
            name: The path without `/storage/`.
            query: The parameters of the address.

        Raises:
            Refusal: 403, when it was not signed here or has expired.
        """
        expires, signature = query.get("expires", ""), query.get("signature", "")
        good = hmac.compare_digest(signature.encode(), self._sign(name, expires).encode())
        if not good or self._clock() > int(expires):
            raise Refusal(403, "this address has expired, or was not signed here")
        return name.partition(".")[0]

    def _sign(self, name: str, expires: str) -> str:
        return hmac.new(self._secret, f"{name} {expires}".encode(), "sha256").hexdigest()


class Allowance:
    """Counts the calls of the present second, for the headers that announce a limit."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._second = 0
        self._made = 0

    def headers(self, status: int) -> dict[str, str]:
        """Count a call, and return what is left: none only when it was refused for that."""
        with self._lock:
            now = int(self._clock())
            self._made = self._made + 1 if now == self._second else 1
            self._second = now
            left = 0 if status == HTTPStatus.TOO_MANY_REQUESTS else max(1, _ALLOWANCE - self._made)
        return {"X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": str(now + 1)}
