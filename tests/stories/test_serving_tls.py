"""A gate that serves HTTPS to callers with a certificate, as a cluster's API server has one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.demo import play
from app.demo.running_gate import free_port
from app.domain.enforcement import key

STARTS = 600
REVIEW = {
    "apiVersion": "admission.k8s.io/v1",
    "kind": "AdmissionReview",
    "request": {
        "uid": "u-1",
        "operation": "CREATE",
        "namespace": "team-a",
        "object": {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": {"name": "scorer"},
            "spec": {"predictor": {"sklearn": {"storageUri": "s3://models/unheard-of"}}},
        },
    },
}


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate and its key, in files."""

    certificate: Path
    key: Path

    @property
    def pair(self) -> tuple[str, str]:
        """As requests wants them."""
        return str(self.certificate), str(self.key)


def a_certificate(folder: Path, name: str) -> Certificate:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    files = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    files.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


@dataclass(frozen=True)
class Served:
    """A gate over HTTPS, and who may call it."""

    url: str
    server: Certificate
    caller: Certificate
    token: str

    def post(self, path: str, by: Certificate | None) -> requests.Response:
        """Post the review as this caller."""
        return requests.post(
            self.url + path,
            json=REVIEW,
            verify=str(self.server.certificate),
            cert=by.pair if by else None,
            timeout=60,
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("tls")
    server, caller = a_certificate(folder, "server"), a_certificate(folder, "caller")
    stage = play.set_up(folder)
    port = free_port()
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("COUNTERSIGN_")},
        **stage.environment,
        "COUNTERSIGN_PORT": str(port),
        "COUNTERSIGN_TLS_CERTIFICATE": str(server.certificate),
        "COUNTERSIGN_TLS_KEY": str(server.key),
        "COUNTERSIGN_TLS_CLIENT_CA": str(caller.certificate),
    }
    command = [sys.executable, "-c", "from app.cli import main; main(['serve'])"]
    gate = Served(f"https://127.0.0.1:{port}", server, caller, stage.tokens["submitter"])
    with (folder / "gate.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, with our own arguments
            command, env=environment, stdout=log, stderr=log
        )
        try:
            wait(gate, process)
            yield gate
        finally:
            process.terminate()
            process.wait(timeout=90)


def wait(gate: Served, process: subprocess.Popen[bytes]) -> None:
    pause = threading.Event()
    for _ in range(STARTS):
        assert process.poll() is None
        try:
            gate.post("/livez", gate.caller)
        except requests.ConnectionError:
            pause.wait(0.05)
        else:
            return
    pytest.fail("the gate did not start")


def test_a_cluster_is_answered_over_tls_by_its_key(served: Served) -> None:
    path = f"/v1/enforcement/kubernetes/admission/production/eu-1/{key.write(served.token)}"

    response = served.post(path, served.caller).json()["response"]

    assert (response["uid"], response["allowed"]) == ("u-1", False)
    assert "pins no digest" in response["status"]["message"]


def test_who_bears_no_certificate_is_not_served(served: Served) -> None:
    with pytest.raises(requests.ConnectionError):
        served.post("/livez", None)


def test_a_certificate_of_others_is_not_served(served: Served, tmp_path: Path) -> None:
    with pytest.raises(requests.ConnectionError):
        served.post("/livez", a_certificate(tmp_path, "other"))


def test_a_certificate_is_no_token(served: Served) -> None:
    path = "/v1/enforcement/kubernetes/admission/production/eu-1"

    assert served.post(path, served.caller).status_code == 401
