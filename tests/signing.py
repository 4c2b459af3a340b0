"""Signed things for tests: a private sigstore, its trust domain, and bundles to alter."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from app.adapters.signatures import trusted_roots
from app.adapters.signatures.sigstore_bundles import SigstoreBundles
from app.adapters.signatures.trusted_roots import TrustDomain
from app.demo.private_sigstore import PrivateSigstore
from app.domain.digest import Digest
from app.domain.release import Document, File

START = datetime(2024, 1, 1, tzinfo=UTC)
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ISSUER = "https://token.actions.githubusercontent.com"
IDENTITY = "https://github.com/acme/models/.github/workflows/release.yml@refs/heads/main"
CLAIMS = {
    "issuer_v1": ISSUER,
    "issuer": ISSUER,
    "source_repository_uri": "https://github.com/acme/models",
    "runner_environment": "github-hosted",
}


class FixedClock:
    """A clock that stands still, some weeks after everything was signed."""

    def now(self) -> datetime:
        """Tell the one time."""
        return NOW


def a_sigstore() -> PrivateSigstore:
    return PrivateSigstore(START)


def a_domain(
    sigstore: PrivateSigstore,
    name: str = "acme",
    change: Callable[[dict[str, Any]], object] = lambda _: None,
) -> TrustDomain:
    root = sigstore.trusted_root()
    change(root)
    return trusted_roots.read(name, json.dumps(root).encode(), source="test")


def a_verifier(
    sigstore: PrivateSigstore,
    change: Callable[[dict[str, Any]], object] = lambda _: None,
) -> SigstoreBundles:
    return SigstoreBundles([a_domain(sigstore, change=change)], FixedClock())


def a_file(path: str = "model.safetensors", content: bytes = b"weights") -> File:
    return File(path, len(content), Digest.of(content))


def a_document(content: bytes) -> Document:
    return Document("bundle.sigstore.json", Digest.of(content), content)


def a_file_bundle(sigstore: PrivateSigstore, content: bytes = b"weights") -> bytes:
    return sigstore.sign_digest(Digest.of(content), IDENTITY, CLAIMS, AT)


def altered(bundle: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Give the bundle with one thing changed in its JSON."""
    document = json.loads(bundle)
    change(document)
    return json.dumps(document).encode()


def flipped(text: str, at: int = -8) -> str:
    """Give base64 text with one bit flipped in the byte at this place."""
    raw = bytearray(base64.b64decode(text))
    raw[at] ^= 1
    return base64.b64encode(bytes(raw)).decode()
