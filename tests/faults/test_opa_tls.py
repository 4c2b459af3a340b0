"""OPA over TLS: only who holds a certificate of the trusted CA, for this name, is believed."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.adapters.engines.opa_server import OpaServer
from app.domain.errors import PolicyEngineError
from tests import peers
from tests.faults.test_opa_faults import LIMIT, PRACTICE, SHORT, VERDICTS, a_body


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate: the trusted CA's file, and a server's context with its key."""

    ca_file: Path
    server: ssl.SSLContext


def a_certificate(folder: Path, name: str) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    ca_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(ca_file, key_file)
    return Certificate(ca_file, server)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return a_certificate(tmp_path, "localhost")


def an_engine(url: str, ca_file: Path | None, limit: timedelta = LIMIT) -> OpaServer:
    return OpaServer(url, VERDICTS, token=None, limit=limit, ca_file=ca_file)


def test_the_trusted_server_answers(certificate: Certificate) -> None:
    whole = peers.answers(a_body(result=PRACTICE))
    with peers.a_peer(whole, certificate.server) as (url, _):
        assert an_engine(url, certificate.ca_file).ping() == "r1"


def test_a_server_of_another_ca_is_not_believed(certificate: Certificate, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = a_certificate(tmp_path / "other", "localhost")
    whole = peers.answers(a_body(result=PRACTICE))
    with peers.a_peer(whole, other.server) as (url, asked), pytest.raises(PolicyEngineError):
        an_engine(url, certificate.ca_file).ping()

    assert asked == []


def test_without_a_ca_file_the_machines_trust_decides(certificate: Certificate) -> None:
    whole = peers.answers(a_body(result=PRACTICE))
    with peers.a_peer(whole, certificate.server) as (url, _), pytest.raises(PolicyEngineError):
        an_engine(url, None).ping()


def test_a_server_of_another_name_is_not_believed(tmp_path: Path) -> None:
    other = a_certificate(tmp_path, "opa.example")
    whole = peers.answers(a_body(result=PRACTICE))
    with peers.a_peer(whole, other.server) as (url, _), pytest.raises(PolicyEngineError):
        an_engine(url, other.ca_file).ping()


def test_a_drip_inside_tls_ends_at_the_limit(certificate: Certificate) -> None:
    body = a_body(result=PRACTICE)
    dripped = peers.drips(peers.head(len(body)) + body, every_seconds=0.1)
    with (
        peers.a_peer(dripped, certificate.server) as (url, _),
        pytest.raises(PolicyEngineError, match="in time"),
    ):
        an_engine(url, certificate.ca_file, SHORT).ping()


def test_a_server_that_never_shakes_hands_ends_at_the_limit(certificate: Certificate) -> None:
    with peers.a_peer(peers.hangs) as (url, _), pytest.raises(PolicyEngineError, match="in time"):
        an_engine(url.replace("http:", "https:"), certificate.ca_file, SHORT).ping()


def test_a_ca_file_that_is_absent_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(PolicyEngineError, match="CA file"):
        an_engine("https://localhost:8181", tmp_path / "absent.pem")
