"""Connections are direct, trusted and bounded, or fail with a clear error."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest
from requests.utils import select_proxy

from mkdocs_masko.api import Client
from mkdocs_masko.errors import (
    MalformedResponse,
    NetworkError,
    OptionError,
)
from mkdocs_masko.http import Budget
from mkdocs_masko.http.sockets import proxies_for
from raw_server import CERTIFICATE, Wire, answer
from secrecy import KEY, assert_one_discreet_line

if TYPE_CHECKING:
    from raw_server import Exchange

FINE = answer(b'{"collection": "Fox", "items": []}')
OUTER_BOUND = 30.0
CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without the proxies and certificates of the machine."""
    for name in (*PROXIES, *CERTIFICATES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def make_client(url: str, seconds: float = 20) -> Client:
    return Client(KEY, api_url=url, budget=Budget(seconds), sleep=lambda _: None)


def expect(kind: type[Exception], words: str, url: str, seconds: float = 20) -> None:
    """Check that a call fails in time, in one line with these words."""
    started = time.monotonic()
    with make_client(url, seconds) as client, pytest.raises(kind, match=words) as caught:
        client.cdn_export("fox")
    assert time.monotonic() - started < OUTER_BOUND
    assert_one_discreet_line(caught.value)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".invalid", "a..invalid"])
def test_an_unknown_host_is_an_error(host: str) -> None:
    """A failed lookup, or a name that cannot be looked up, is an error that names the host."""
    expect(NetworkError, rf"{host}: the host's name is unknown", f"https://{host}/v1")


def test_a_closed_port_is_an_error() -> None:
    """A refused connection is a network error."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    expect(NetworkError, "connection refused", f"http://127.0.0.1:{port}/v1")


def test_an_untrusted_certificate_is_refused() -> None:
    """An untrusted certificate is a network error that says how to trust one."""
    with Wire(lambda exchange: exchange.send(FINE), tls=True) as wire:
        expect(NetworkError, "not trusted.*REQUESTS_CA_BUNDLE", wire.url)
        assert not wire.requests


def test_a_server_without_tls_is_an_error() -> None:
    """Plain HTTP where TLS is expected is a network error."""
    with Wire(lambda exchange: exchange.send(FINE)) as wire:
        expect(NetworkError, "TLS|closed early", wire.url.replace("http", "https"))


def test_a_handshake_that_never_ends_is_bounded() -> None:
    """The budget bounds the handshake of TLS."""
    with Wire(lambda exchange: exchange.hold()) as wire:
        expect(NetworkError, "timed out after", wire.url.replace("http", "https"), 0.7)


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the certificate of the tests, as one does a company's."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))


@pytest.mark.usefixtures("trusting")
def test_certificates_of_the_environment_are_trusted() -> None:
    """REQUESTS_CA_BUNDLE names whom to trust."""
    with (
        Wire(lambda exchange: exchange.send(FINE), tls=True) as wire,
        make_client(wire.url) as client,
    ):
        assert client.cdn_export("fox").collection == "Fox"


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("part", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_dripping_over_tls_is_bounded(part: bytes) -> None:
    """The deadline holds inside of TLS: for headers and for the body."""

    def drip(exchange: Exchange) -> None:
        exchange.send(part)
        exchange.drip(b" " * 5000)

    with Wire(drip, tls=True) as wire:
        expect(NetworkError, "timed out after", wire.url, 0.7)


def test_a_missing_certificate_bundle_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong REQUESTS_CA_BUNDLE is an error of the options, by its name."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file")
    expect(OptionError, "REQUESTS_CA_BUNDLE", "https://api.masko.ai/v1")


def test_no_certificates_are_read_for_a_server_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To read them takes longer than all that a build asks of the sandbox."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file")
    with Wire(lambda exchange: exchange.send(FINE)) as wire, make_client(wire.url) as client:
        assert client.cdn_export("fox").collection == "Fox"


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The API is asked through HTTPS_PROXY, and the proxy sees no key."""
    refusal = answer(status="407 Proxy Authentication Required")
    with Wire(lambda exchange: exchange.send(refusal)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:word@127.0.0.1:{proxy.port}")
        expect(NetworkError, "HTTPS_PROXY", "https://api.masko.ai/v1")
        assert proxy.requests[0].startswith(b"CONNECT api.masko.ai:443 ")
        assert KEY.encode() not in b"".join(proxy.requests)


@pytest.mark.parametrize(
    ("response", "cause"),
    [
        (b"HTTP/1.1 407 Who?\r\n\r\n", r"wants a name and a password \(407\)"),
        (b"HTTP/1.1 403 Tunnel connection failed: 200\r\n\r\n", r"does not let.* through \(403\)"),
        (b"HTTP/1.1 503 \r\n\r\n", r"does not let the request through \(503\)"),
    ],
    ids=["who", "forbidden", "down"],
)
def test_a_proxy_that_refuses_is_told_with_its_status(
    response: bytes, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials that a proxy lacks are another matter than a host that it keeps from us."""
    with Wire(lambda exchange: exchange.send(response)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        expect(NetworkError, f"the environment's proxy {cause}.*HTTPS_PROXY", "https://a.invalid/")


@pytest.mark.parametrize(
    ("proxy", "cause"),
    [
        ("http://127.0.0.1:{closed}", r"cannot be reached \(connection refused\)"),
        ("http://no-such-proxy.invalid:3128", "has a name that is unknown"),
        ("https://127.0.0.1:{plain}", "does not speak TLS"),
    ],
    ids=["closed", "unknown", "plain"],
)
def test_a_proxy_that_cannot_be_reached_is_not_told_as_one_that_refuses(
    proxy: str, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message tells what is wrong with the proxy, and not with the host behind it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    with Wire(lambda exchange: exchange.send(answer(status="403 No"))) as plain:
        monkeypatch.setenv("HTTPS_PROXY", proxy.format(closed=closed, plain=plain.port))
        expect(NetworkError, f"a.invalid: the environment's proxy {cause}", "https://a.invalid/")


def test_a_silent_proxy_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget bounds what a proxy takes."""
    with Wire(lambda exchange: exchange.drip(b"HTTP/1.1 200 " + b"a" * 5000)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        expect(NetworkError, "timed out after", "https://api.masko.ai/v1", 0.7)


def test_a_tunnel_is_kept_to_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A TLS handshake in a proxy's tunnel that gets no response ends in time."""

    def tunnel(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
        exchange.hold()

    with Wire(tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        expect(NetworkError, "timed out after", "https://api.masko.ai/v1", 0.7)


@pytest.mark.parametrize("proxy", ["http://", "http://[", "http://127.0.0.1:x", "nothing at all"])
def test_a_proxy_that_is_not_valid_is_an_error(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken HTTPS_PROXY is a network error that does not quote it."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    expect(NetworkError, "no response from api.masko.ai", "https://api.masko.ai/v1")


def test_a_socks_proxy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sockets of SOCKS keep no deadline, so it is refused."""
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    expect(OptionError, "SOCKS", "https://api.masko.ai/v1")


@pytest.mark.parametrize(
    ("no_proxy", "url", "is_direct"),
    [
        ("masko.ai", "https://api.masko.ai/v1", True),
        (".masko.ai", "https://api.masko.ai/v1", True),
        ("x.example, API.masko.ai", "https://api.masko.ai/v1", True),
        ("*", "https://api.masko.ai/v1", True),
        ("api.masko.ai:443", "https://api.masko.ai/v1", True),
        ("api.masko.ai:8443", "https://api.masko.ai/v1", False),
        ("api.masko.ai:8443", "https://api.masko.ai:8443/v1", True),
        ("10.0.0.0/8", "https://10.1.2.3/v1", True),
        ("10.0.0.0/8", "https://11.1.2.3/v1", False),
        ("masko.ai", "https://masko.ai.example/v1", False),
        ("", "https://api.masko.ai/v1", False),
    ],
)
def test_no_proxy_names_hosts_with_or_without_port(
    no_proxy: str, url: str, monkeypatch: pytest.MonkeyPatch, *, is_direct: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (select_proxy(url, proxies_for(url)) is None) is is_direct


def test_a_server_on_this_machine_needs_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is reached directly, whatever the environment says."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Wire(lambda x: x.send(FINE)) as wire, make_client(wire.url) as client:
        assert client.cdn_export("fox").collection == "Fox"


@pytest.mark.parametrize("location", ["/elsewhere", "{evil}/", "//{evil}", "http://[broken"])
def test_no_redirect_is_followed(location: str) -> None:
    """No further request is sent, neither to the same server nor to another."""
    with Wire(lambda exchange: exchange.send(FINE)) as evil:
        target = location.replace("{evil}", evil.url)
        moved = answer(b"", f"Location: {target}", status="302 Found")
        with Wire(lambda exchange: exchange.send(moved)) as wire:
            expect(MalformedResponse, "redirects", wire.url)
            assert len(wire.requests) == 1
        assert not evil.requests


def test_a_cookie_is_not_sent_back() -> None:
    """Nothing is kept between calls."""
    fine = FINE.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b; Path=/\r\n\r\n")
    with Wire(lambda exchange: exchange.send(fine)) as wire, make_client(wire.url) as client:
        client.cdn_export("fox")
        client.cdn_export("fox")
        assert b"cookie" not in wire.requests[1].lower()
