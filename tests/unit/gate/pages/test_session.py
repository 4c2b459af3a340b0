from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.caller import ANY, Role, Scope
from app.domain.errors import NotFoundError, UnauthenticatedError
from app.gate.pages import session
from tests.worlds import a_world


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
