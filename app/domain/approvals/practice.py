"""What policy data states of approving: quorums, what each role judges, who waives what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.approvals.components import Component
from app.domain.finding import Signer
from app.domain.quorum import Quorum


@dataclass(frozen=True, slots=True)
class ApproverRule:
    """How the approvals of one role count."""

    judges: frozenset[Component]
    """When one of these moves, the approval is outdated."""
    needs: frozenset[Component]
    """What must have been there when the approval was given."""
    valid_days: int
    is_signed: bool
    """Whether only votes count that the approver signed."""


@dataclass(frozen=True, slots=True)
class ApproverSigner:
    """Whose signature stands for an approver: the exact identity, in one trust domain."""

    subject: str
    trust_domain: str
    issuer: str
    identity: str


@dataclass(frozen=True, slots=True)
class WaiverRule:
    """Who may waive a soft rule, and for how long at most."""

    roles: frozenset[str]
    max_days: int


@dataclass(frozen=True, slots=True)
class BreakGlassRule:
    """For how long the glass is broken at most, and who reviews it."""

    max_hours: int
    review_roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Practice:
    """How the organisation approves, as policy data states it; checked whole by the engine."""

    revision: str = field(compare=False)
    quorums: Mapping[str, Mapping[str, Quorum]]
    """By stage, then by risk tier."""
    approvers: Mapping[str, ApproverRule]
    """By role; every role of a quorum is here."""
    beside_weights: frozenset[str]
    """Paths of documents that lie with the model but are judged as what they are."""
    signers: frozenset[ApproverSigner]
    """Who may sign for whom; a signed vote of anybody else is refused."""
    delegation_max_days: int
    excluded: Mapping[str, Mapping[str, frozenset[str]]]
    """Duties that exclude from approving, by stage, then by risk tier."""
    waivers: WaiverRule
    break_glass: BreakGlassRule
    soft: Mapping[str, Mapping[str, frozenset[str]]]
    """Reason codes that can be waived, by stage, then by risk tier."""
    emergency: Mapping[str, Mapping[str, frozenset[str]]]
    """Reason codes that broken glass alone lets through, by stage, then by risk tier."""

    def quorum(self, stage: str, risk_tier: str) -> Quorum | None:
        """Tell the seats of a stage and tier, or None when policy data states none."""
        return self.quorums.get(stage, {}).get(risk_tier)

    def signs_for(self, signer: Signer, approver: str) -> bool:
        """Tell whether a verified signer stands for an approver."""
        found = ApproverSigner(approver, signer.trust_domain, signer.issuer, signer.identity)
        return found in self.signers

    def excluded_duties(self, stage: str, risk_tier: str) -> frozenset[str]:
        """Tell the duties that exclude; where data says nothing, the check denies."""
        return self.excluded.get(stage, {}).get(risk_tier, frozenset())

    def is_soft(self, code: str, stage: str, risk_tier: str | None) -> bool:
        """Tell whether a code can be waived on a stage: in this tier, or (None) in any."""
        tiers = self.soft.get(stage, {})
        if risk_tier is None:
            return any(code in codes for codes in tiers.values())
        return code in tiers.get(risk_tier, frozenset())

    def is_breakable(self, code: str, stage: str, risk_tier: str) -> bool:
        """Tell whether broken glass lets a release through in spite of a code."""
        alone = self.emergency.get(stage, {}).get(risk_tier, frozenset())
        return code in alone or self.is_soft(code, stage, risk_tier)
