"""What media on a CDN are, from their first bytes, which are read again only where they changed.

A `Prober` reads the first bytes of media by range requests. `ProbeRecords` remember the results and
the validators that the CDN sent with them: a medium that it says has not changed is not read again.
They are in the user's own state folder, outside of the project, and signed with the API key,
because what they say gets into the manifest. Records that are lost, forged or older than 30 days
cost one more read.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs

from mkdocs_masko._version import VERSION
from mkdocs_masko.assets import Cache
from mkdocs_masko.assets.download import NotModifiedCheck, check_media_size
from mkdocs_masko.assets.url_index import VALIDITY
from mkdocs_masko.errors import (
    CacheError,
    MalformedResponse,
    MediaError,
    NotFound,
    RequestRejected,
)
from mkdocs_masko.files import remove_file
from mkdocs_masko.http import NO_VALIDATOR, NotModified, Part, Validator
from mkdocs_masko.probe import PIECE, find_damage, probe
from mkdocs_masko.sync.journal import ProbeResult
from mkdocs_masko.urls import check_media_url

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from mkdocs_masko.assets.signature import Signer
    from mkdocs_masko.sync.connection import Connection
    from mkdocs_masko.sync.site import Site

_FOLDER = "probes"


class ProbeRecord(Struct, frozen=True, kw_only=True):
    """What was read at a URL.

    Attributes:
        result: What the bytes are.
        etag: A strong ETag, or an empty string.
        modified: A date in `Last-Modified` that is as good as one, or an empty string.
        read_at: When, in seconds since the epoch.
    """

    result: ProbeResult
    etag: str = ""
    modified: str = ""
    read_at: float = 0.0

    @property
    def validator(self) -> Validator:
        """What tells whether the bytes are still there."""
        return Validator(etag=self.etag, modified=self.modified)


class ProbeRecords:
    """The records of one site. Threads may share them.

    Args:
        site: Whose media.
        signer: Signs them; without a key nothing is kept.
        clock: Returns the seconds since the epoch.
    """

    def __init__(
        self, site: Site, signer: Signer, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._state, self._signer, self._clock = Cache(site.state), signer, clock
        # Another version may read the same bytes in another way.
        place = f"{VERSION} {site.manifest.absolute()}".encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(place).hexdigest()
        self._purpose = f"probes of {digest}"
        self._name = Path(_FOLDER, f"{digest[:16]}.json")
        self._records = self._load()
        self._has_changed = False

    def get(self, url: str) -> ProbeRecord | None:
        """Return what is known of a URL."""
        return self._records.get(url)

    def put(self, url: str, record: ProbeRecord) -> None:
        """Note what is known of a URL now."""
        if record.validator and record != self._records.get(url):
            self._records[url] = structs.replace(record, read_at=self._clock())
            self._has_changed = True

    def save(self) -> None:
        """Write all records; where that is not possible, the next sync reads more."""
        if not (self._has_changed and self._signer):
            return
        content = self._signer.sign(self._purpose, msgspec.json.encode(self._records))
        with suppress(CacheError):
            self._state.put(self._name, content, durable=False)
        with suppress(OSError):
            for path in (self._state.folder / _FOLDER).glob("*.json"):
                if self._clock() - path.lstat().st_mtime >= VALIDITY:
                    remove_file(path)

    def _load(self) -> dict[str, ProbeRecord]:
        signed = self._state.read(self._name) if self._signer else None
        content = self._signer.verify(self._purpose, signed) if signed else None
        now = self._clock()
        with suppress(msgspec.MsgspecError):
            records = msgspec.json.decode(content or b"{}", type=dict[str, ProbeRecord])
            return {url: r for url, r in records.items() if 0 <= now - r.read_at < VALIDITY}
        return {}


class Prober:
    """Finds out what media on a CDN are.

    Args:
        connection: To the CDN.
        origins: Where media may come from, as `scheme://host`.
        records: What is known of them.
    """

    def __init__(
        self, connection: Connection, origins: Collection[str], records: ProbeRecords
    ) -> None:
        self._connection, self._origins, self._records = connection, origins, records
        self._check = NotModifiedCheck(connection.download)

    def probe(self, url: str, note: Callable[[str, ProbeResult | str], bool]) -> None:
        """Probe a medium.

        Args:
            url: Its URL.
            note: Is called with the URL and the result, or the reason why the medium cannot be
                used, and tells whether it is worth remembering.

        Raises:
            ApiError: The CDN cannot be reached or fails.
        """
        try:
            check_media_url(url, self._origins)
            record = self._find_unchanged(url) or self._probe_from(url, self._fetch_part(url, 0))
        except (MediaError, NotFound, RequestRejected) as error:
            note(url, str(error))
            return
        if note(url, record.result):
            self._records.put(url, record)

    def _find_unchanged(self, url: str) -> ProbeRecord | None:
        """Return what is known of a medium that has not changed, or what there is instead."""
        record = self._records.get(url)
        if record is None:
            return None
        # A server that has another ETag, or refuses the condition, is asked without one.
        with suppress(MalformedResponse, RequestRejected):
            answer = self._fetch(url, 0, record.validator)
            if isinstance(answer, Part):
                return self._probe_from(url, answer)
            if self._check.is_meant(answer, url, record.validator):
                return record
        return None

    def _probe_from(self, url: str, start: Part) -> ProbeRecord:
        parts = {0: start}

        def read(offset: int, length: int) -> bytes:
            if offset not in parts:
                parts[offset] = self._fetch_part(url, offset)
            return parts[offset].content[:length]

        info = probe(read)
        size = next((part.size for part in parts.values() if part.size is not None), None)
        check_media_size(info.type, size)
        damage = find_damage(info, start.content, size)
        # Parts of two versions of a file are remembered as neither.
        validators = {part.validator for part in parts.values()}
        validator = start.validator if len(validators) == 1 else NO_VALIDATOR
        result = ProbeResult(info=info, size=size, damage=damage)
        return ProbeRecord(result=result, etag=validator.etag, modified=validator.modified)

    def _fetch_part(self, url: str, offset: int) -> Part:
        part = self._fetch(url, offset, NO_VALIDATOR)
        assert isinstance(part, Part)  # noqa: S101 - there was no condition
        return part

    def _fetch(self, url: str, offset: int, known: Validator) -> Part | NotModified:
        answer: Part | NotModified = self._connection.download(
            lambda transport: transport.fetch_part(url, offset, PIECE, known=known)
        )
        return answer
