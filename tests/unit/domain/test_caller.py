from __future__ import annotations

import pytest

from app.domain.caller import APPROVER_ROLES, PERMITTED, Action, Role
from app.domain.errors import ForbiddenError
from tests.builders import a_caller

EXPECTED = {
    Action.SUBMIT: {Role.SUBMITTER},
    Action.UPLOAD: {Role.SUBMITTER},
    Action.REHEARSE: {Role.SUBMITTER, *APPROVER_ROLES},
    Action.APPROVE: APPROVER_ROLES,
    Action.REGISTER: {Role.SUBMITTER},
    Action.PROMOTE: {Role.DEPLOYER},
    Action.ROLL_BACK: {Role.DEPLOYER},
    Action.REVIEW: {Role.RISK_COMPLIANCE, Role.GOVERNANCE_LEAD},
    Action.REVOKE: {Role.GOVERNANCE_LEAD},
    Action.READ: set(Role),
    Action.OBSERVE: {Role.OPERATOR, Role.AUDITOR},
    Action.ADMINISTER: {Role.OPERATOR},
}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_the_matrix_says_and_nothing_else(action: Action, role: Role) -> None:
    caller = a_caller("ada", role)

    if role in EXPECTED[action]:
        caller.must_be_able_to(action)
    else:
        with pytest.raises(ForbiddenError, match="needs the role"):
            caller.must_be_able_to(action)


def test_the_matrix_names_every_action() -> None:
    assert set(PERMITTED) == set(Action) == set(EXPECTED)


def test_a_caller_without_roles_may_do_nothing() -> None:
    nobody = a_caller("nobody", Role.DEPLOYER)

    with pytest.raises(ForbiddenError):
        nobody.must_be_able_to(Action.SUBMIT)
