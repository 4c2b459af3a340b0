"""Trust domains: pinned files of a folder, one domain a file, never merged.

    <domain>.json   the trusted root of a sigstore (protobuf-specs, sigstore_trustroot.proto)
    <domain>.pem    public keys, or root certificates; a file holds one of the two

In a merged root a certificate of one sigstore would pass with a log entry of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from pydantic import ValidationError

from app.adapters.signatures.bundles import public_key
from app.adapters.signatures.bundles.public_key import Key
from app.adapters.signatures.sigstore_parts import Route, read_routes
from app.domain.canonical import read_json
from app.domain.digest import Digest
from app.domain.errors import GateError, VerifierError

SHIPPED = Path(__file__).parent / "trust_roots"
"""The public-good sigstore, as pinned when this version of the gate was released."""
_PEM_END = b"-----END PUBLIC KEY-----"


@dataclass(frozen=True, slots=True)
class SigstoreDomain:
    """One sigstore: its authorities and its logs."""

    name: str
    sha256: Digest
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class KeyDomain:
    """Public keys that are pinned. To retire a key is to take it out of its file."""

    name: str
    sha256: Digest
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class CertificateDomain:
    """Root certificates that are pinned, for signers with certificates of their own."""

    name: str
    sha256: Digest
    roots: tuple[x509.Certificate, ...]


TrustDomain = SigstoreDomain | KeyDomain | CertificateDomain


def read_folder(folder: Path) -> tuple[TrustDomain, ...]:
    """Read every trust domain of a folder, sorted by name.

    Raises VerifierError, naming file and reason, if one of them cannot be relied on, or if
    there is none: a gate without a trust domain must not start.
    """
    files = sorted([*folder.glob("*.json"), *folder.glob("*.pem")])
    if not files:
        raise VerifierError(f"no trust domain (<name>.json or <name>.pem) in {folder}")
    names = [file.stem for file in files]
    for file in files:
        if names.count(file.stem) > 1:
            raise _unusable(str(file), f"another file also names the domain {file.stem!r}")
    return tuple(read_file(file) for file in files)


def read_file(file: Path) -> TrustDomain:
    """Read one trust domain, named by its file. Raises VerifierError."""
    if file.exists() and not file.is_file():
        # Whoever opens a pipe may wait for good, and here the gate itself does.
        raise _unusable(str(file), "it is no file")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _unusable(str(file), str(error)) from error
    return read(file.stem, content, source=str(file))


def read(name: str, content: bytes, *, source: str) -> TrustDomain:
    """Read one trust domain. Raises VerifierError, naming source and reason."""
    try:
        if b"-----BEGIN " in content and not content.lstrip().startswith(b"{"):
            return _read_pem(name, content)
        return SigstoreDomain(name, Digest.of(content), read_routes(read_json(content)))
    except GateError as error:
        raise _unusable(source, error.message) from error
    except ValidationError as error:
        raise _unusable(source, _first_of(error)) from error
    except Exception as error:
        # sigstore, pydantic and cryptography each raise their own: the file is unusable.
        raise _unusable(source, f"{type(error).__name__}: {error}") from error


def _read_pem(name: str, content: bytes) -> TrustDomain:
    is_key, is_certificate = (b"BEGIN " + kind in content for kind in (b"PUBLIC", b"CERT"))
    if is_key == is_certificate:
        raise ValueError("it holds neither public keys alone nor certificates alone")
    sha256 = Digest.of(content)
    if is_certificate:
        roots = x509.load_pem_x509_certificates(content)
        return CertificateDomain(name, sha256, tuple(roots))
    blocks = [block + _PEM_END for block in content.split(_PEM_END)[:-1]]
    if not blocks:
        raise ValueError("it holds no whole PUBLIC KEY block")
    return KeyDomain(name, sha256, tuple(public_key.load(block) for block in blocks))


def _first_of(error: ValidationError) -> str:
    # As a JSON Pointer (RFC 6901) into the file, and what was expected there.
    first = error.errors()[0]
    place = "".join(f"/{part}" for part in first["loc"])
    return f"{place or 'the document'}: {first['msg']}"


def _unusable(source: str, reason: str) -> VerifierError:
    first_line = reason.strip().partition("\n")[0]
    return VerifierError(f"the trust domain {source} cannot be used: {first_line}", detail=reason)
