from __future__ import annotations

import pytest

from app.domain.caller import (
    APPROVER_ROLES,
    EVERYWHERE,
    PERMITTED,
    Action,
    Reach,
    Role,
    Scope,
    must_go_together,
)
from app.domain.errors import ForbiddenError
from tests.builders import a_caller, a_scope

EXPECTED = {
    Action.SUBMIT: {Role.SUBMITTER},
    Action.UPLOAD: {Role.SUBMITTER},
    Action.REGISTER: {Role.SUBMITTER},
    Action.REHEARSE: {Role.SUBMITTER, *APPROVER_ROLES},
    Action.APPROVE: APPROVER_ROLES,
    Action.REQUEST_WAIVER: {Role.SUBMITTER, *APPROVER_ROLES},
    Action.APPROVE_WAIVER: APPROVER_ROLES,
    Action.BREAK_GLASS: {Role.BREAK_GLASS},
    Action.REVIEW_BREAK_GLASS: {Role.RISK_COMPLIANCE, Role.GOVERNANCE_LEAD},
    Action.PROMOTE: {Role.DEPLOYER},
    Action.ROLL_BACK: {Role.DEPLOYER},
    Action.REVOKE: {Role.RISK_COMPLIANCE, Role.GOVERNANCE_LEAD},
    Action.REPORT_INCIDENT: {Role.SUBMITTER, Role.DEPLOYER, *APPROVER_ROLES},
    Action.ENFORCE: {Role.DEPLOYER, Role.SUBMITTER},
    Action.PROPOSE_POLICY: {Role.POLICY_AUTHOR, Role.POLICY_ADMIN},
    Action.VOTE_ON_POLICY: {Role.POLICY_ADMIN, Role.GOVERNANCE_LEAD, Role.RISK_COMPLIANCE},
    Action.ACTIVATE_POLICY: {Role.POLICY_ADMIN},
    Action.READ: set(Role),
    Action.LIST_DELEGATIONS: {Role.AUDITOR, *APPROVER_ROLES},
    Action.EXPORT: {Role.OPERATOR, Role.AUDITOR},
    Action.OBSERVE: {Role.OPERATOR, Role.AUDITOR},
    Action.ADMINISTER: {Role.OPERATOR},
}
OF_ONE_STAGE = {
    Action.SUBMIT,
    Action.REHEARSE,
    Action.REQUEST_WAIVER,
    Action.APPROVE_WAIVER,
    Action.BREAK_GLASS,
    Action.PROMOTE,
    Action.ROLL_BACK,
    Action.ENFORCE,
}
OF_THE_GATE = {
    Action.PROPOSE_POLICY,
    Action.VOTE_ON_POLICY,
    Action.ACTIVATE_POLICY,
    Action.OBSERVE,
    Action.ADMINISTER,
}
SCOPES = {
    "everywhere": EVERYWHERE,
    "the project": a_scope("acme"),
    "the stage": a_scope("*", stages=("production",)),
    "the project on the stage": a_scope("acme", stages=("production",)),
    "the project on another stage": a_scope("acme", stages=("staging",)),
    "another project": a_scope("globex"),
    "nowhere": a_scope(stages=()),
}


def is_covered(action: Action, scope: str) -> bool:
    if action in OF_THE_GATE:
        return scope == "everywhere"
    if action not in OF_ONE_STAGE and scope == "the project on another stage":
        return True
    return scope in {"everywhere", "the project", "the stage", "the project on the stage"}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_the_matrix_says_and_nothing_else(
    action: Action, role: Role, scope: str
) -> None:
    caller = a_caller("ada", role, scope=SCOPES[scope])

    if role in EXPECTED[action] and is_covered(action, scope):
        caller.must_be_able_to(action, "acme", "production")
    else:
        with pytest.raises(ForbiddenError, match=f"ada may not {action}"):
            caller.must_be_able_to(action, "acme", "production")


def test_the_matrix_names_every_action() -> None:
    assert set(PERMITTED) == set(Action) == set(EXPECTED)


def test_the_matrix_says_how_far_each_action_reaches() -> None:
    assert {a for a, p in PERMITTED.items() if p.reach is Reach.STAGE} == OF_ONE_STAGE
    assert {a for a, p in PERMITTED.items() if p.reach is Reach.GATE} == OF_THE_GATE


@pytest.mark.parametrize("role", [Role.AUDITOR])
def test_an_auditor_only_reads(role: Role) -> None:
    may = {action for action, permission in PERMITTED.items() if role in permission.roles}

    assert may == {Action.READ, Action.LIST_DELEGATIONS, Action.EXPORT, Action.OBSERVE}


def test_an_operator_approves_nothing() -> None:
    may = {action for action, permission in PERMITTED.items() if Role.OPERATOR in permission.roles}

    assert may == {Action.READ, Action.EXPORT, Action.OBSERVE, Action.ADMINISTER}


@pytest.mark.parametrize("approver", sorted(APPROVER_ROLES))
def test_nobody_is_operator_and_approver_at_once(approver: Role) -> None:
    both = a_caller("ada", Role.OPERATOR, approver)

    with pytest.raises(ForbiddenError, match="at once"):
        both.must_be_able_to(Action.APPROVE)
    must_go_together({Role.OPERATOR, Role.DEPLOYER})


def test_a_caller_without_roles_may_do_nothing() -> None:
    nobody = a_caller("nobody", Role.DEPLOYER)

    with pytest.raises(ForbiddenError):
        nobody.must_be_able_to(Action.SUBMIT)


def test_at_the_door_a_role_somewhere_is_enough() -> None:
    bound = a_caller("ci", Role.SUBMITTER, scope=a_scope("globex"))

    bound.must_be_able_to(Action.SUBMIT)


def test_what_reaches_one_stage_is_not_asked_without_it() -> None:
    with pytest.raises(ValueError, match="which one"):
        a_caller("ci", Role.SUBMITTER).must_be_able_to(Action.SUBMIT, "acme")


def test_a_scope_is_exact() -> None:
    scope = Scope(frozenset({"acme"}), frozenset({"production"}))

    assert scope.covers("acme", "production")
    assert not scope.covers("Acme", "production")
    assert not scope.covers("acme2", "production")
    assert not scope.covers("acme", "production-eu")
