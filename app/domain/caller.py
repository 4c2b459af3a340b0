"""Who asks, in which roles, and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.errors import ForbiddenError


class Role(StrEnum):
    """What a person or a machine is to the gate; it comes from the identity, never from a body."""

    SUBMITTER = "submitter"
    DATA_SCIENTIST = "data_scientist"
    PRODUCT_OWNER = "product_owner"
    RISK_COMPLIANCE = "risk_compliance"
    GOVERNANCE_LEAD = "governance_lead"
    DEPLOYER = "deployer"
    AUDITOR = "auditor"
    OPERATOR = "operator"


APPROVER_ROLES = frozenset(
    {Role.DATA_SCIENTIST, Role.PRODUCT_OWNER, Role.RISK_COMPLIANCE, Role.GOVERNANCE_LEAD}
)


class Action(StrEnum):
    """What can be asked of the gate."""

    SUBMIT = "submit"
    REHEARSE = "rehearse"
    UPLOAD = "upload"
    APPROVE = "approve"
    REGISTER = "register"
    PROMOTE = "promote"
    ROLL_BACK = "roll_back"
    REVIEW = "review"
    REVOKE = "revoke"
    READ = "read"
    OBSERVE = "observe"
    ADMINISTER = "administer"


PERMITTED: dict[Action, frozenset[Role]] = {
    Action.SUBMIT: frozenset({Role.SUBMITTER}),
    Action.REHEARSE: frozenset({Role.SUBMITTER, *APPROVER_ROLES}),
    Action.UPLOAD: frozenset({Role.SUBMITTER}),
    Action.APPROVE: APPROVER_ROLES,
    Action.REGISTER: frozenset({Role.SUBMITTER}),
    Action.PROMOTE: frozenset({Role.DEPLOYER}),
    Action.ROLL_BACK: frozenset({Role.DEPLOYER}),
    Action.REVIEW: frozenset({Role.RISK_COMPLIANCE, Role.GOVERNANCE_LEAD}),
    # Whether bytes may ever run again is a judgement, so it is not the operator's.
    Action.REVOKE: frozenset({Role.GOVERNANCE_LEAD}),
    Action.READ: frozenset(Role),
    Action.OBSERVE: frozenset({Role.OPERATOR, Role.AUDITOR}),
    Action.ADMINISTER: frozenset({Role.OPERATOR}),
}
"""The one table of who may do what. An action that is not in it is nobody's."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated identity: its subject, its roles, and the token that proved them."""

    subject: str
    roles: frozenset[Role]
    token_id: str

    def must_be_able_to(self, action: Action) -> None:
        """Raise ForbiddenError unless one of the caller's roles permits the action."""
        permitted = PERMITTED.get(action, frozenset())
        if not self.roles & permitted:
            wanted = ", ".join(sorted(permitted)) or "no role"
            raise ForbiddenError(f"{self.subject} may not {action}: this needs the role {wanted}")


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a bearer token: whose it is and until when, never its secret."""

    caller: Caller
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def bearer(token_id: str, secret: str) -> str:
    """Put a token together as its owner presents it: `cs_<id>_<secret>`."""
    return f"cs_{token_id}_{secret}"
