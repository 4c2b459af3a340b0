"""Whether a log entry's body is about the very signature that the bundle holds.

An entry that verifies but speaks of another signature, key or content proves nothing
about this one (CVE-2022-36056; GHSA-whqx-f9j3-ch6m).

    hashedrekord/0.0.1   digest, signature, signer          a file
    hashedrekord/0.0.2   digest, signature, signer          a file or an envelope (Rekor v2)
    dsse/0.0.1           payload digest, signature, signer  an envelope
    intoto/0.0.2         payload digest, signature, signer  an envelope
    intoto/0.0.1         payload digest, signer             an envelope
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from app.adapters.signatures.bundles.bundle import HASHES, Envelope, Message
from app.adapters.signatures.bundles.log_entry import LogEntry
from app.adapters.signatures.bundles.public_key import Key, checked, spki
from app.adapters.signatures.bundles.refusal import RefusalError
from app.domain.canonical import read_json
from app.domain.digest import Digest
from app.domain.errors import MalformedDocumentError

Signer = x509.Certificate | Key
Spec = Any
"""The JSON that a log keeps: whatever it is, a comparison that cannot be made fails."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What the bundle holds, and an entry must be about."""

    content: Message | Envelope
    digest: Digest
    """Of the file, or of what an envelope's signature signs."""
    signer: Signer

    def by(self, algorithm: str) -> str | None:
        """Digest what is signed; None for a hash by which it is not known."""
        if algorithm == "sha256":
            return self.digest
        if algorithm not in HASHES.values():
            return None
        if isinstance(self.content, Envelope):
            return hashlib.new(algorithm, self.content.encoded).hexdigest()
        return self.content.file.digest(algorithm) if self.content.file is not None else None


def must_match(
    entry: LogEntry, content: Message | Envelope, digest: Digest | None, signer: Signer
) -> None:
    """Raise RefusalError unless the entry is about this content, signature and signer.

    `digest` is that of the file; it is None for an envelope.
    """
    compare = _COMPARISONS.get(entry.kind)
    if compare is None:
        message = f"log entries of the kind {entry.kind[:80]!r} are not read"
        raise RefusalError("log_entry_unsupported", message)
    if isinstance(content, Envelope):
        digest = Digest.of(content.encoded)
    if digest is None:
        raise RefusalError("digest_missing", "the sha256 of the signed file is not known")
    try:
        body = read_json(entry.body)
        is_kind = f"{body['kind']}/{body['apiVersion']}" == entry.kind
        agrees = is_kind and compare(body["spec"], Signed(content, digest, signer))
    except (MalformedDocumentError, KeyError, IndexError, TypeError, ValueError) as error:
        message = f"the body of the log entry is not a {entry.kind}"
        raise RefusalError("log_entry_malformed", message) from error
    if not agrees:
        message = "the log entry is about another signature, signer or content"
        raise RefusalError("signature_invalid", message)


def _hashedrekord_1(spec: Spec, signed: Signed) -> bool:
    algorithm = spec["data"]["hash"]["algorithm"]
    digest = signed.by(algorithm)
    return (
        isinstance(signed.content, Message)
        and digest is not None
        and spec["data"]["hash"] == {"algorithm": algorithm, "value": digest}
        and _decoded(spec["signature"]["content"]) == signed.content.signature
        and _is_pem_of(spec["signature"]["publicKey"]["content"], signed.signer)
    )


def _hashedrekord_2(spec: Spec, signed: Signed) -> bool:
    record = spec["hashedRekordV002"]
    verifier = record["signature"]["verifier"]
    if isinstance(signed.signer, x509.Certificate):
        stated, expected = verifier["x509Certificate"], _der(signed.signer)
    else:
        stated, expected = verifier["publicKey"], spki(signed.signer)
    digest = signed.by(HASHES[record["data"]["algorithm"]])
    return (
        digest is not None
        and _decoded(record["data"]["digest"]) == bytes.fromhex(digest)
        and _decoded(record["signature"]["content"]) == signed.content.signature
        and _decoded(stated["rawBytes"]) == expected
    )


def _dsse_1(spec: Spec, signed: Signed) -> bool:
    (only,) = spec["signatures"]
    return (
        _is_payload(spec["payloadHash"], signed.content)
        and _decoded(only["signature"]) == signed.content.signature
        and _is_pem_of(only["verifier"], signed.signer)
    )


def _intoto_2(spec: Spec, signed: Signed) -> bool:
    logged = spec["content"]
    (only,) = logged["envelope"]["signatures"]
    return (
        isinstance(signed.content, Envelope)
        and logged["envelope"]["payloadType"] == signed.content.payload_type
        and _is_payload(logged["payloadHash"], signed.content)
        # Rekor stores the base64 text of the signature as bytes, and so encodes it twice.
        and _decoded(_decoded(only["sig"]).decode()) == signed.content.signature
        and _is_pem_of(only["publicKey"], signed.signer)
    )


def _intoto_1(spec: Spec, signed: Signed) -> bool:
    # This kind holds no signature; that this signer signed this payload is all it says.
    is_payload = _is_payload(spec["content"]["payloadHash"], signed.content)
    return is_payload and _is_pem_of(spec["publicKey"], signed.signer)


_COMPARISONS: dict[str, Callable[[Spec, Signed], bool]] = {
    "hashedrekord/0.0.1": _hashedrekord_1,
    "hashedrekord/0.0.2": _hashedrekord_2,
    "dsse/0.0.1": _dsse_1,
    "intoto/0.0.2": _intoto_2,
    "intoto/0.0.1": _intoto_1,
}


def _is_payload(stated: object, content: Message | Envelope) -> bool:
    return isinstance(content, Envelope) and stated == {
        "algorithm": "sha256",
        "value": Digest.of(content.payload),
    }


def _is_pem_of(text: str, signer: Signer) -> bool:
    pem = _decoded(text)
    if isinstance(signer, x509.Certificate):
        return _der(x509.load_pem_x509_certificate(pem)) == _der(signer)
    return spki(checked(serialization.load_pem_public_key(pem))) == spki(signer)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
