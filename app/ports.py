"""The world on one page: every Protocol the gate needs, and the Ports that hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from app.domain.attestations.summary import Verifier
from app.domain.caller import Caller, Token
from app.domain.decision import EngineIdentity, Verdict
from app.domain.digest import Digest
from app.domain.enforcement.manifest import Manifest
from app.domain.entry import Draft, Entry, Idempotency, Kind, Page, Personal, PlacedEntry
from app.domain.errors import PolicyEngineError
from app.domain.evidence import EvaluationReport, ModelCard, Scores
from app.domain.finding import Finding
from app.domain.log.question import Cursor, Found, Question
from app.domain.log.receipt import Receipt
from app.domain.log.tile import Tile
from app.domain.quorum import Quorum
from app.domain.release import Document, File
from app.domain.rollout.served import ServedBundle


class Clock(Protocol):
    """The time, and nothing else that is not in the request."""

    def now(self) -> datetime:
        """Tell the time, with its zone."""


class Documents(Protocol):
    """Documents by digest: evidence, signature bundles, policy inputs."""

    def put(self, sha256: Digest, content: bytes) -> bool:
        """Keep a document; True if it is new. Raises InvalidDigestError, StoreError."""

    def read(self, sha256: Digest) -> bytes | None:
        """Read a document, or None if there is none. Raises StoreError."""


class CardReader(Protocol):
    """One format of model cards."""

    format: str

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the files are certainly of this format."""

    def parse(self, files: Sequence[Document]) -> ModelCard:
        """Read the files. Raises UnreadableEvidenceError, and nothing else."""


class ReportReader(Protocol):
    """One format of evaluation reports."""

    format: str

    def sniff(self, files: Sequence[Document]) -> bool:
        """Tell whether the files are certainly of this format."""

    def parse(self, files: Sequence[Document]) -> EvaluationReport:
        """Read the files. Raises UnreadableEvidenceError, and nothing else."""


class ManifestReader(Protocol):
    """Objects of clusters, and the models that they name."""

    def read(self, document: Mapping[str, Any]) -> Manifest:
        """List the models that an object names; what cannot be read is told, never left out."""


class SignatureVerifier(Protocol):
    """Verifies bundles against pinned trust roots, offline. Says no unless it has looked."""

    def verify(self, bundle: Document, files: Sequence[File]) -> Finding:
        """Verify one bundle over a release's files; a bad bundle is a finding, never an error.

        Raises VerifierError when there is nothing to verify against.
        """

    def ping(self) -> None:
        """Raise VerifierError unless bundles can be verified."""


class PolicyEngine(Protocol):
    """Evaluates the policies on one input document."""

    @property
    def identity(self) -> EngineIdentity:
        """The engine, chosen at start: another one never answers in its place."""

    def quorum(self, stage: str, risk_tier: str) -> Quorum | None:
        """Tell the seats that policy data states, or None. Raises PolicyEngineError."""

    def evaluate(self, document: Mapping[str, Any]) -> Verdict:
        """Evaluate policy on the document. Raises PolicyEngineError for all but a whole verdict."""

    def ping(self) -> str:
        """Tell the active policy revision. Raises PolicyEngineError."""

    def close(self) -> None:
        """Stop whatever was started."""


class Candidate(Protocol):
    """Other policies than the active ones, asked about many recorded inputs at once."""

    revision: str

    def evaluate_all(self, documents: Sequence[bytes]) -> Sequence[Verdict | PolicyEngineError]:
        """Evaluate each document (JSON, as it was recorded), in order; an error is an answer."""


class PolicySources(Protocol):
    """The sources of the policies that decide, to be kept once under their revision."""

    def pending(self, revision: str) -> bytes | None:
        """Give the sources of a revision until they are kept; None if they are not at hand."""

    def kept(self, revision: str) -> None:
        """Hear that the sources of a revision are in the store."""


class Bundles(Protocol):
    """The signed bundle of the policies, for those OPAs that fetch it from the gate."""

    def current(self) -> ServedBundle:
        """Give the bundle. Raises NotFoundError when none is handed out, PolicyEngineError."""

    def wait_for_other(self, etag: str, limit: timedelta) -> ServedBundle:
        """Give another bundle than the one of this name, or the same one after the limit."""


class Log(Protocol):
    """The append-only log: nothing in it is ever changed or taken out."""

    name: str

    def append(self, draft: Draft, idempotency: Idempotency | None = None) -> Entry:
        """Append durably, or give back the entry that this idempotency key already made.

        The stored bytes are the draft's body with `log`, `seq`, `at` and `entry` put into
        it (`app.domain.entry.seal`): Entry.body is what to answer. The draft's documents are
        stored and its places moved in the same transaction. Raises MovedError when one of
        the places is not where the draft expects it, IdempotencyConflictError,
        InvalidDigestError, TooLargeError, StoreError.
        """

    def repeated(self, idempotency: Idempotency) -> Entry | None:
        """Find what this key already made. Raises IdempotencyConflictError, StoreError."""

    def find(self, entry_id: str, kind: Kind) -> Entry | None:
        """Find one entry. Raises StoreError."""

    def at_place(self, place: str, *, until: int | None = None) -> Entry | None:
        """Find the entry that a named place points at now, or pointed at before a time.

        `until` is in microseconds since the epoch. Raises StoreError.
        """

    def moves(self, place: str) -> Sequence[Entry]:
        """List every entry that a named place ever pointed at, oldest first."""

    def places(self, prefix: str, *, after: str = "", limit: int = 100) -> Sequence[PlacedEntry]:
        """List places whose names begin so, and come after `after`, by name (code points)."""

    def personal(self, places: Sequence[int]) -> Mapping[int, Sequence[Personal]]:
        """Read the personal texts of entries that were not erased, by their sequence numbers.

        An entry without any is not in the answer. Raises StoreError.
        """

    def page(self, kind: Kind, *, before: int | None, limit: int) -> Page:
        """List entries of a kind, newest first, below the sequence number `before`."""

    def about(self, release: Digest, kind: Kind) -> Sequence[Entry]:
        """List the entries of a kind about one release, oldest first. Raises StoreError."""

    def submitters(self, release: Digest) -> frozenset[str]:
        """Tell everyone who ever had this release decided. Raises StoreError."""

    def released(self, model: str, stage: str, release: Digest) -> bool:
        """Tell whether this release of the model was ever allowed on the stage."""

    def is_first(self, model: str, stage: str, release: Digest) -> bool:
        """Tell whether no other release of the model was ever allowed on the stage."""

    def last_released(self, model: str, stage: str, *, besides: Digest) -> Entry | None:
        """Find the newest decision that allowed another release of the model on the stage."""

    def ping(self) -> None:
        """Raise StoreError unless the log can be written."""

    @property
    def key(self) -> str:
        """The log's public key, as a C2SP vkey."""

    def checkpoint(self) -> str:
        """Sign the log as it is now: a C2SP checkpoint. Raises StoreError, also when frozen."""

    def receipt(self, seq: int) -> Receipt:
        """Prove that the entry at this place is in the log. Raises NotFoundError, StoreError."""

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """Prove that the log of the size `new` begins with that of the size `old`.

        Raises NotFoundError, StoreError.
        """

    def tile(self, wanted: Tile) -> bytes:
        """Read a tile of hashes or a bundle of entries. Raises NotFoundError, StoreError."""

    def search(self, question: Question, cursor: Cursor | None, limit: int) -> Found:
        """Find a page of what is asked for, newest first. Raises StoreError."""

    def scan(self, question: Question, low: int, high: int, limit: int) -> Sequence[Entry]:
        """Read what is asked for from place `low` up to `high`, oldest first.

        Raises StoreError.
        """


class Tokens(Protocol):
    """Bearer tokens `cs_<id>_<secret>`, known by the hash of their secret."""

    def authenticate(self, presented: str, now: datetime) -> Caller:
        """Tell whose token this is. Raises UnauthenticatedError, StoreError."""

    def create(self, caller: Caller, secret: str, expires_at: datetime | None, *, by: str) -> Entry:
        """Keep a new token's hash, and record in the log who made it, in one transaction.

        The secret has at least 32 URL-safe characters. Raises ValueError, StoreError.
        """

    def revoke(self, token_id: str, *, by: str) -> Entry:
        """End a token now, and record who did. Raises NotFoundError, StoreError."""

    def all(self) -> Sequence[Token]:
        """List every token, the oldest first, without secrets. Raises StoreError."""


class Issuers(Protocol):
    """Tokens that somebody else signed (JWT), of issuers that are trusted by configuration."""

    def authenticate(self, presented: str, now: datetime) -> Caller:
        """Tell whom a token stands for. Raises UnauthenticatedError, IssuerError."""


class Attestor(Protocol):
    """Signs what the gate states, so that others can check it without asking the gate."""

    def attest(self, statement: bytes) -> bytes:
        """Sign an in-toto statement; give it in a sigstore bundle (v0.3, DSSE).

        Raises AttestorError.
        """

    def public_key(self) -> bytes:
        """Give the public key that verifies these signatures, in PEM."""


class Notifier(Protocol):
    """Somebody who wants to hear of decisions."""

    def tell(self, body: Mapping[str, Any]) -> None:
        """Tell of one decision; may fail."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything a use case may reach."""

    clock: Clock
    documents: Documents
    card_readers: tuple[CardReader, ...]
    report_readers: tuple[ReportReader, ...]
    scores_by_sample: Callable[[Sequence[Document]], Sequence[Scores]]
    """Reads scores by sample where the files of a report hold them; raises nothing."""
    signatures: SignatureVerifier
    attestor: Attestor
    verifier: Verifier
    """The name under which the gate attests."""
    engine: PolicyEngine
    bundles: Bundles
    policies: PolicySources
    log: Log
    tokens: Tokens
    issuers: Issuers
    notifiers: tuple[Notifier, ...]
    new_id: Callable[[], str]
    """Makes an identifier that nobody has used and that sorts by time (UUIDv7)."""
    new_secret: Callable[[], str]
    """Makes a secret of at least 32 URL-safe characters that nobody can guess."""
    manifests: ManifestReader
    validity: timedelta
    """How long after it was recorded an allow lets a release in."""
    close: Callable[[], None]
    """Lets go of everything that was opened or started."""
