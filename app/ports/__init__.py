"""The world on one page: the Ports that hold everything a use case may reach.

The Protocols stand beside, by what they are about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain.attestations.summary import Verifier
from app.domain.events.subscriber import Subscriber
from app.domain.evidence import Scores
from app.domain.release import Document
from app.ports.evidence import CardReader, DatasetReader, ReportReader, SignatureVerifier
from app.ports.outward import Answers, Asker, Courier, Enforcement, ManifestReader
from app.ports.people import (
    Attestor,
    Credentials,
    Identities,
    Issuers,
    Notifier,
    Passwords,
    SignIns,
    Tokens,
)
from app.ports.policies import (
    Bundles,
    Candidate,
    PolicyEngine,
    PolicyLibrary,
    PolicySources,
    Workbench,
)
from app.ports.record import Clock, Documents, Log

__all__ = [
    "Answers",
    "Asker",
    "Attestor",
    "Bundles",
    "Candidate",
    "CardReader",
    "Clock",
    "Courier",
    "Credentials",
    "DatasetReader",
    "Documents",
    "Enforcement",
    "Identities",
    "Issuers",
    "Log",
    "ManifestReader",
    "Notifier",
    "Passwords",
    "PolicyEngine",
    "PolicyLibrary",
    "PolicySources",
    "Ports",
    "ReportReader",
    "SignIns",
    "SignatureVerifier",
    "Tokens",
    "Workbench",
]


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
    library: PolicyLibrary
    workbench: Workbench
    log: Log
    tokens: Tokens
    identities: Identities
    notifiers: tuple[Notifier, ...]
    subscribers: tuple[Subscriber, ...]
    courier: Courier
    askers: tuple[Asker, ...]
    address: str
    """URL by which others reach the gate, for links."""
    new_id: Callable[[], str]
    """Makes an identifier that nobody has used and that sorts by time (UUIDv7)."""
    new_secret: Callable[[], str]
    """Makes a secret of at least 32 URL-safe characters that nobody can guess."""
    enforcement: Enforcement
    validity: timedelta
    """How long after it was recorded an allow lets a release in."""
    close: Callable[[], None]
    """Lets go of everything that was opened or started."""
