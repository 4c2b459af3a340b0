"""An in-memory Credentials: what the real one promises, without a database."""

from __future__ import annotations

from datetime import datetime

from app.domain.identity.password import Credential, Invitation
from tests.fakes.switch import Switch


class InMemoryCredentials:
    """Implements the port Credentials."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._kept: dict[str, Credential] = {}
        self._offered: dict[str, tuple[Invitation, str]] = {}

    def find(self, name: str) -> Credential | None:
        self._switch.must_work()
        return self._kept.get(name)

    def keep(self, name: str, hashed: str) -> None:
        self._switch.must_work()
        self._kept[name] = Credential(hashed, 0, None)

    def forget(self, name: str) -> None:
        self._switch.must_work()
        self._kept.pop(name, None)
        self._offered = {i: o for i, o in self._offered.items() if o[0].name != name}

    def failed(self, name: str, now: datetime) -> None:
        self._switch.must_work()
        if kept := self._kept.get(name):
            self._kept[name] = Credential(kept.hashed, kept.failures + 1, now)

    def succeeded(self, name: str) -> None:
        self._switch.must_work()
        if kept := self._kept.get(name):
            self._kept[name] = Credential(kept.hashed, 0, None)

    def invite(self, offered: Invitation, secret: str) -> None:
        self._switch.must_work()
        self._offered = {i: o for i, o in self._offered.items() if o[0].name != offered.name}
        self._offered[offered.id] = (offered, secret)

    def invitation(self, offered_id: str, secret: str, now: datetime) -> Invitation | None:
        self._switch.must_work()
        offered, right = self._offered.get(offered_id, (None, ""))
        is_usable = offered is not None and right == secret and now < offered.expires_at
        return offered if is_usable else None

    def use_up(self, offered: Invitation) -> bool:
        self._switch.must_work()
        return self._offered.pop(offered.id, None) is not None
