"""Signatures of what a cache says about media, so that nobody else can say it.

A cache is a folder of the project that a pull request can bring along, or a shared one that its
job can write to. What it says of a URL ends up in the manifest, so it counts only if it was written
by somebody who has the API key: it is signed with a key that is derived from that one
(HMAC, RFC 2104), and says what it is for. A job without the API key can forge nothing, nor move a
record from one URL to another. It can put an old record back, which is why those that are used
without asking the server have a date.
"""

from __future__ import annotations

import hashlib
import hmac

_CONTEXT = b"mkdocs-masko cache"


class Signer:
    """Signs small files.

    Args:
        key: The API key; without one nothing is signed, and no signature is valid.
    """

    __slots__ = ("_key",)

    def __init__(self, key: str | None) -> None:
        self._key = hmac.digest(_encode(key), _CONTEXT, "sha256") if key else b""

    def __repr__(self) -> str:
        return "Signer(...)"

    def __bool__(self) -> bool:
        """Whether there is a key."""
        return bool(self._key)

    def sign(self, purpose: str, content: bytes) -> bytes:
        """Return some content behind its signature.

        Args:
            purpose: What it is and what it is about. A signature is valid for no other purpose.
            content: What to sign.
        """
        return self._digest(purpose, content) + b"\n" + content

    def verify(self, purpose: str, signed: bytes) -> bytes | None:
        """Return the content of what `sign` returned, or None where the signature is not valid."""
        signature, _, content = signed.partition(b"\n")
        if not self or not hmac.compare_digest(signature, self._digest(purpose, content)):
            return None
        return content

    def _digest(self, purpose: str, content: bytes) -> bytes:
        # The hash of the purpose has a fixed length, so no other pair is the same message.
        message = hashlib.sha256(purpose.encode()).digest() + content
        return hmac.digest(self._key, message, "sha256").hex().encode()


def _encode(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")  # an environment may hold what is no Unicode
