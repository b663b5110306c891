"""Which URLs may be requested, or put on a page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_samples import HOST, ORIGINS
from mkdocs_masko.errors import MediaError
from mkdocs_masko.manifest import Collection, Medium, Pose, dumps, loads, make
from mkdocs_masko.urls import (
    CDN_ORIGINS,
    SANDBOX_ORIGIN,
    check_media_url,
    is_loopback,
    may_hide_letter,
    may_name_pose,
    media_origins,
    origin_of,
)

HARMLESS = [
    f"{HOST}/a.png",
    f"{HOST}/masko/f9503022/Some%20Name.webm",
    f"{HOST}/a/b-c_d~e.f/g@2x.png",
    f"{HOST}/a/...b/c..d.png",
    f"{HOST}/%F0%9F%A6%8A.png",
]

OTHER_HOST, QUERY, PATH = "is not on a host", "query or a fragment", "in its path"

HOSTILE = {
    "": OTHER_HOST,
    "a.png": OTHER_HOST,
    "/a.png": OTHER_HOST,
    "//assets.masko.ai/a.png": OTHER_HOST,
    "http://assets.masko.ai/a.png": OTHER_HOST,
    "ftp://assets.masko.ai/a.png": OTHER_HOST,
    "file:///etc/passwd": OTHER_HOST,
    "javascript:alert(1)": OTHER_HOST,
    "data:image/png;base64,AAAA": OTHER_HOST,
    "https://example.org/a.png": OTHER_HOST,
    "https://assets.masko.ai.example.org/a.png": OTHER_HOST,
    "https://example.org/assets.masko.ai/a.png": OTHER_HOST,
    "https://xassets.masko.ai/a.png": OTHER_HOST,
    "https://assets.masko.ai@example.org/a.png": OTHER_HOST,
    "https://user@assets.masko.ai/a.png": OTHER_HOST,
    "https://user:word@assets.masko.ai/a.png": OTHER_HOST,
    "https://@assets.masko.ai/a.png": OTHER_HOST,
    "https://assets.masko.ai:443/a.png": OTHER_HOST,
    "https://assets.masko.ai:8443/a.png": OTHER_HOST,
    "https://assets.masko.ai:/a.png": OTHER_HOST,
    "https://assets.masko.ai./a.png": OTHER_HOST,
    "https://ASSETS.masko.ai/a.png": OTHER_HOST,
    "https://assets.masko.ai\\@example.org/a.png": OTHER_HOST,
    "https://assets.masko.ai\\a.png": OTHER_HOST,
    "https:\\\\assets.masko.ai\\a.png": OTHER_HOST,
    "https:assets.masko.ai/a.png": OTHER_HOST,
    "https:///a.png": OTHER_HOST,
    "https://127.0.0.1/a.png": OTHER_HOST,
    "https://[::1]/a.png": OTHER_HOST,
    "https://[fe80::1%25eth0]/a.png": OTHER_HOST,
    "https://[::1/a.png": "is not valid",
    "https://ⓐssets.masko.ai/a.png": OTHER_HOST,
    "https://assets.masko.ai℀/a.png": "is not valid",
    "https://\u0430ssets.masko.ai/a.png": OTHER_HOST,
    "HTTPS://assets.masko.ai/a.png": QUERY,
    f"{HOST}/a.png?x=1": QUERY,
    f"{HOST}/a.png?": QUERY,
    f"{HOST}/a.png#x": QUERY,
    f"{HOST}/a.png#": QUERY,
    f" {HOST}/a.png": QUERY,
    f"{HOST}/a.png\n": QUERY,
    f"{HOST}/a\t.png": QUERY,
    f"{HOST}/a\r\n.png": QUERY,
    HOST: PATH,
    f"{HOST}/": PATH,
    f"{HOST}/a b.png": PATH,
    f"{HOST}/a.png ": PATH,
    f"{HOST}/ä.png": PATH,
    f"{HOST}/🦊.png": PATH,
    f"{HOST}/a\\b.png": PATH,
    f'{HOST}/a"b.png': PATH,
    f"{HOST}/<b>.png": PATH,
    f"{HOST}/{{{{x}}}}.png": PATH,
    f"{HOST}/a`b.png": PATH,
    f"{HOST}/a|b.png": PATH,
    f"{HOST}/a\x00.png": PATH,
    f"{HOST}/a\x7f.png": PATH,
    f"{HOST}/./a.png": PATH,
    f"{HOST}/../a.png": PATH,
    f"{HOST}/a/..": PATH,
    f"{HOST}/a/.": PATH,
    f"{HOST}/%2e%2e/a.png": PATH,
    f"{HOST}/%2E./a.png": PATH,
    f"{HOST}/a%2f..%2fb.png": PATH,
    f"{HOST}/a%5c..%5cb.png": PATH,
    f"{HOST}/%252e%252e/a.png": PATH,
    f"{HOST}/a%252f..%252fb.png": PATH,
    f"{HOST}/a%00.png": PATH,
    f"{HOST}/a%2500.png": PATH,
    f"{HOST}/a%0d%0ab.png": PATH,
    f"{HOST}/a%e2%80%ae.png": PATH,
}


@pytest.mark.parametrize("url", HARMLESS)
def test_a_plain_url_on_the_vendors_host_passes_unchanged(url: str) -> None:
    assert check_media_url(url, ORIGINS) == url


@pytest.mark.parametrize(("url", "problem"), HOSTILE.items(), ids=map(ascii, HOSTILE))
def test_every_other_url_is_refused_with_the_reason(url: str, problem: str) -> None:
    with pytest.raises(MediaError, match=re.escape(problem)) as caught:
        check_media_url(url, ORIGINS)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("url", HOSTILE, ids=map(ascii, HOSTILE))
def test_a_manifest_with_such_a_url_is_refused(url: str) -> None:
    image = Medium(url=url, type="image/png", width=1, height=1)
    poses = {"wave": Pose(name="wave", image=image)}
    text = dumps(make({"fox": Collection(id="fox", name="Fox", poses=poses)}))
    with pytest.raises(Exception, match="URL") as caught:
        loads(text, ORIGINS)
    assert type(caught.value).__name__ == "ManifestError"


@given(st.text())
def test_no_text_does_more_than_pass_or_be_refused(text: str) -> None:
    for url in (text, f"{HOST}/{text}", f"https://{text}/a.png"):
        assert passes_or_is_refused(url)


def passes_or_is_refused(url: str) -> bool:
    try:
        return check_media_url(url, ORIGINS).startswith(f"{HOST}/")
    except MediaError as error:
        return len(str(error).splitlines()) == 1


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Example.ORG/a?b", "https://example.org"),
        ("HTTP://localhost:8000/v1", "http://localhost:8000"),
        ("http://[::1]:80/", "http://[::1]:80"),
    ],
)
def test_an_origin_is_scheme_host_and_port_in_lower_case(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("http://127.0.0.1:1/x", True),
        ("http://localhost/x", True),
        ("http://LOCALHOST/x", True),
        ("http://[::1]:1/x", True),
        ("http://localhost.example.org/x", False),
        ("http://127.0.0.1.example.org/x", False),
        ("http://127.0.0.1@example.org/x", False),
        ("https://api.masko.ai/v1", False),
        ("sandbox", False),
    ],
)
def test_loopback_is_this_machine_only(url: str, is_local: bool) -> None:
    assert is_loopback(url) is is_local


def test_an_api_on_this_machine_may_serve_its_own_media() -> None:
    vendor = {*CDN_ORIGINS, SANDBOX_ORIGIN}
    assert media_origins("http://127.0.0.1:8123/v1") == {*vendor, "http://127.0.0.1:8123"}


def test_any_other_api_serves_from_the_vendors_hosts() -> None:
    assert media_origins("https://api.example.org/v1") == {*CDN_ORIGINS, SANDBOX_ORIGIN}


FORMS = [
    *("%{:02x}", "%{:02X}", "&#{:d};", "&#{:d}", "&#00{:d};"),
    *("&#x{:x};", "&#x{:X};", "&#X00{:X};", "&#x{:x}"),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("at", range(5))
def test_a_name_is_seen_whichever_letter_is_written_another_way(form: str, at: int) -> None:
    for name in ("masko", "MASKO"):
        # Digits that follow would belong to a reference without a semicolon.
        hidden = name[:at] + form.format(ord(name[at])) + name[at + 1 :]
        is_longer = form == "&#x{:x}" and name[at + 1 : at + 2].lower() == "a"
        assert may_name_pose(f"<a href='{hidden}:wave'>") is not is_longer


@pytest.mark.parametrize("dropped", ["&Tab;", "&NewLine;", "&#9;", "&#10;", "&#x0A;", "&#xd;"])
def test_a_name_is_seen_with_what_browsers_drop(dropped: str) -> None:
    assert may_name_pose(f"<a href='mas{dropped}ko:wave'>")


@pytest.mark.parametrize(
    "text",
    [
        "https://fonts.googleapis.com/css?family=Roboto:300%7CRoboto+Mono:400",
        "&#x60;code&#x60; &#x5B;x&#x5D; &#x7C; &#x7b;&#x7b;",
        "a%40b.org %5B%5D %7B%7B %7E",
        "&#x4e2d;&#x6587; &#x1f600; &#x6d4b;",
        "&#x27; &#x2F; &#39; &#64; &#96; &#1090; &#977;",
        "&amp; &lt; &quot; &nbsp; %20 %2F",
    ],
)
def test_other_characters_hide_no_letter(text: str) -> None:
    """Most pages have some, and a page that may hide one is decoded as a whole."""
    assert not may_hide_letter(text)


@pytest.mark.parametrize("text", ["masko", "Masko:wave", "a é b MASKO", "\ud800 masKO"])
def test_a_name_is_seen_in_any_case_and_among_any_characters(text: str) -> None:
    assert may_name_pose(text)


@pytest.mark.parametrize("text", ["", "mask o", "a é b mascot", "m a s k o", "%7C &#x60; é"])
def test_no_name_is_seen_where_there_is_none(text: str) -> None:
    assert not may_name_pose(text)
