"""One request to verify a bundle, answered: verified, refused, or not checked at all.

(1) the request names one thing to verify, and what to trust
(2) the bundle is verified, and was signed in the way that was asked for
(3) the signer is the one who was named
(4) what was signed is the thing: the file, one of a statement's subjects, or the model
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app.adapters.model_files.walk import UnsafeModelError
from app.adapters.signatures import model_manifest, trusted_roots
from app.adapters.signatures.authenticated import Authenticated
from app.adapters.signatures.authentication import authenticate
from app.adapters.signatures.bundles.bundle import Envelope
from app.adapters.signatures.bundles.refusal import RefusalError
from app.adapters.signatures.sigstore_bundles import document_in, shortened, statement_of
from app.adapters.signatures.trusted_roots import CertificateDomain, KeyDomain, TrustDomain
from app.cli import exits
from app.cli.verify import model_comparison
from app.cli.verify.artifact import HASHES, Artifact
from app.domain.digest import Digest
from app.domain.errors import GateError, InvalidDigestError, VerifierError

LARGEST_BUNDLE = 64 << 20
_LONGEST_NAME = 120
_NAMED = {KeyDomain: "public keys", CertificateDomain: "certificates"}


@dataclass(frozen=True, slots=True)
class Request:
    """What to verify, against what, and who must have signed it."""

    bundle: Path
    artifact: Path | None = None
    sha256: str | None = None
    model: Path | None = None
    trusted_root: str | None = None
    """A file, or the name of a trusted root that is shipped; None for the public-good one."""
    key: Path | None = None
    cert_roots: tuple[Path, ...] = ()
    identity: str | None = None
    issuer: str | None = None
    ignore_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request."""

    is_verified: bool
    was_checked: bool
    code: str
    reason: str
    claims: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 verified, 1 refused, 3 could not check."""
        if not self.was_checked:
            return 3
        return 0 if self.is_verified else 1


class UncheckedError(Exception):
    """A request that could not be looked into: `code` is stable, for programs."""

    def __init__(self, code: str, message: str) -> None:
        """Say what kept the bundle from being verified."""
        super().__init__(message)
        self.code = code
        self.message = message


class Trust:
    """Trust domains by file, each read once: many requests share few."""

    def __init__(self) -> None:
        self._read: dict[Path, TrustDomain] = {}

    def domain(self, file: Path) -> TrustDomain:
        """Read a trust domain. Raises UncheckedError."""
        if file not in self._read:
            try:
                self._read[file] = trusted_roots.read_file(file)
            except VerifierError as error:
                raise UncheckedError("trust_unusable", error.message) from error
        return self._read[file]


def answer(request: Request, trust: Trust, now: datetime) -> Answer:
    """Verify what is asked for. Raises nothing: every trouble has a code."""
    try:
        claims = _verify(request, trust, now)
    except RefusalError as refusal:
        return Answer(
            is_verified=False,
            was_checked=True,
            code=refusal.code,
            reason=shortened(refusal.message),
        )
    except UncheckedError as error:
        return unchecked(error.code, error.message)
    except GateError as error:
        return unchecked("unreadable_input", error.message)
    except OSError as error:
        return unchecked("unreadable_input", f"{error.filename}: {error.strerror}")
    except (RuntimeError, ValueError) as error:
        # Paths that lead in a circle, or that no file system takes.
        return unchecked("unreadable_input", str(error))
    return Answer(is_verified=True, was_checked=True, code="verified", reason="", claims=claims)


def unchecked(code: str, reason: str) -> Answer:
    """Answer a request that could not be looked into."""
    return Answer(is_verified=False, was_checked=False, code=code, reason=shortened(reason))


def _verify(request: Request, trust: Trust, now: datetime) -> dict[str, Any]:
    _must_be_files(request)
    wanted = _wanted(request)  # (1)
    domains = _domains(request, trust)
    content = _read(request.bundle)
    sha256 = Digest(wanted.digest("sha256")) if isinstance(wanted, Artifact) else wanted
    file = wanted if isinstance(wanted, Artifact) else None
    found = authenticate(content, sha256, domains, now, file)  # (2)
    _must_be_signed_as_asked(found, request)
    _must_be_signer(found, request)  # (3)
    claims = _claims(found)
    if not isinstance(found.content, Envelope):  # (4)
        if found.content != sha256:
            raise RefusalError("not_a_model_signature", "the bundle signs one file, not a model")
        return claims
    if request.model is not None:
        return claims | _model(request, request.model, found.content)
    return claims | _statement(found.content, wanted)


def _must_be_files(request: Request) -> None:
    # Whoever opens a pipe may wait for good.
    given = (request.artifact, request.bundle, request.key, *request.cert_roots)
    for path in given:
        if path is not None and exits.may_never_end(path):
            raise UncheckedError("unreadable_input", f"no file: {path}")


def _wanted(request: Request) -> Artifact | Digest | None:
    things = (request.artifact, request.sha256, request.model)
    named = [thing for thing in things if thing is not None]
    if len(named) != 1:
        raise UncheckedError("request_invalid", "name exactly one of artifact, sha256 and model")
    if request.artifact is not None:
        return Artifact(request.artifact)
    if request.sha256 is not None:
        try:
            return Digest(request.sha256.lower())
        except InvalidDigestError as error:
            raise UncheckedError("request_invalid", error.message) from error
    model = request.model
    if model is not None and not model.is_dir() and not model.is_file():
        # Anything else, such as a pipe, could keep whoever reads it waiting.
        raise UncheckedError("unreadable_input", f"there is no model at {model}")
    return None


def _domains(request: Request, trust: Trust) -> list[TrustDomain]:
    domains = [trust.domain(_trusted_root(request.trusted_root))]
    asked = [(request.key, KeyDomain)] if request.key is not None else []
    for path, kind in [*asked, *((path, CertificateDomain) for path in request.cert_roots)]:
        domain = trust.domain(path)
        if not isinstance(domain, kind):
            message = f"{path} holds no {_NAMED[kind]}, which it was given for"
            raise UncheckedError("trust_unusable", message)
        domains.append(domain)
    return domains


def _trusted_root(named: str | None) -> Path:
    shipped = {file.stem: file for file in trusted_roots.SHIPPED.glob("*.json")}
    if named is None:
        return shipped["public-good"]
    return Path(named) if Path(named).exists() else shipped.get(named, Path(named))


def _read(bundle: Path) -> bytes:
    with bundle.open("rb") as file:
        content = file.read(LARGEST_BUNDLE + 1)
    if len(content) > LARGEST_BUNDLE:
        message = f"the bundle is larger than {LARGEST_BUNDLE >> 20} MiB"
        raise RefusalError("bundle_too_large", message)
    return content


def _must_be_signed_as_asked(found: Authenticated, request: Request) -> None:
    # A key or a root that was given is the one to trust; a sigstore then only tells times.
    kind = found.signer.identity_type
    wanted = {
        name for name, given in (("key", request.key), ("subject", request.cert_roots)) if given
    }
    if wanted and kind not in wanted:
        message = f"signed by a certificate of {found.signer.issuer!r}, not by what was given"
        raise RefusalError("signer_not_trusted", message)


def _must_be_signer(found: Authenticated, request: Request) -> None:
    signer = found.signer
    if request.identity is not None and request.identity != signer.identity:
        message = f"signed by {_told(signer.identity)}, not by {_told(request.identity)}"
        raise RefusalError("identity_mismatch", message)
    if request.issuer is not None and request.issuer != signer.issuer:
        message = f"vouched for by {_told(signer.issuer)}, not by {_told(request.issuer)}"
        raise RefusalError("issuer_mismatch", message)


def _told(name: str) -> str:
    # Names that differ often do so at their end: a long one keeps both of its ends.
    return repr(name if len(name) <= _LONGEST_NAME else f"{name[:60]} ... {name[-50:]}")


def _model(request: Request, model: Path, envelope: Envelope) -> dict[str, Any]:
    manifest = model_manifest.of(document_in(envelope))
    ignored = [_relative(path, model) for path in request.ignore_paths]
    try:
        model_comparison.must_match(model, manifest, ignored, request.bundle)
    except UnsafeModelError as error:
        raise RefusalError("model_unsafe", error.message) from error
    return {
        "files": len(manifest.pieces),
        "hash": manifest.algorithm,
        "ignored_by_signer": list(manifest.ignored_paths),
    }


def _relative(path: str, model: Path) -> str:
    root, given = model.resolve(), Path(path)
    for full in (given.absolute(), root / given):
        resolved = full.resolve()
        if resolved != root and resolved.is_relative_to(root):
            return resolved.relative_to(root).as_posix()
    message = f"{path} does not lie below the model, so it cannot be left out"
    raise UncheckedError("request_invalid", message)


def _statement(envelope: Envelope, wanted: Artifact | Digest | None) -> dict[str, Any]:
    statement = statement_of(document_in(envelope))
    if isinstance(wanted, Artifact):
        named = {name for subject in statement.subjects for name in subject.digest}
        digests = {name: wanted.digest(name) for name in HASHES if name in named}
    else:
        digests = {} if wanted is None else {"sha256": str(wanted)}
    if not statement.is_about(digests):
        raise RefusalError("subject_mismatch", "the statement is about other files")
    return {"predicate_type": statement.predicate_type}


def _claims(found: Authenticated) -> dict[str, Any]:
    signer = found.signer
    claims: dict[str, Any] = {
        "trust_domain": signer.trust_domain,
        "trust_root_sha256": signer.trust_root_sha256,
        "issuer": signer.issuer,
        "identity": {"type": signer.identity_type, "value": signer.identity},
        "certificate": dict(signer.claims),
    }
    if found.signed_at is not None:
        claims["signed_at"] = found.signed_at.isoformat()
    if found.log_index is not None:
        claims["log_index"] = found.log_index
    return claims


def exit_code(answers: Sequence[Answer]) -> int:
    """Sum up: 3 if anything could not be checked, else 1 if anything was refused, else 0."""
    codes = [one.exit_code for one in answers]
    return max(codes, default=3)
