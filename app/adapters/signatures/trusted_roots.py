"""Trust domains: pinned trusted roots, one file a domain, never merged.

In a merged root a certificate of one sigstore would pass with a log entry of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.adapters.signatures.sigstore_parts import Route, read_routes
from app.domain.canonical import read_json
from app.domain.digest import Digest
from app.domain.errors import GateError, VerifierError

SHIPPED = Path(__file__).parent / "trust_roots"
"""The public-good sigstore, as pinned when this version of the gate was released."""


@dataclass(frozen=True, slots=True)
class TrustDomain:
    """One sigstore that is trusted, named by its file."""

    name: str
    sha256: Digest
    routes: tuple[Route, ...]


def read_folder(folder: Path) -> tuple[TrustDomain, ...]:
    """Read every `<trust domain>.json` of a folder, sorted by name.

    Raises VerifierError, naming file and reason, if one of them cannot be relied on, or if
    there is none: a gate without a trust root must not start.
    """
    files = sorted(folder.glob("*.json"))
    if not files:
        raise VerifierError(f"no trusted root (<trust domain>.json) in {folder}")
    return tuple(read_file(file) for file in files)


def read_file(file: Path) -> TrustDomain:
    """Read one trusted root, named by its file. Raises VerifierError."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _unusable(str(file), str(error)) from error
    return read(file.stem, content, source=str(file))


def read(name: str, content: bytes, *, source: str) -> TrustDomain:
    """Read one trusted root. Raises VerifierError, naming source and reason."""
    try:
        read_json(content)
        routes = read_routes(content)
    except GateError as error:
        raise _unusable(source, error.message) from error
    except Exception as error:
        # sigstore, pydantic and cryptography each raise their own: the file is unusable.
        raise _unusable(source, f"{type(error).__name__}: {error}") from error
    return TrustDomain(name=name, sha256=Digest.of(content), routes=routes)


def _unusable(source: str, reason: str) -> VerifierError:
    first_line = reason.strip().partition("\n")[0]
    return VerifierError(f"the trusted root {source} cannot be used: {first_line}", detail=reason)
