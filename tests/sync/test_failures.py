"""Whatever fails, a build goes on with what it has, and a sync says that there was none."""

from __future__ import annotations

import json
import os
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mkdocs_masko.errors import ApiError, MalformedResponse
from mkdocs_masko.sandbox import Fault, Sandbox
from mkdocs_masko.sync import compare, prepare, update
from synced_sites import KEY, NAME, now, site, stamp, warnings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mkdocs_masko.sandbox import Answer, Moment
    from mkdocs_masko.sync import PollPolicy, Site, SyncResult

    Act = Callable[[Site, PollPolicy], SyncResult]

pytestmark = pytest.mark.usefixtures("no_second_attempt")

FOREIGN_KEY = "masko_" + "0" * 64
ASKING: list[Act] = [prepare, update]


def manifest(folder: Path) -> Path:
    """Return the path of the manifest in a folder."""
    return folder / NAME


FAILURES: dict[str, tuple[dict[str, Any], str, str]] = {
    "401": ({"key": "masko_" + "z" * 64}, "", "(401)"),
    "403": ({"key": FOREIGN_KEY}, "", "(403)"),
    "404": ({}, "error:404:99", "(404)"),
    "402": ({}, "error:402:99", "(402)"),
    "429": ({}, "rate-limit:99:3600", "(429)"),
    "500": ({}, "error:500:99", "(500)"),
    "501": ({}, "error:501:99", "(501)"),
    "no JSON": ({}, "error:200:99:html", "web page"),
    "no answer": ({}, "drop:99", "closed early"),
    "too late": ({"timeout": 0.4}, "slow:30", "0.4 s"),
}


def failing(folder: Path, sandbox: Sandbox, case: str) -> tuple[Site, str]:
    """Let the API fail, and return the site that is about to find out."""
    options, fault, words = FAILURES[case]
    if fault:
        sandbox.add_fault(Fault.parse(fault))
    return site(folder, sandbox, **options), words


@pytest.mark.parametrize("case", FAILURES)
def test_auto_keeps_the_manifest_on_any_failure(
    sandbox: Sandbox, tmp_path: Path, case: str
) -> None:
    """A build goes on, with one warning that says what happened and how old the content is."""
    expected = update(site(tmp_path, sandbox), now()).manifest
    day = time.time() - 3 * 86400
    os.utime(manifest(tmp_path), (day, day))
    before = stamp(manifest(tmp_path))
    docs, words = failing(tmp_path, sandbox, case)
    result = prepare(docs, now())
    assert result.manifest == expected
    (warning,) = warnings(result)
    assert words in warning
    assert warning.endswith(". The manifest is used as it is; its file is 3 d old")
    assert warning.isprintable()
    assert stamp(manifest(tmp_path)) == before


@pytest.mark.parametrize("act", ASKING)
@pytest.mark.parametrize("case", FAILURES)
def test_without_a_manifest_any_failure_is_an_error(
    sandbox: Sandbox, tmp_path: Path, case: str, act: Act
) -> None:
    """There is nothing to go on with, and nothing is written."""
    docs, _ = failing(tmp_path, sandbox, case)
    with pytest.raises(ApiError) as caught:
        act(docs, now())
    assert str(caught.value).isprintable()
    assert KEY not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("case", FAILURES)
def test_a_sync_fails_where_a_build_goes_on(sandbox: Sandbox, tmp_path: Path, case: str) -> None:
    """A command that cannot update or compare says so by failing."""
    update(site(tmp_path, sandbox), now())
    before = stamp(manifest(tmp_path))
    docs, _ = failing(tmp_path, sandbox, case)
    for act in (update, compare):
        with pytest.raises(ApiError):
            act(docs, now())
    assert stamp(manifest(tmp_path)) == before


def test_auto_keeps_the_manifest_when_the_connection_is_refused(tmp_path: Path) -> None:
    """A refused connection is a failure like any other."""
    with Sandbox() as sandbox:
        docs = site(tmp_path, sandbox)
        update(site(tmp_path, sandbox), now())
    (warning,) = warnings(prepare(docs, now()))
    assert "connection refused" in warning


def _echo(moment: Moment, /) -> Answer:
    """Name every pose after the request's header, as a debugging proxy might."""
    header = moment.request.headers.get("authorization", "")
    usual = moment.usual()
    return replace(usual, body=usual.body.replace(b'"wave"', json.dumps(header).encode()))


@pytest.mark.parametrize("act", ASKING)
def test_an_api_that_echoes_the_key_writes_nothing(
    sandbox: Sandbox, tmp_path: Path, act: Act
) -> None:
    """No manifest comes of it; a build with one goes on with that, and warns."""
    sandbox.add_fault(Fault(effect=_echo, paths=re.compile(r"/v1/.*")))
    with pytest.raises(MalformedResponse, match="repeats the API key"):
        act(site(tmp_path, sandbox), now())
    assert list(tmp_path.iterdir()) == []
    sandbox.clear_faults()
    update(site(tmp_path, sandbox), now())
    before = stamp(manifest(tmp_path))
    sandbox.add_fault(Fault(effect=_echo, paths=re.compile(r"/v1/.*")))
    (warning,) = warnings(prepare(site(tmp_path, sandbox), now()))
    assert "repeats the API key" in warning
    assert KEY not in warning
    assert stamp(manifest(tmp_path)) == before


@pytest.mark.parametrize("hosting", ["cdn", "self"])
def test_a_medium_with_the_key_is_not_kept(sandbox: Sandbox, tmp_path: Path, hosting: str) -> None:
    """Neither the manifest nor the cache gets a medium that the API's own server put it into."""
    docs = site(tmp_path, sandbox, hosting=hosting)
    image = next(asset.cdn_path for asset in sandbox.world.assets("fox") if asset.type == "image")
    content = sandbox.world.content_at(image) or b""
    sandbox.world.put_file(image, content[:5000] + KEY.encode())
    with pytest.raises(MalformedResponse, match="repeats the API key"):
        update(docs, now())
    assert not docs.manifest.exists()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []
