"""A private sigstore over HTTP on loopback: the few calls that a signer makes."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509

from app.demo.certificate_authority import pem
from app.demo.private_sigstore import PrivateSigstore
from app.domain.digest import Digest

ISSUER = "https://idp.acme.example"
SUBJECT = "https://ci.acme.example/release"


def a_token(**changes: Any) -> str:
    """An OIDC token as a CI would give it; nobody here verifies its signature."""
    now = datetime.now(UTC)
    claims = {
        "iss": ISSUER,
        "sub": SUBJECT,
        "aud": "sigstore",
        "iat": int(now.timestamp()),
        "nbf": int((now - timedelta(minutes=1)).timestamp()),
        "exp": int((now + timedelta(minutes=5)).timestamp()),
    }
    parts = ({"alg": "none"}, claims | changes)
    return ".".join([*(_url_safe(json.dumps(part).encode()) for part in parts), "c2ln"])


@contextmanager
def served(sigstore: PrivateSigstore) -> Iterator[dict[str, Any]]:
    """Serve a sigstore; give its client trust configuration."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            request = json.loads(self.rfile.read(length))
            if self.path == "/api/v2/signingCert":
                answer = _certified(sigstore, request, self.headers["Authorization"])
            else:
                answer = _logged(sigstore, request)
            content = json.dumps(answer).encode()
            self.send_response(201)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield _trust_config(sigstore, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _trust_config(sigstore: PrivateSigstore, url: str) -> dict[str, Any]:
    service = {
        "url": url,
        "majorApiVersion": 1,
        "validFor": {"start": "2024-01-01T00:00:00Z"},
        "operator": "demo.invalid",
    }
    return {
        "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
        "trustedRoot": sigstore.trusted_root(),
        "signingConfig": {
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": [service],
            "oidcUrls": [service],
            "rekorTlogUrls": [service],
            "tsaUrls": [],
            "rekorTlogConfig": {"selector": "ANY"},
            "tsaConfig": {"selector": "ANY"},
        },
    }


def _certified(
    sigstore: PrivateSigstore, request: dict[str, Any], authorization: str
) -> dict[str, Any]:
    claims = json.loads(base64.urlsafe_b64decode(authorization.split(".")[1] + "=="))
    asked = x509.load_pem_x509_csr(base64.b64decode(request["certificateSigningRequest"]))
    key: Any = asked.public_key()
    issuer = {"issuer": claims["iss"], "issuer_v1": claims["iss"]}
    at = datetime.now(UTC).replace(microsecond=0)
    leaf = sigstore.authority.issue(key, claims["sub"], issuer, at)
    chain = [leaf, sigstore.authority.intermediate, sigstore.authority.root]
    certificates = [pem(certificate).decode() for certificate in chain]
    return {"signedCertificateEmbeddedSct": {"chain": {"certificates": certificates}}}


def _logged(sigstore: PrivateSigstore, request: dict[str, Any]) -> dict[str, Any]:
    proposed = request["spec"]["proposedContent"]
    envelope = json.loads(proposed["envelope"])
    payload = base64.b64decode(envelope["payload"])
    (signature,) = (item["sig"] for item in envelope["signatures"])
    (verifier,) = proposed["verifiers"]
    body = {
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            "envelopeHash": _hash(proposed["envelope"].encode()),
            "payloadHash": _hash(payload),
            "signatures": [{"signature": signature, "verifier": verifier}],
        },
    }
    entry = sigstore.signature_log.add(body, datetime.now(UTC))
    proof = entry["inclusionProof"]
    return {
        "uuid": {
            "body": entry["canonicalizedBody"],
            "integratedTime": int(entry["integratedTime"]),
            "logID": base64.b64decode(entry["logId"]["keyId"]).hex(),
            "logIndex": int(entry["logIndex"]),
            "verification": {
                "inclusionProof": {
                    "checkpoint": proof["checkpoint"]["envelope"],
                    "hashes": [base64.b64decode(step).hex() for step in proof["hashes"]],
                    "logIndex": int(proof["logIndex"]),
                    "rootHash": base64.b64decode(proof["rootHash"]).hex(),
                    "treeSize": int(proof["treeSize"]),
                },
                "signedEntryTimestamp": entry["inclusionPromise"]["signedEntryTimestamp"],
            },
        }
    }


def _hash(content: bytes) -> dict[str, str]:

    return {"algorithm": "sha256", "value": Digest.of(content)}


def _url_safe(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
