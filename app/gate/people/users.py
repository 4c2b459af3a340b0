"""Add, disable and list the users that the gate itself knows. All of it is in the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain.caller import Role, Scope, must_go_together
from app.domain.entry import Entry
from app.domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidSubmissionError,
    MovedError,
    NotFoundError,
    OvertakenError,
)
from app.domain.identity import user as users
from app.domain.identity.password import Invitation
from app.domain.identity.user import State, User
from app.ports import Ports

LIFETIME = timedelta(days=3)
"""Of an invitation to set a password."""


@dataclass(frozen=True, slots=True)
class Invited:
    """A user, and the code of a one-time link that is told once."""

    user: User
    code: str
    expires_at: str


def add(name: str, roles: frozenset[Role], scope: Scope, by: str, ports: Ports) -> Invited:
    """Add a user, or one again who was disabled, and invite them to set a password.

    Raises InvalidSubmissionError for a bad name or one that is taken, ForbiddenError for
    roles that nobody holds together, MovedError when somebody else was faster, StoreError.
    """
    users.must_be_a_name(name)
    must_go_together(roles)
    before = ports.log.at_place(users.place(name))
    if before is not None and users.read(before).state is State.ACTIVE:
        raise InvalidSubmissionError(f"there is a user {name!r} already", pointer="/name")
    user = User(name, roles, scope, State.ACTIVE)
    made = write(user, before, "added", by, ports)
    return _invited(users.read(made), ports)


def invite(name: str, ports: Ports) -> Invited:
    """Invite a user to set another password; the one that they have counts until then.

    Raises NotFoundError for nobody who may sign in, StoreError.
    """
    _, user = find(name, ports)
    if user.state is not State.ACTIVE:
        raise NotFoundError(f"the user {name!r} is disabled")
    return _invited(user, ports)


def disable(name: str, by: str, ports: Ports) -> Entry:
    """Let a user sign in no more, and end what they are signed in to.

    Raises NotFoundError, MovedError when somebody else was faster, StoreError.
    """
    before, user = find(name, ports)
    made = write(user.disabled(), before, "disabled", by, ports)
    ports.identities.credentials.forget(name)
    end_sessions(user, by, ports)
    return made


def change(  # noqa: PLR0913, PLR0917 - whom, to what, seen as what, and the world
    name: str, roles: frozenset[Role], scope: Scope, seen: int | None, by: str, ports: Ports
) -> User:
    """Give a user these roles in place of theirs; their sessions end, and they sign in again.

    `seen` is the entry of the user that the change rests on. Raises NotFoundError,
    ForbiddenError for one's own roles and for some that nobody holds together, ConflictError
    for somebody who is disabled, OvertakenError when it is another by now, StoreError.
    """
    before, user = find(name, ports)
    if user.subject == by:
        raise ForbiddenError("nobody changes their own roles: ask another operator")
    must_go_together(roles)
    if user.state is not State.ACTIVE:
        raise ConflictError(f"the user {name!r} is disabled: add them again")
    if seen != before.seq:
        raise OvertakenError(users.place(name), before.seq)
    try:
        made = write(user.holding(roles, scope), before, "roles_changed", by, ports)
    except MovedError as error:
        raise OvertakenError(error.place, error.seq) from error
    end_sessions(user, by, ports)
    return users.read(made)


def find(name: str, ports: Ports) -> tuple[Entry, User]:
    """Find a user, and the entry that says so. Raises NotFoundError, StoreError."""
    entry = ports.log.at_place(users.place(name))
    if entry is None:
        raise NotFoundError(f"no user {name[:64]!r}")
    return entry, users.read(entry)


def every(ports: Ports) -> Sequence[User]:
    """List all users by name. Raises StoreError."""
    found: list[User] = []
    after = ""
    while page := ports.log.places(users.PLACES, after=after, limit=100):
        found += [users.read(entry) for _, entry in page]
        after = page[-1][0]
    return found


def write(user: User, before: Entry | None, what: str, by: str, ports: Ports) -> Entry:
    """Record what is true of a user from now on. Raises MovedError, StoreError."""
    return ports.log.append(users.draft(ports.new_id(), user, before, what, by))


def end_sessions(user: User, by: str, ports: Ports) -> None:
    """Revoke every token of a user that is alive. Raises StoreError."""
    now = ports.clock.now()
    for token in ports.tokens.all():
        if token.caller.subject == user.subject and token.is_alive(now):
            ports.tokens.revoke(token.caller.token_id, by=by)


def _invited(user: User, ports: Ports) -> Invited:
    secret = ports.new_secret()
    expires_at = ports.clock.now() + LIFETIME
    offered = Invitation(ports.new_id(), user.name, expires_at)
    ports.identities.credentials.invite(offered, secret)
    ends = expires_at.isoformat(timespec="seconds")
    return Invited(user, f"{offered.id}.{secret}", ends)
