from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.caller import ANY, EVERYWHERE, Caller, Role, Scope
from app.domain.entry import Entry
from app.domain.errors import NotFoundError, UnauthenticatedError
from app.gate.pages import session
from app.gate.people import invitations, users
from app.gate.people.signing_in import sign_in
from tests.worlds import World, a_world

PASSWORD = "correct horse battery"


def test_a_session_has_the_callers_roles_and_scope() -> None:
    world = a_world()
    narrow = Scope(frozenset({"acme"}), frozenset({ANY}))
    token = world.token("ada@acme.example", Role.AUDITOR, scope=narrow)
    shown = world.ports.tokens.authenticate(token, world.clock.now())
    started = session.start(shown, world.ports)

    resumed = world.ports.tokens.authenticate(started.token, world.clock.now())
    assert (resumed.subject, resumed.roles) == (shown.subject, shown.roles)
    assert resumed.scope == narrow
    assert resumed.token_id != shown.token_id


@pytest.mark.parametrize(("lives", "ends"), [(1, 1), (7.5, 7.5), (8, 8), (9, 8)])
def test_a_session_ends_by_itself_or_with_what_was_shown(lives: float, ends: float) -> None:
    world = a_world()
    token = world.token("ada@acme.example", Role.AUDITOR, lives=timedelta(hours=lives))
    shown = world.ports.tokens.authenticate(token, world.clock.now())

    started = session.start(shown, world.ports)

    assert started.expires_at - world.clock.now() == timedelta(hours=ends)


def test_a_session_is_over_when_the_token_that_opened_it_is_revoked() -> None:
    world = a_world()
    token, other = (world.token("ada@acme.example", Role.AUDITOR) for _ in range(2))
    shown, kept = (world.ports.tokens.authenticate(t, world.clock.now()) for t in (token, other))
    ended, going_on = session.start(shown, world.ports), session.start(kept, world.ports)
    world.ports.tokens.revoke(shown.token_id, by="olga")

    with pytest.raises(UnauthenticatedError, match="that opened this session was revoked"):
        world.ports.tokens.authenticate(ended.token, world.clock.now())
    who = world.ports.tokens.authenticate(going_on.token, world.clock.now())
    assert who.subject == kept.subject


def test_an_ended_session_is_over_and_what_was_shown_is_not() -> None:
    world = a_world()
    token = world.token("ada@acme.example", Role.AUDITOR)
    started = session.start(world.ports.tokens.authenticate(token, world.clock.now()), world.ports)
    session.end(started.caller, world.ports)

    with pytest.raises(UnauthenticatedError):
        world.ports.tokens.authenticate(started.token, world.clock.now())
    with pytest.raises(NotFoundError):
        session.end(started.caller, world.ports)
    assert world.ports.tokens.authenticate(token, world.clock.now()).subject == "ada@acme.example"


def proven(world: World) -> Caller:
    """Add a user, who then signs in by password and has no session yet."""
    code = users.add("ada", frozenset({Role.AUDITOR}), EVERYWHERE, "olga", world.ports).code
    invitations.accept(code, "", PASSWORD, world.ports)
    return sign_in("ada", PASSWORD, world.ports)


def disabled(world: World) -> None:
    users.disable("ada", "olga", world.ports)


def given_other_roles(world: World) -> None:
    seen = users.find("ada", world.ports)[0].seq
    roles = frozenset({Role.DEPLOYER})
    users.change("ada", roles, EVERYWHERE, seen, "olga", world.ports)


def given_another_password(world: World) -> None:
    code = users.invite("ada", world.ports).code
    invitations.accept(code, "", PASSWORD + " 2", world.ports)


@pytest.mark.parametrize("meanwhile", [disabled, given_other_roles, given_another_password])
def test_a_user_who_is_changed_while_they_sign_in_gets_no_session(
    meanwhile: Callable[[World], None],
) -> None:
    world = a_world()
    who = proven(world)
    meanwhile(world)

    with pytest.raises(UnauthenticatedError, match="while you signed in"):
        session.start(who, world.ports)
    now = world.clock.now()
    assert not [t for t in world.ports.tokens.all() if t.is_alive(now)]


def test_a_user_who_is_not_gets_one() -> None:
    world = a_world()
    started = session.start(proven(world), world.ports)

    assert world.ports.tokens.authenticate(started.token, world.clock.now()).subject == "local:ada"


def test_who_ended_the_session_first_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    world = a_world()
    who, at_place = proven(world), world.ports.log.at_place

    def disabled_at_this_moment(place: str) -> Entry | None:
        monkeypatch.undo()
        disabled(world)
        return at_place(place)

    monkeypatch.setattr(world.ports.log, "at_place", disabled_at_this_moment)
    with pytest.raises(UnauthenticatedError, match="while you signed in"):
        session.start(who, world.ports)
