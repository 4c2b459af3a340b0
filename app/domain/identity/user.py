"""Users of the gate itself, for where there is no issuer: what the log says of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.domain.caller import Caller, Role, Scope
from app.domain.entry import Draft, Entry, Kind, Move
from app.domain.errors import InvalidSubmissionError

LOCAL = "local:"
"""How the subject of a user begins: the record tells whom nobody but the gate vouches for."""
PLACES = "user:"
NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")


class State(StrEnum):
    """Whether a user may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class User:
    """A person that the gate itself knows by a password."""

    name: str
    roles: frozenset[Role]
    scope: Scope
    state: State
    seq: int | None = field(default=None, compare=False)
    """Of the entry that says so; None before there is one."""

    @property
    def subject(self) -> str:
        """Whom the record names."""
        return f"{LOCAL}{self.name}"

    @property
    def caller(self) -> Caller:
        """Who they are once they have proven it, by what the log said of them then.

        A session gives them a token.
        """
        return Caller(self.subject, self.roles, f"password-{self.name}-{self.seq}", self.scope)

    def disabled(self) -> User:
        """Give the same user, who may not sign in."""
        return replace(self, state=State.DISABLED)

    def holding(self, roles: frozenset[Role], scope: Scope) -> User:
        """Give the same user in these roles, and no others."""
        return replace(self, roles=roles, scope=scope)


def must_be_a_name(name: str) -> None:
    """Raise InvalidSubmissionError for what is no name of a user: no two may look alike."""
    if not NAME.fullmatch(name):
        message = "expected a name of 1 to 64 of a-z, 0-9, dot, dash and underscore"
        raise InvalidSubmissionError(message, pointer="/name")


def place(name: str) -> str:
    """Name the place in the log that points at what is true of a user now."""
    return f"{PLACES}{name}"


def draft(entry_id: str, user: User, before: Entry | None, what: str, by: str) -> Draft:
    """Write the entry that makes the user so, unless somebody else was faster."""
    body: Mapping[str, Any] = {
        "user_id": entry_id,
        "what": what,
        "name": user.name,
        "subject": user.subject,
        "roles": sorted(role.value for role in user.roles),
        "projects": sorted(user.scope.projects),
        "stages": sorted(user.scope.stages),
        "state": user.state.value,
    }
    move = Move(place(user.name), None if before is None else before.seq)
    return Draft(entry_id, Kind.USER_CHANGED, by, body, moves=(move,))


def read(entry: Entry) -> User:
    """Read a user back from the entry that says what is true of them."""
    body = json.loads(entry.body)
    return User(
        name=body["name"],
        roles=frozenset(Role(role) for role in body["roles"]),
        scope=Scope(frozenset(body["projects"]), frozenset(body["stages"])),
        state=State(body["state"]),
        seq=entry.seq,
    )
