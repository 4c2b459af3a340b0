"""Who asks, in which roles and where, and the one table of what each role may do."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.errors import ForbiddenError

OWN = "cs_"
"""How every token begins that the gate made itself."""
ANY = "*"
"""Stands in a scope for every project or every stage."""


class Role(StrEnum):
    """What a person or a machine is to the gate; it comes from the identity, never from a body."""

    SUBMITTER = "submitter"
    DATA_SCIENTIST = "data_scientist"
    PRODUCT_OWNER = "product_owner"
    RISK_COMPLIANCE = "risk_compliance"
    GOVERNANCE_LEAD = "governance_lead"
    DEPLOYER = "deployer"
    POLICY_AUTHOR = "policy_author"
    POLICY_ADMIN = "policy_admin"
    BREAK_GLASS = "break_glass"
    AUDITOR = "auditor"
    OPERATOR = "operator"


APPROVER_ROLES = frozenset(
    {Role.DATA_SCIENTIST, Role.PRODUCT_OWNER, Role.RISK_COMPLIANCE, Role.GOVERNANCE_LEAD}
)


APART = {Role.OPERATOR: APPROVER_ROLES}
"""Roles that one identity never holds together: who hands out the roles approves nothing."""


class Action(StrEnum):
    """What can be asked of the gate."""

    SUBMIT = "submit"
    REHEARSE = "rehearse"
    UPLOAD = "upload"
    REGISTER = "register"
    APPROVE = "approve"
    REQUEST_WAIVER = "request_waiver"
    APPROVE_WAIVER = "approve_waiver"
    BREAK_GLASS = "break_glass"
    REVIEW_BREAK_GLASS = "review_break_glass"
    PROMOTE = "promote"
    ROLL_BACK = "roll_back"
    REVOKE = "revoke"
    REPORT_INCIDENT = "report_incident"
    ENFORCE = "enforce"
    PROPOSE_POLICY = "propose_policy"
    VOTE_ON_POLICY = "vote_on_policy"
    ACTIVATE_POLICY = "activate_policy"
    READ = "read"
    LIST_DELEGATIONS = "list_delegations"
    EXPORT = "export"
    OBSERVE = "observe"
    ADMINISTER = "administer"


class Reach(StrEnum):
    """How far an action goes, and so which part of a scope has to cover it."""

    STAGE = "stage"
    """One project on one stage: both must be in the scope."""
    PROJECT = "project"
    """One project on any stage: the project must be in the scope."""
    GATE = "gate"
    """Everybody's: only a scope of every project and every stage covers it."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Which roles may do something, and how far it reaches."""

    reach: Reach
    roles: frozenset[Role]


def _for(reach: Reach, *roles: Role) -> Permission:
    return Permission(reach, frozenset(roles))


PERMITTED: dict[Action, Permission] = {
    Action.SUBMIT: _for(Reach.STAGE, Role.SUBMITTER),
    Action.REHEARSE: _for(Reach.STAGE, Role.SUBMITTER, *APPROVER_ROLES),
    Action.UPLOAD: _for(Reach.PROJECT, Role.SUBMITTER),
    Action.REGISTER: _for(Reach.PROJECT, Role.SUBMITTER),
    Action.APPROVE: _for(Reach.PROJECT, *APPROVER_ROLES),
    Action.REQUEST_WAIVER: _for(Reach.STAGE, Role.SUBMITTER, *APPROVER_ROLES),
    Action.APPROVE_WAIVER: _for(Reach.STAGE, *APPROVER_ROLES),
    Action.BREAK_GLASS: _for(Reach.STAGE, Role.BREAK_GLASS),
    Action.REVIEW_BREAK_GLASS: _for(Reach.PROJECT, Role.RISK_COMPLIANCE, Role.GOVERNANCE_LEAD),
    Action.PROMOTE: _for(Reach.STAGE, Role.DEPLOYER),
    Action.ROLL_BACK: _for(Reach.STAGE, Role.DEPLOYER),
    Action.REVOKE: _for(Reach.PROJECT, Role.RISK_COMPLIANCE, Role.GOVERNANCE_LEAD),
    Action.REPORT_INCIDENT: _for(Reach.PROJECT, Role.SUBMITTER, Role.DEPLOYER, *APPROVER_ROLES),
    Action.ENFORCE: _for(Reach.STAGE, Role.DEPLOYER, Role.SUBMITTER),
    Action.PROPOSE_POLICY: _for(Reach.GATE, Role.POLICY_AUTHOR, Role.POLICY_ADMIN),
    Action.VOTE_ON_POLICY: _for(
        Reach.GATE, Role.POLICY_ADMIN, Role.GOVERNANCE_LEAD, Role.RISK_COMPLIANCE
    ),
    Action.ACTIVATE_POLICY: _for(Reach.GATE, Role.POLICY_ADMIN),
    Action.READ: _for(Reach.PROJECT, *Role),
    Action.LIST_DELEGATIONS: _for(Reach.PROJECT, Role.AUDITOR, *APPROVER_ROLES),
    Action.EXPORT: _for(Reach.PROJECT, Role.OPERATOR, Role.AUDITOR),
    Action.OBSERVE: _for(Reach.GATE, Role.OPERATOR, Role.AUDITOR),
    Action.ADMINISTER: _for(Reach.GATE, Role.OPERATOR),
}
"""The one table of who may do what, and how far. An action that is not in it is nobody's."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where somebody's roles hold: projects (namespaces of models) and stages; ANY is all."""

    projects: frozenset[str]
    stages: frozenset[str]

    @property
    def is_everywhere(self) -> bool:
        """Whether it leaves nothing out."""
        return ANY in self.projects and ANY in self.stages

    def covers_project(self, project: str) -> bool:
        """Whether the project is in it."""
        return ANY in self.projects or project in self.projects

    def covers_stage(self, stage: str) -> bool:
        """Whether the stage is in it."""
        return ANY in self.stages or stage in self.stages

    def covers(self, project: str, stage: str) -> bool:
        """Whether the project and the stage are in it."""
        return self.covers_project(project) and self.covers_stage(stage)


EVERYWHERE = Scope(frozenset({ANY}), frozenset({ANY}))


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated identity: its subject, its roles, what proved them, and where they hold."""

    subject: str
    roles: frozenset[Role]
    token_id: str
    scope: Scope

    def must_be_able_to(
        self, action: Action, project: str | None = None, stage: str | None = None
    ) -> None:
        """Raise ForbiddenError unless a role permits the action and the scope covers the place.

        Without a project this tells only whether the action is permitted anywhere: enough
        to be let in at the door, and whoever then acts on a project asks again with it.
        Raises ValueError when a stage is missing that the action's reach has.
        """
        permission = PERMITTED.get(action)
        roles: AbstractSet[Role] = permission.roles if permission else frozenset()
        must_go_together(self.roles)
        if permission is None or not self.roles & roles:
            wanted = ", ".join(sorted(roles)) or "no role"
            raise ForbiddenError(f"{self.subject} may not {action}: this needs the role {wanted}")
        if permission.reach is Reach.GATE:
            self.must_reach_everywhere(action)
        elif project is None:
            return
        elif not self.scope.covers_project(project):
            raise ForbiddenError(f"{self.subject} may not {action} in the project {project!r}")
        elif permission.reach is Reach.STAGE:
            self._must_cover(action, project, stage)

    def must_reach_everywhere(self, action: Action) -> None:
        """Raise ForbiddenError unless the scope is every project and every stage."""
        if not self.scope.is_everywhere:
            message = f"{self.subject} may not {action}: this needs every project and every stage"
            raise ForbiddenError(message)

    def _must_cover(self, action: Action, project: str, stage: str | None) -> None:
        if stage is None:
            raise ValueError(f"to {action} reaches one stage: which one?")
        if not self.scope.covers(project, stage):
            raise ForbiddenError(f"{self.subject} may not {action} on the stage {stage!r}")


def must_go_together(roles: AbstractSet[Role]) -> None:
    """Raise ForbiddenError for roles that are to be held by different people."""
    for role, others in APART.items():
        if role in roles and (clash := roles & others):
            raise ForbiddenError(f"nobody may be {role} and {min(clash)} at once")


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a bearer token: whose it is and until when, never its secret."""

    caller: Caller
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_alive(self, now: datetime) -> bool:
        """Whether it was neither revoked nor has expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


def bearer(token_id: str, secret: str) -> str:
    """Put a token together as its owner presents it: `cs_<id>_<secret>`."""
    return f"{OWN}{token_id}_{secret}"
