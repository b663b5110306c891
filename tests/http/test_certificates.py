"""Which certificates are trusted, and that the deadline holds whoever does TLS."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import sys
from typing import TYPE_CHECKING, Any

import pytest
import truststore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mkdocs_masko.api import Client
from mkdocs_masko.errors import MalformedResponse, NetworkError, OptionError
from mkdocs_masko.http import Budget
from raw_server import CERTIFICATE, Wire, answer
from secrecy import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from raw_server import Exchange

FINE = answer(b'{"collection": "Fox", "items": []}')
VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
HASHED_NAME = "60c86290.0"  # what OpenSSL looks for in a folder: `openssl x509 -subject_hash`


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def _without_truststore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "truststore", None)


@pytest.fixture
def _injected() -> Iterator[None]:
    """Do what `pip-system-certs` does to every Python program."""
    truststore.inject_into_ssl()
    yield
    truststore.extract_from_ssl()


def _collection(url: str, seconds: float = 20) -> str | None:
    with Client(KEY, api_url=url, budget=Budget(seconds), sleep=lambda _: None) as client:
        return client.cdn_export("fox").collection


def _answer(exchange: Exchange) -> None:
    exchange.send(FINE)


@pytest.mark.parametrize("variable", VARIABLES[:3])
def test_a_file_of_the_environment_is_trusted(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(CERTIFICATE))
    with Wire(_answer, tls=True) as wire:
        assert _collection(wire.url) == "Fox"


@pytest.mark.parametrize("variable", [VARIABLES[0], VARIABLES[3]])
def test_a_folder_of_the_environment_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    (tmp_path / HASHED_NAME).write_bytes(CERTIFICATE.read_bytes())
    monkeypatch.setenv(variable, str(tmp_path))
    with Wire(_answer, tls=True) as wire:
        assert _collection(wire.url) == "Fox"


def test_a_file_and_a_folder_of_openssl_are_both_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / HASHED_NAME).write_bytes(CERTIFICATE.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(_issue(tmp_path)[0]))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with Wire(_answer, tls=True) as wire:
        assert _collection(wire.url) == "Fox"


@pytest.mark.parametrize("variable", VARIABLES)
def test_what_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "/no/such/place")
    with pytest.raises(OptionError, match=f"{variable} does not name a readable file or folder"):
        _collection("https://api.masko.ai/v1")


@pytest.mark.usefixtures("_without_truststore")
def test_without_truststore_an_unknown_certificate_is_refused() -> None:
    with (
        Wire(_answer, tls=True) as wire,
        pytest.raises(NetworkError, match=r"not trusted .*self.signed.*REQUESTS_CA_BUNDLE"),
    ):
        _collection(wire.url)


def test_with_truststore_an_unknown_certificate_is_refused() -> None:
    with Wire(_answer, tls=True) as wire, pytest.raises(NetworkError, match="is not trusted"):
        _collection(wire.url)


@pytest.mark.usefixtures("_injected")
def test_a_company_certificate_is_trusted_where_truststore_is_injected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with Wire(_answer, tls=True) as wire:
        assert _collection(wire.url) == "Fox"


@pytest.mark.usefixtures("_injected")
@pytest.mark.parametrize("part", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_the_deadline_holds_where_truststore_is_injected(
    monkeypatch: pytest.MonkeyPatch, part: bytes
) -> None:
    """Its sockets are not ours; a server that drips would hold a build for as long as it likes."""

    def drip(exchange: Exchange) -> None:
        exchange.send(part)
        exchange.drip(b" " * 5000)

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with Wire(drip, tls=True) as wire, pytest.raises(NetworkError, match=r"timed out after 0\.7 s"):
        _collection(wire.url, 0.7)


@pytest.mark.usefixtures("_injected")
def test_a_response_without_end_is_cut_where_truststore_is_injected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def flood(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\n\r\n")
        exchange.flood(b" " * 65536)

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with Wire(flood, tls=True) as wire, pytest.raises(MalformedResponse, match="larger"):
        _collection(wire.url)


def _issue(
    folder: Path,
    *,
    basic: tuple[bool, bool] = (True, True),
    address: str = "127.0.0.1",
    days: tuple[int, int] = (-1, 1),
) -> tuple[Path, Path]:
    """Write the certificate of a company, and a key with a certificate that it has issued.

    Python 3.13 insists on the key's use and the two identifiers.

    Args:
        folder: Where.
        basic: Whether the company is an authority, and whether that is critical.
        address: The server's.
        days: From when until when its certificate is valid, from now.
    """
    company_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    company = company_key.public_key()
    is_authority, is_critical = basic
    authority = (
        _builder("company", "company", company_key, (-1, 1))
        .add_extension(
            x509.BasicConstraints(ca=is_authority, path_length=None), critical=is_critical
        )
        .add_extension(_SIGNS_CERTIFICATES, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(company), critical=False)
    )
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(company)
    server = _builder("server", "company", key, days).add_extension(names, critical=False)
    server = server.add_extension(issuer, critical=False)
    pem = serialization.Encoding.PEM
    trusted, own = folder / "company.pem", folder / "server.pem"
    trusted.write_bytes(authority.sign(company_key, hashes.SHA256()).public_bytes(pem))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    certificate = server.sign(company_key, hashes.SHA256())
    own.write_bytes(key.private_bytes(pem, *private) + certificate.public_bytes(pem))
    return trusted, own


def _builder(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, days: tuple[int, int]
) -> x509.CertificateBuilder:
    names = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        for name in (issuer, subject)
    )
    now = dt.datetime.now(dt.timezone.utc)
    return (
        x509.CertificateBuilder(*names, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
    )


def test_what_python_3_13_refuses_is_told_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It verifies strictly; before that, such a certificate was trusted."""
    create = ssl.create_default_context

    def create_strict(**where: str | None) -> ssl.SSLContext:
        context = create(**where)  # type: ignore[arg-type] # `cafile` and `capath`
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", create_strict)
    company, server = _issue(tmp_path, basic=(True, False))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(company))
    with (
        Wire(_answer, tls=True, certificate=server) as wire,
        pytest.raises(NetworkError, match=r"not trusted \(.*\), which Python 3.13.*truststore"),
    ):
        _collection(wire.url)


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ({"address": "127.0.0.2"}, r"not trusted \(.*127\.0\.0\.1.*\); check the URL"),
        ({"days": (-3, -1)}, r"not trusted \(.*expired\); check the clock of this machine"),
        ({"days": (1, 3)}, r"not trusted \(.*not yet valid.*\); check the clock of this machine"),
        (
            {"basic": (False, True)},
            r"not trusted \(invalid CA certificate\): the trusted one is not of an authority; ask",
        ),
    ],
    ids=["another host", "expired", "not yet valid", "no authority"],
)
def test_what_is_wrong_with_a_certificate_is_told_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: dict[str, Any], words: str
) -> None:
    company, server = _issue(tmp_path, **faults)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(company))
    with (
        Wire(_answer, tls=True, certificate=server) as wire,
        pytest.raises(NetworkError, match=words),
    ):
        _collection(wire.url)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_who_has_named_certificates_hears_that_one_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    company, _ = _issue(tmp_path)
    monkeypatch.setenv(variable, str(company))
    with (
        Wire(_answer, tls=True) as wire,
        pytest.raises(NetworkError, match=f"in {variable} lacks the one of your company"),
    ):
        _collection(wire.url)
