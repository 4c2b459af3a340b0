"""Sign in by name and password: the same answer for a wrong name, password or too many tries."""

from __future__ import annotations

from app.domain.caller import Caller
from app.domain.errors import UnauthenticatedError
from app.domain.identity import password as passwords
from app.domain.identity import user as users
from app.domain.identity.user import State
from app.ports import Ports

_REFUSAL = "wrong name or password, or too many attempts: wait a while and try again"


def sign_in(name: str, password: str, ports: Ports) -> Caller:
    """Tell who it is. Raises UnauthenticatedError, StoreError."""
    now = ports.clock.now()
    # Read before the password is: whatever is changed meanwhile is seen when the session opens.
    entry = ports.log.at_place(users.place(name))
    kept = ports.identities.credentials.find(name)
    # The work is the same whoever is named, so that time does not tell who is known.
    is_right = ports.identities.passwords.is_of(
        passwords.normal(password), kept.hashed if kept else None
    )
    if kept is None or kept.is_locked(now):
        raise UnauthenticatedError(_REFUSAL)
    if not is_right:
        ports.identities.credentials.failed(name, now)
        raise UnauthenticatedError(_REFUSAL)
    if entry is None or users.read(entry).state is not State.ACTIVE:
        raise UnauthenticatedError(_REFUSAL)
    if kept.failures:
        ports.identities.credentials.succeeded(name)
    return users.read(entry).caller
