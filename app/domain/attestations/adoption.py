"""The gate's own keys as the log tells of them: which key, for what, in place of which."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.entry import Draft, Entry, Kind, Move


class Use(StrEnum):
    """What the gate signs by a key of its own, beside its log."""

    ATTESTATIONS = "attestations"
    POLICIES = "policies"


@dataclass(frozen=True, slots=True)
class GateKey:
    """A public key of the gate: what it verifies, in PEM (RFC 7468), and the name it goes by."""

    use: Use
    name: str
    """How what is signed names its key: the `hint` of a sigstore bundle, the `kid` of a JWT."""
    public_key: str

    @property
    def place(self) -> str:
        """The place in the log that points at the key in use."""
        return f"key:{self.use.value}"

    @property
    def said(self) -> Mapping[str, str]:
        """What an entry tells of it."""
        return {"name": self.name, "public_key": self.public_key}


def is_told(key: GateKey, newest: Entry | None) -> bool:
    """Whether the newest entry about this use tells of this key."""
    return newest is not None and json.loads(newest.body)["key"] == key.said


def draft(entry_id: str, key: GateKey, before: Entry | None, by: str) -> Draft:
    """Write the entry that tells of a key, and of the one before it, if there was one."""
    body: dict[str, Any] = {"adoption_id": entry_id, "use": key.use.value, "key": key.said}
    if before is not None:
        body["replaces"] = json.loads(before.body)["key"]
    move = Move(key.place, None if before is None else before.seq)
    return Draft(entry_id, Kind.KEY_ADOPTED, by, body, moves=(move,))
