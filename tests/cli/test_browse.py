"""Browsing and changing against a server: long lists, failures, and names that mean harm."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from cli_process import KEY, config, run, variables
from mkdocs_masko.api import retry
from mkdocs_masko.sandbox import Fault, Refusal, Sandbox
from terminals import at_terminal, plain

if TYPE_CHECKING:
    from pathlib import Path

    from mkdocs_masko.sandbox import Answer, Moment

ESCAPES = "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b2J"
HOSTILE = {
    "escapes": ESCAPES,
    "a command of a CI system": "::error::boom",
    "several lines": "\n::set-output name=x::y\r\n::error file=a::b",
    "right to left": "\u202egnp.exe\u2066\u200f",
    "long": "x" * 100_000,
    "markup": "[red]bold[/red] :fox: [link=https://evil.example]x[/link]",
    "tabs": "a\tb\tc",
}


@dataclass
class OncePast:
    """Answers 429 once, to the first request for a later page."""

    offset: int
    refused: list[str] = field(default_factory=list)

    def __call__(self, moment: Moment, /) -> Answer:
        """Refuse that one request."""
        if f"offset={self.offset}" in moment.request.path and not self.refused:
            self.refused.append(moment.request.path)
            raise Refusal(429, "slow down", code="rate_limited", headers={"Retry-After": "2"})
        return moment.usual()


def test_all_of_260_collections_are_listed(sandbox: Sandbox, tmp_path: Path) -> None:
    """Six pages of fifty, each asked for once."""
    sandbox.world.add_collections(260 - len(sandbox.world.collections()))
    done = run(tmp_path, "collections", **variables(sandbox))
    ids = [line.split("\t")[0] for line in done.out.splitlines()]
    assert ids == [collection.id for collection in sandbox.world.collections()]
    assert len(ids) == 260
    assert len(sandbox.requests) == 6
    whole = json.loads(run(tmp_path, "collections", "--json", **variables(sandbox)).out)
    assert len(whole) == 260


def test_a_limit_asks_for_no_more_pages_than_it_needs(sandbox: Sandbox, tmp_path: Path) -> None:
    """Sixty are on two pages."""
    sandbox.world.add_collections(257)
    done = run(tmp_path, "collections", "--limit", "60", **variables(sandbox))
    assert len(done.out.splitlines()) == 60
    assert len(sandbox.requests) == 2


def test_a_rate_limit_in_the_middle_of_a_walk_is_waited_out(tmp_path: Path) -> None:
    """The list is whole, no page is there twice, and a person is told of the pause."""
    refusing = OncePast(100)
    with Sandbox(faults=[Fault(effect=refusing)]) as sandbox:
        sandbox.world.add_collections(257)
        done = at_terminal(tmp_path, "collections", "--json", **variables(sandbox))
    assert done.code == 0
    assert refusing.refused
    told, _, document = done.out.partition("\n")
    assert told == "server busy: retrying in 2 s"
    ids = [entry["id"] for entry in json.loads(document)]
    assert len(ids) == len({*ids}) == 260


def test_the_objects_are_the_apis_own(sandbox: Sandbox, tmp_path: Path) -> None:
    """Nulls and fields that are not known here included; no address that expires unasked."""
    done = run(tmp_path, "projects", "--json", **variables(sandbox))
    assert json.loads(done.out)[0]["organization_id"] is None
    assets = json.loads(run(tmp_path, "assets", "fox", "--json", **variables(sandbox)).out)
    assert not any("file_url" in asset for asset in assets)
    one = json.loads(run(tmp_path, "asset", assets[0]["id"], "--json", **variables(sandbox)).out)
    assert "file_url" not in one
    signed = run(tmp_path, "assets", "fox", "--json", "--signed-urls", **variables(sandbox))
    assert all(asset["file_url"] for asset in json.loads(signed.out))
    shown = at_terminal(tmp_path, "assets", "fox", "--signed-urls", **variables(sandbox))
    assert "Signed URL" in shown.out


def test_what_is_none_is_no_output(sandbox: Sandbox, tmp_path: Path) -> None:
    """A program gets an empty list, a person a word."""
    sandbox.world.add_collections(1)
    assert run(tmp_path, "items", "extra-0004", **variables(sandbox)).out == ""
    assert run(tmp_path, "items", "extra-0004", "--json", **variables(sandbox)).out == "[]\n"
    assert at_terminal(tmp_path, "items", "extra-0004", **variables(sandbox)).out == (
        "None found.\n"
    )


FAILURES = {
    "401": ("error:401:99", 1, "MASKO_API_KEY"),
    "402": ("error:402:99", 1, "402"),
    "403": ("error:403:99", 1, "workspace"),
    "404": ("error:404:99", 1, "check the id"),
    "409": ("error:409:99", 1, "409"),
    "429": ("rate-limit:99:3600", 1, "429"),
    "500": ("error:500:99", 1, "500"),
    "503 in HTML": ("error:503:99:html", 1, "503"),
    "no JSON": ("error:200:99:html", 1, "web page"),
    "no answer": ("drop:99", 1, "no response"),
}
ASKING = (
    ("projects",),
    ("items", "fox"),
    ("asset", "f9503022-a991-46ea-bf8c-d628c921b6b0"),
    ("delete", "item", "wave", "--collection", "fox", "--yes"),
)


@pytest.mark.parametrize("case", FAILURES)
def test_each_failure_is_one_line_with_a_remedy(
    tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, nothing on stdout, whichever command asks."""
    fault, code, words = FAILURES[case]
    monkeypatch.setattr(retry, "_FIRST_PAUSE", 3600)  # no second attempt
    with Sandbox(faults=[Fault.parse(fault)]) as sandbox:
        for arguments in ASKING:
            done = run(tmp_path, *arguments, "--timeout", "60", **variables(sandbox))
            assert done.code == code, done.said
            assert done.is_one_error
            assert words in done.err


def test_an_export_that_is_not_ready_has_its_own_exit_code(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """As with sync."""
    done = run(tmp_path, "export", "draft", **variables(sandbox))
    assert done.code == 3
    assert done.is_one_error


def test_without_a_network_the_server_is_named(tmp_path: Path) -> None:
    """So that a wrong address is seen."""
    given = {"MASKO_API_URL": "http://127.0.0.1:1/v1", "MASKO_API_KEY": KEY}
    done = run(tmp_path, "projects", "--timeout", "0.4", **given)
    assert done.code == 1
    assert done.is_one_error
    assert "127.0.0.1" in done.err


def test_without_a_key_the_sandbox_is_named(tmp_path: Path) -> None:
    """The way to look around without an account."""
    done = run(tmp_path, "projects")
    assert done.code == 2
    assert done.err == ("error: no key in MASKO_API_KEY: set it, or try '--api-url sandbox'\n")


def harmful(sandbox: Sandbox) -> None:
    """Let everything that has a name have a name that means harm."""
    for number, text in enumerate(HOSTILE.values()):
        fox = sandbox.world.collection("fox")
        sandbox.world.put_collection(replace(fox, id=f"bad-{number}", name=text, prompt=text))
        sandbox.world.add_item("draft", text, None)
    sandbox.world.projects = tuple(replace(p, name=ESCAPES) for p in sandbox.world.projects)


LOOKING = (
    ("projects",),
    ("collections",),
    ("collection", "bad-0"),
    ("collection", "bad-4"),
    ("items", "draft"),
    ("status", "draft"),
    ("doctor",),
    ("delete", "item", "x", "--collection", "draft"),
)


@pytest.mark.parametrize("arguments", LOOKING, ids=lambda a: "-".join(a[:2]))
def test_nothing_harmful_reaches_a_terminal_or_a_log(
    sandbox: Sandbox, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """No escape, no command of a CI system, no turned text, no flood; in a pipe as on a screen."""
    harmful(sandbox)
    piped = run(tmp_path, *arguments, **variables(sandbox))
    shown = at_terminal(tmp_path, *arguments, typed="n\n", **variables(sandbox))
    assert "error: " not in piped.err or arguments[0] == "delete"
    for text in (piped.said, plain(shown.out).replace("\x08", "").replace("^D", "")):
        unsafe = {c for c in text if unicodedata.category(c) in {"Cc", "Cf"}} - {*"\t\n\r"}
        assert not unsafe, unsafe
        assert not re.search(r"^\s*::", text, re.MULTILINE)
        assert len(text) < 20_000
    assert "\x1b[31mred" not in shown.out
    assert "\x1b]" not in shown.out


def test_json_of_harmful_names_is_plain_ascii(sandbox: Sandbox, tmp_path: Path) -> None:
    """A program gets all of it back, a terminal none of it raw."""
    harmful(sandbox)
    done = run(tmp_path, "collections", "--json", **variables(sandbox))
    assert done.out.isascii()
    assert not {c for c in done.out if ord(c) < 32} - {"\n"}
    names = [entry["name"] for entry in json.loads(done.out)]
    assert set(HOSTILE.values()) <= {*names}


def test_a_name_of_the_sites_own_is_understood(sandbox: Sandbox, tmp_path: Path) -> None:
    """What pages write before the slash works on the command line too."""
    config(tmp_path, collections={"uhu": "owl", "fuchs": "fox"})
    assert "Owl Mascot" in run(tmp_path, "collection", "uhu", **variables(sandbox)).out
    found = run(tmp_path, "rename", "cheer", "--name", "Yay", **variables(sandbox))
    assert (found.code, found.err) == (0, "")
    assert sandbox.world.item("fox", "Yay").public_slug == "cheer"


def test_a_rename_changes_only_what_is_given(sandbox: Sandbox, tmp_path: Path) -> None:
    """The prompt alone, or both."""
    arguments = ("rename", "wave", "--collection", "fox")
    run(tmp_path, *arguments, "--prompt", "wave more", **variables(sandbox))
    assert sandbox.world.item("fox", "wave").prompt == "wave more"
    assert run(tmp_path, "rename", "wave", "--name", "x", **variables(sandbox)).code == 2


def test_a_deletion_is_asked_for_and_named(sandbox: Sandbox, tmp_path: Path) -> None:
    """No is no, and yes is what was named."""
    arguments = ("delete", "item", "wave", "--collection", "fox")
    done = at_terminal(tmp_path, *arguments, typed="n\n", **variables(sandbox))
    assert done.code == 1
    assert "Delete item 'wave' (f0c0a001-" in done.out
    assert "and its 6 assets? [y/N]" in done.out
    assert sandbox.world.item("fox", "wave")
    assert run(tmp_path, *arguments, **variables(sandbox)).code == 2
    assert not [request for request in sandbox.requests if request.method == "DELETE"]
    assert at_terminal(tmp_path, *arguments, typed="y\n", **variables(sandbox)).code == 0
    assert "wave" not in [item.name for item in sandbox.world.collection("fox").items]
