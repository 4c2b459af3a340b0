"""An issuer on loopback that signs real tokens: discovery, JWKS, and every way to break them."""

from __future__ import annotations

import json
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt import PyJWS
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = rsa.generate_private_key(65537, 2048)
AUDIENCE = "https://gate.acme.example"
WORKFLOW = "acme/ci/.github/workflows/release.yml@refs/heads/main"


class TestIssuer:
    """One issuer: what it publishes can be changed, and whether it answers at all."""

    __test__ = False

    def __init__(self) -> None:
        self.url = ""
        self.keys: dict[str, Key] = {"rsa-1": RSA_KEY, "ec-1": EC_KEY}
        self.published: list[dict[str, Any]] | None = None
        """The JWKS to publish instead of the keys."""
        self.discovery: dict[str, Any] = {}
        """What discovery states otherwise."""
        self.is_down = False
        self.asked: list[str] = []
        self.codes: dict[str, tuple[str, dict[str, Any]]] = {}
        """Codes that can be redeemed: the challenge each was given for, and the claims."""
        self.client = ("gate-web", "s3 cret/+")

    def jwks(self) -> list[dict[str, Any]]:
        """List the public keys."""
        if self.published is not None:
            return self.published
        return [jwk(kid, key) for kid, key in self.keys.items()]

    def claims(self, now: datetime, **changes: Any) -> dict[str, Any]:
        """What a job's token states, five minutes long as GitHub's are; None leaves out."""
        issued = int(now.timestamp())
        stated = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "repo:acme/scorer:environment:production",
            "iat": issued,
            "nbf": issued - 600,
            "exp": issued + 300,
            "jti": "5f1c",
            "repository": "acme/scorer",
            "repository_id": "1001",
            "repository_owner_id": "77",
            "job_workflow_ref": WORKFLOW,
            "environment": "production",
            "event_name": "push",
        }
        return {k: v for k, v in {**stated, **changes}.items() if v is not None}

    def token(self, now: datetime, kid: str = "rsa-1", **changes: Any) -> str:
        """Sign a token."""
        return signed(self.claims(now, **changes), self.keys[kid], {"kid": kid})

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """Tell the status and the document at a path."""
        self.asked.append(path)
        if self.is_down:
            return 503, {}
        if path == "/.well-known/openid-configuration":
            stated = {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/jwks",
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
            }
            return 200, {**stated, **self.discovery}
        if path == "/jwks":
            return 200, {"keys": self.jwks()}
        return 404, {}

    def sign_in(self, address: str, now: datetime, **changes: Any) -> dict[str, str]:
        """Sign somebody in who was sent here, and tell what the browser brings back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["redirect_uri"] == "https://gate.acme.example/sign-in/callback"
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        who = {"sub": "u-1", "team": "ml", "nonce": asked["nonce"], "aud": asked["client_id"]}
        code = f"code-{len(self.codes)}"
        self.codes[code] = (asked["code_challenge"], self.claims(now, **{**who, **changes}))
        return {"code": code, "state": asked["state"], "iss": self.url}

    def redeem(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Give the ID token for a code, once, to the client that shows the verifier."""
        challenge, claims = self.codes.pop(form.get("code", ""), ("", {}))
        name, _, secret = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        shown = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest())
        is_client = (unquote(name), unquote(secret)) == self.client
        is_shown = shown.decode().rstrip("=") == challenge
        if self.is_down or not is_client or not is_shown:
            return (503 if self.is_down else 400), {"error": "invalid_grant"}
        return 200, {"id_token": signed(claims, self.keys["rsa-1"], {"kid": "rsa-1"})}


def jwk(kid: str, key: Key) -> dict[str, Any]:
    """Write a public key as an issuer publishes it."""
    if isinstance(key, rsa.RSAPrivateKey):
        written = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        written = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**written, "kid": kid, "use": "sig"}


def signed(claims: dict[str, Any], key: Key, headers: dict[str, Any]) -> str:
    """Sign claims as the key signs."""
    algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
    return PyJWS().encode(
        json.dumps(claims).encode(), key, algorithm, headers={"typ": "JWT", **headers}
    )


@contextmanager
def serving(issuer: TestIssuer) -> Iterator[TestIssuer]:
    """Serve the issuer on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            form = dict(parse_qsl(content.decode()))
            self.tell(*issuer.redeem(form, self.headers.get("Authorization", "")))

        def do_GET(self) -> None:
            self.tell(*issuer.answer(self.path))

        def tell(self, status: int, document: dict[str, Any]) -> None:
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
