from __future__ import annotations

import json

import pytest

from app.domain.caller import EVERYWHERE, Role
from app.domain.entry import Kind
from app.domain.errors import (
    ForbiddenError,
    InvalidSubmissionError,
    NotFoundError,
    OvertakenError,
    UnauthenticatedError,
)
from app.domain.identity.user import State
from app.gate.pages import session
from app.gate.people import invitations, users
from app.gate.people.signing_in import sign_in
from tests.builders import a_scope
from tests.worlds import World, a_world

PASSWORD = "correct horse battery"
ADA = frozenset({Role.DATA_SCIENTIST})


@pytest.fixture
def world() -> World:
    return a_world()


def add(world: World, name: str = "ada") -> str:
    """Add a user and let them set the password."""
    code = users.add(name, ADA, a_scope("acme"), "olga", world.ports).code
    invitations.accept(code, "", PASSWORD, world.ports)
    return code


def test_a_fresh_gate_offers_to_set_it_up_and_its_first_user_is_the_operator(world: World) -> None:
    code = invitations.set_up(world.ports)
    assert code is not None

    caller = invitations.accept(code, "olga", PASSWORD, world.ports)

    assert caller.subject == "local:olga"
    assert caller.roles == {Role.OPERATOR}
    assert sign_in("olga", PASSWORD, world.ports) == caller
    assert invitations.set_up(world.ports) is None


def test_the_link_is_used_once(world: World) -> None:
    code = invitations.set_up(world.ports) or ""
    invitations.accept(code, "olga", PASSWORD, world.ports)

    with pytest.raises(UnauthenticatedError, match="was used"):
        invitations.accept(code, "eve", PASSWORD, world.ports)


def test_the_link_ends_after_an_hour(world: World) -> None:
    code = invitations.set_up(world.ports) or ""
    world.clock.advance(3600)

    with pytest.raises(UnauthenticatedError):
        invitations.accept(code, "olga", PASSWORD, world.ports)


def test_a_newer_link_ends_the_older(world: World) -> None:
    code = invitations.set_up(world.ports) or ""
    invitations.set_up(world.ports)

    with pytest.raises(UnauthenticatedError):
        invitations.look(code, world.ports)


def test_where_somebody_has_a_token_nothing_is_offered_nor_taken(world: World) -> None:
    code = invitations.set_up(world.ports) or ""
    world.token("olga@acme.example", Role.OPERATOR)

    assert invitations.set_up(world.ports) is None
    with pytest.raises(UnauthenticatedError):
        invitations.accept(code, "eve", PASSWORD, world.ports)


def test_a_bad_password_leaves_the_link_as_it_was(world: World) -> None:
    code = invitations.set_up(world.ports) or ""
    with pytest.raises(InvalidSubmissionError):
        invitations.accept(code, "olga", "short", world.ports)

    assert invitations.accept(code, "olga", PASSWORD, world.ports).subject == "local:olga"


@pytest.mark.parametrize("name", ["", "Olga", "o l", "-olga", "olga.", "\u043e", "x" * 65, "a/b"])
def test_a_name_that_could_pass_for_another_is_refused(world: World, name: str) -> None:
    with pytest.raises(InvalidSubmissionError):
        users.add(name, ADA, EVERYWHERE, "olga", world.ports)


def test_a_user_is_who_the_operator_said_and_the_record_marks_them_local(world: World) -> None:
    add(world)

    caller = sign_in("ada", PASSWORD, world.ports)

    assert (caller.subject, caller.roles, caller.scope) == ("local:ada", ADA, a_scope("acme"))


def test_nothing_of_a_password_is_in_the_log(world: World) -> None:
    code = add(world)

    told = b"".join(entry.body for entry in world.ports.log.moves("user:ada"))
    kept = world.ports.identities.credentials.find("ada")
    assert kept is not None
    for secret in (PASSWORD, code.partition(".")[2], kept.hashed):
        assert secret.encode() not in told


def test_the_log_tells_what_became_of_a_user(world: World) -> None:
    add(world)
    users.disable("ada", "olga", world.ports)

    told = [json.loads(entry.body) for entry in world.ports.log.moves("user:ada")]
    assert [(one["what"], one["state"], one["entry"]["actor"]) for one in told] == [
        ("added", "active", "olga"),
        ("password_set", "active", "local:ada"),
        ("disabled", "disabled", "olga"),
    ]
    assert world.ports.log.find(told[0]["user_id"], Kind.USER_CHANGED) is not None


@pytest.mark.parametrize(
    ("name", "password"),
    [("ada", PASSWORD + "!"), ("ada", ""), ("ben", PASSWORD), ("Ada", PASSWORD)],
)
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    world: World, name: str, password: str
) -> None:
    add(world)

    with pytest.raises(UnauthenticatedError, match="wrong name or password, or too many"):
        sign_in(name, password, world.ports)


def test_after_five_wrong_passwords_the_right_one_waits_a_minute(world: World) -> None:
    add(world)
    for _ in range(5):
        with pytest.raises(UnauthenticatedError):
            sign_in("ada", "wrong", world.ports)

    with pytest.raises(UnauthenticatedError):
        sign_in("ada", PASSWORD, world.ports)
    world.clock.advance(60)
    assert sign_in("ada", PASSWORD, world.ports).subject == "local:ada"


def test_after_four_it_does_not(world: World) -> None:
    add(world)
    for _ in range(4):
        with pytest.raises(UnauthenticatedError):
            sign_in("ada", "wrong", world.ports)

    assert sign_in("ada", PASSWORD, world.ports).subject == "local:ada"
    for _ in range(4):
        with pytest.raises(UnauthenticatedError):
            sign_in("ada", "wrong", world.ports)
    assert sign_in("ada", PASSWORD, world.ports).subject == "local:ada"


def test_who_was_disabled_is_signed_out_and_signs_in_no_more(world: World) -> None:
    add(world)
    token = session.start(sign_in("ada", PASSWORD, world.ports), world.ports).token

    users.disable("ada", "olga", world.ports)

    with pytest.raises(UnauthenticatedError):
        world.ports.tokens.authenticate(token, world.clock.now())
    with pytest.raises(UnauthenticatedError):
        sign_in("ada", PASSWORD, world.ports)


def test_who_was_disabled_is_added_again_with_other_roles_and_another_password(
    world: World,
) -> None:
    add(world)
    users.disable("ada", "olga", world.ports)
    code = users.add("ada", frozenset({Role.AUDITOR}), EVERYWHERE, "olga", world.ports).code
    invitations.accept(code, "", PASSWORD + " 2", world.ports)

    assert sign_in("ada", PASSWORD + " 2", world.ports).roles == {Role.AUDITOR}


def test_an_active_user_is_not_added_again(world: World) -> None:
    add(world)

    with pytest.raises(InvalidSubmissionError, match="already"):
        users.add("ada", frozenset({Role.OPERATOR}), EVERYWHERE, "eve", world.ports)


def test_nobody_is_added_as_operator_and_approver(world: World) -> None:
    both = frozenset({Role.OPERATOR, Role.RISK_COMPLIANCE})

    with pytest.raises(ForbiddenError, match="at once"):
        users.add("ada", both, EVERYWHERE, "olga", world.ports)


def test_another_password_ends_every_session_of_before(world: World) -> None:
    add(world)
    token = session.start(sign_in("ada", PASSWORD, world.ports), world.ports).token
    code = users.invite("ada", world.ports).code

    invitations.accept(code, "", PASSWORD + " 2", world.ports)

    with pytest.raises(UnauthenticatedError):
        world.ports.tokens.authenticate(token, world.clock.now())
    with pytest.raises(UnauthenticatedError):
        sign_in("ada", PASSWORD, world.ports)


def test_an_invitation_is_of_one_person(world: World) -> None:
    add(world, "ben")
    code = users.add("ada", ADA, EVERYWHERE, "olga", world.ports).code

    assert invitations.accept(code, "ben", PASSWORD, world.ports).subject == "local:ada"


def test_an_invitation_of_who_was_disabled_is_spent(world: World) -> None:
    code = users.add("ada", ADA, EVERYWHERE, "olga", world.ports).code
    users.disable("ada", "olga", world.ports)

    with pytest.raises(UnauthenticatedError):
        invitations.accept(code, "", PASSWORD, world.ports)
    with pytest.raises(NotFoundError):
        users.invite("ada", world.ports)


def test_nobody_of_that_name_is_disabled_or_invited(world: World) -> None:
    with pytest.raises(NotFoundError, match="no user"):
        users.disable("nobody", "olga", world.ports)
    with pytest.raises(NotFoundError, match="no user"):
        users.invite("nobody", world.ports)


def test_every_user_is_listed_by_name(world: World) -> None:
    for name in ("zoe", "ada", "ben"):
        add(world, name)
    users.disable("ben", "olga", world.ports)

    listed = users.every(world.ports)

    assert [(one.name, one.state) for one in listed] == [
        ("ada", State.ACTIVE),
        ("ben", State.DISABLED),
        ("zoe", State.ACTIVE),
    ]


def seen(world: World, name: str = "ada") -> int:
    return users.find(name, world.ports)[0].seq


LEAD = frozenset({Role.GOVERNANCE_LEAD})


def test_other_roles_end_the_sessions_that_were_in_the_old_ones(world: World) -> None:
    add(world)
    token = session.start(sign_in("ada", PASSWORD, world.ports), world.ports).token

    users.change("ada", LEAD, EVERYWHERE, seen(world), "olga", world.ports)

    with pytest.raises(UnauthenticatedError):
        world.ports.tokens.authenticate(token, world.clock.now())
    who = sign_in("ada", PASSWORD, world.ports)
    assert (who.roles, who.scope) == (LEAD, EVERYWHERE)


def test_a_change_of_roles_is_recorded_with_who_made_it(world: World) -> None:
    add(world)

    users.change("ada", LEAD, EVERYWHERE, seen(world), "olga", world.ports)

    body = json.loads(users.find("ada", world.ports)[0].body)
    assert (body["what"], body["roles"]) == ("roles_changed", ["governance_lead"])
    assert body["entry"]["actor"] == "olga"


def test_nobody_changes_their_own_roles(world: World) -> None:
    users.add("oz", frozenset({Role.OPERATOR}), EVERYWHERE, "olga", world.ports)

    with pytest.raises(ForbiddenError, match="their own"):
        users.change("oz", LEAD, EVERYWHERE, seen(world, "oz"), "local:oz", world.ports)
    changed = users.change("oz", LEAD, EVERYWHERE, seen(world, "oz"), "local:ben", world.ports)
    assert changed.roles == LEAD


def test_of_two_changes_that_rest_on_the_same_the_second_is_refused(world: World) -> None:
    add(world)
    before = seen(world)
    users.change("ada", LEAD, EVERYWHERE, before, "olga", world.ports)

    with pytest.raises(OvertakenError):
        users.change("ada", ADA, EVERYWHERE, before, "oz", world.ports)
    assert sign_in("ada", PASSWORD, world.ports).roles == LEAD
