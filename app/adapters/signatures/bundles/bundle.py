"""A sigstore bundle (protobuf-specs, sigstore_bundle.proto) as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.adapters.signatures.bundles.fields import Fields, malformed, octets
from app.adapters.signatures.bundles.log_entry import LogEntry, read_entry
from app.adapters.signatures.bundles.refusal import RefusalError
from app.domain.canonical import read_json
from app.domain.digest import Digest
from app.domain.errors import MalformedDocumentError

FIRST_VERSION = "application/vnd.dev.sigstore.bundle+json;version=0.1"
MEDIA_TYPES = frozenset(
    {
        FIRST_VERSION,
        "application/vnd.dev.sigstore.bundle+json;version=0.2",
        "application/vnd.dev.sigstore.bundle+json;version=0.3",
        "application/vnd.dev.sigstore.bundle.v0.3+json",
    }
)
MOST_TIMESTAMPS = 32


SHA256 = "SHA2_256"
HASHES: dict[str, str] = {SHA256: "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}
"""Hashes that signatures are made over, as protobuf names them and as others do."""


class File(Protocol):
    """A file that is at hand, for what its sha256 is not enough for."""

    def digest(self, algorithm: str) -> str:
        """Digest it by sha256, sha384 or sha512, in hexadecimal."""

    def content(self) -> bytes | None:
        """Read it, or give None for one that is too large for that."""


@dataclass(frozen=True, slots=True)
class Message:
    """A signature over a file."""

    hashed_by: str
    """The hash that the bundle states the file's digest by; sha256 if it states none."""
    stated: bytes | None
    """That digest."""
    signature: bytes
    file: File | None = None
    """The file, if whoever verifies has it: nothing of the bundle."""

    @property
    def digest(self) -> Digest | None:
        """The sha256 of the file, if the bundle states that."""
        if self.stated is None or self.hashed_by != SHA256:
            return None
        return Digest(self.stated.hex())


@dataclass(frozen=True, slots=True)
class Envelope:
    """A signature over a DSSE envelope, and what is in it."""

    payload_type: str
    payload: bytes
    signature: bytes

    @property
    def encoded(self) -> bytes:
        """What is signed: the pre-authentication encoding (DSSE v1, `PAE`)."""
        kind = self.payload_type.encode()
        return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.payload), self.payload)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as it stands, nothing of it verified."""

    media_type: str
    certificates: tuple[bytes, ...]
    """In DER, the signer's first; empty when a bare key signed."""
    key_hint: str
    """What the bundle says of the key; it never says which key to trust."""
    entries: tuple[LogEntry, ...]
    timestamps: tuple[bytes, ...]
    """RFC 3161 responses in DER."""
    content: Message | Envelope


def read(content: bytes) -> Bundle:
    """Read a bundle. Raises RefusalError for anything that is not exactly one."""
    try:
        document = read_json(content)
    except MalformedDocumentError as error:
        raise RefusalError("bundle_malformed", f"the bundle is {error.message}") from error
    known = frozenset({"mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"})
    fields = Fields(document, "", known)
    media_type = fields.text("mediaType")
    if media_type not in MEDIA_TYPES:
        raise RefusalError("bundle_unsupported", f"the media type is {media_type[:120]!r}")
    material = fields.member(
        "verificationMaterial",
        "publicKey x509CertificateChain certificate tlogEntries timestampVerificationData",
    )
    certificates, hint = _signer(material)
    return Bundle(
        media_type=media_type,
        certificates=certificates,
        key_hint=hint,
        entries=_entries(material, media_type),
        timestamps=_timestamps(material),
        content=_content(fields),
    )


def _signer(material: Fields) -> tuple[tuple[bytes, ...], str]:
    kinds = [
        kind for kind in ("publicKey", "x509CertificateChain", "certificate") if material.has(kind)
    ]
    if len(kinds) != 1:
        raise malformed("verificationMaterial", f"has {len(kinds)} signers, not one")
    if kinds == ["certificate"]:
        return (material.member("certificate", "rawBytes").octets("rawBytes"),), ""
    if kinds == ["x509CertificateChain"]:
        chain = material.member("x509CertificateChain", "certificates").items("certificates")
        read_ = [Fields(item, "certificates", frozenset({"rawBytes"})) for item in chain]
        if not read_:
            raise malformed("x509CertificateChain", "has no certificate")
        return tuple(item.octets("rawBytes") for item in read_), ""
    # Model signing before 1.1 put the key itself here: it is read over, never used.
    key = material.member("publicKey", "hint rawBytes keyDetails")
    return (), key.text("hint") if key.has("hint") else ""


def _entries(material: Fields, media_type: str) -> tuple[LogEntry, ...]:
    listed = enumerate(material.items("tlogEntries"))
    entries = tuple(read_entry(entry, f"tlogEntries.{index}") for index, entry in listed)
    for entry in entries:
        # Only the first version did without proofs; there the log's promise has to do.
        if media_type != FIRST_VERSION and not entry.is_proven:
            message = "the log entry has no inclusion proof with a checkpoint"
            raise RefusalError("log_entry_unproven", message)
    return entries


def _timestamps(material: Fields) -> tuple[bytes, ...]:
    if not material.has("timestampVerificationData"):
        return ()
    data = material.member("timestampVerificationData", "rfc3161Timestamps")
    stamps = [
        Fields(item, "rfc3161Timestamps", frozenset({"signedTimestamp"})).octets("signedTimestamp")
        for item in data.items("rfc3161Timestamps")
    ]
    if len(stamps) > MOST_TIMESTAMPS or len(set(stamps)) != len(stamps):
        raise malformed("rfc3161Timestamps", "are too many, or one stands twice")
    return tuple(stamps)


def _content(fields: Fields) -> Message | Envelope:
    if fields.has("messageSignature") == fields.has("dsseEnvelope"):
        raise malformed("", "has not exactly one of messageSignature and dsseEnvelope")
    if fields.has("messageSignature"):
        message = fields.member("messageSignature", "messageDigest signature")
        return Message(*_digest(message), message.octets("signature"))
    envelope = fields.member("dsseEnvelope", "payload payloadType signatures")
    signatures = envelope.items("signatures")
    if len(signatures) != 1:
        message_ = f"the envelope has {len(signatures)} signatures, not one"
        raise RefusalError("envelope_unsupported", message_)
    signature = octets(
        Fields(signatures[0], "signatures.0", frozenset({"sig", "keyid"})).text("sig"),
        "signatures.0.sig",
    )
    return Envelope(envelope.text("payloadType"), envelope.octets("payload"), signature)


def _digest(message: Fields) -> tuple[str, bytes | None]:
    if not message.has("messageDigest"):
        return SHA256, None
    stated = message.member("messageDigest", "algorithm digest")
    algorithm, raw = stated.text("algorithm"), stated.octets("digest")
    if algorithm == SHA256 and len(raw) != 32:  # noqa: PLR2004 - the bytes of a sha256
        raise malformed("messageDigest.digest", "is not as long as a sha256")
    return algorithm, raw
