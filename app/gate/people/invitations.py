"""One-time links: the first user of a fresh gate, and whoever was invited, set a password."""

from __future__ import annotations

from datetime import timedelta

from app.domain.caller import EVERYWHERE, Caller, Role
from app.domain.errors import UnauthenticatedError
from app.domain.identity import password as passwords
from app.domain.identity import user as users
from app.domain.identity.password import Invitation
from app.domain.identity.user import State, User
from app.gate.people import users as people
from app.ports import Ports

LIFETIME = timedelta(hours=1)
"""Of the link to set up a fresh gate."""
_SPENT = "this link was used, has expired, or was replaced by another"


def set_up(ports: Ports) -> str | None:
    """Offer the first user's link while nobody is known to the gate; None once somebody is.

    Raises StoreError.
    """
    if not _is_empty(ports):
        return None
    secret = ports.new_secret()
    offered = Invitation(ports.new_id(), None, ports.clock.now() + LIFETIME)
    ports.identities.credentials.invite(offered, secret)
    return f"{offered.id}.{secret}"


def look(code: str, ports: Ports) -> Invitation:
    """Find the invitation of a code. Raises UnauthenticatedError, StoreError."""
    offered_id, _, secret = code.partition(".")
    offered = ports.identities.credentials.invitation(offered_id, secret, ports.clock.now())
    if offered is None or (offered.name is None and not _is_empty(ports)):
        raise UnauthenticatedError(_SPENT)
    return offered


def accept(code: str, name: str, password: str, ports: Ports) -> Caller:
    """Set the password of whoever was invited; the first user becomes the operator `name`.

    Every earlier session of theirs ends. Raises UnauthenticatedError for a spent link,
    InvalidSubmissionError for a bad name or password, MovedError, StoreError.
    """
    offered = look(code, ports)
    chosen = name if offered.name is None else offered.name
    users.must_be_a_name(chosen)
    passwords.must_be_good(password, chosen)
    hashed = ports.identities.passwords.hashed(passwords.normal(password))
    if not ports.identities.credentials.use_up(offered):
        raise UnauthenticatedError(_SPENT)
    if offered.name is None:
        user = User(chosen, frozenset({Role.OPERATOR}), EVERYWHERE, State.ACTIVE)
        made = people.write(user, None, "added", "console", ports)
    else:
        before, user = people.find(chosen, ports)
        if user.state is not State.ACTIVE:
            raise UnauthenticatedError(_SPENT)
        made = people.write(user, before, "password_set", user.subject, ports)
    ports.identities.credentials.keep(chosen, hashed)
    people.end_sessions(user, user.subject, ports)
    return users.read(made).caller


def _is_empty(ports: Ports) -> bool:
    now = ports.clock.now()
    if any(token.is_alive(now) for token in ports.tokens.all()):
        return False
    return not people.every(ports)
