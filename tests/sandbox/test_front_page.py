"""What a browser sees at `/` of the sandbox: the cast, its files, and how to use it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import html5lib
import pytest

from mkdocs_masko.sandbox import Sandbox
from sandbox_client import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


def page(sandbox: Sandbox) -> str:
    """Return the page as a browser gets it."""
    answer = ask(sandbox, "/", key=None, Accept=BROWSER)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    return answer.body.decode()


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/plain"])
def test_who_asks_for_no_html_gets_plain_text(sandbox: Sandbox, accept: str) -> None:
    """As curl does."""
    answer = ask(sandbox, "/", key=None, Accept=accept)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_the_page_is_valid_html(sandbox: Sandbox) -> None:
    html5lib.HTMLParser(strict=True).parse(page(sandbox))


def test_every_pose_stands_there_with_its_id(sandbox: Sandbox) -> None:
    """Those of the unpublished collection too."""
    text = page(sandbox)
    for collection in sandbox.world.collections():
        assert f'id="{collection.id}"' in text
        assert [item.id for item in collection.items if item.id not in text] == []
        names = unescape(text)
        assert [item.name for item in collection.items if item.name not in names] == []


def test_every_link_leads_to_a_file(sandbox: Sandbox) -> None:
    """On this server: nothing comes from anywhere else."""
    paths = {*re.findall(r'(?:href|src)="([^"]+)"', page(sandbox))}
    links = {path for path in paths if not path.startswith("#")}
    assert len(links) > 60
    assert {path for path in links if not path.startswith("/")} == set()
    assert {path for path in links if ask(sandbox, path, key=None).status != 200} == set()


def test_the_page_has_a_key_that_works(sandbox: Sandbox) -> None:
    text = page(sandbox)
    [key] = {*re.findall(r"masko_[0-9a-f]{64}", text)}
    assert sandbox.api_url in text
    assert ask(sandbox, "/v1/projects", key=key).status == 200


def test_it_lists_every_call(sandbox: Sandbox) -> None:
    rows = re.findall(
        r"<tr><td>(\w+)</td><td><code>([^<]+)</code></td><td>[^<]+</td>", page(sandbox)
    )
    assert len(rows) == 11
    assert ("GET", "/collections/:collection_id/cdn-export") in rows


def test_a_change_shows_at_once(sandbox: Sandbox) -> None:
    """A name is text, whatever it is."""
    sandbox.world.rename("fox", "wave", "<script>alert(1)</script>")
    sandbox.world.remove("fox", "idle")
    sandbox.publish("owl", published=False)
    text = page(sandbox)
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert ">idle<" not in text.partition('id="owl"')[0]
    assert text.count(">not published<") == 2


def test_nothing_is_left_of_the_cast(sandbox: Sandbox) -> None:
    """The page is there without a single image."""
    for name in ("fox", "owl"):
        sandbox.publish(name, published=False)
    assert "<img" not in page(sandbox)
