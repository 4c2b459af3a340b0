"""What somebody asks by webhook: may this go there? It stays open until it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.caller import Role


@dataclass(frozen=True, slots=True)
class Ballot:
    """A person's word on a commit, which is a vote on the release that was made of it."""

    vote: str
    """approve, veto or withdraw, as the gate names votes."""
    subject: str
    roles: frozenset[Role]

    def facts(self) -> dict[str, str | int]:
        """Write it as facts of an inquiry."""
        roles = " ".join(sorted(role.value for role in self.roles))
        return {"vote": self.vote, "subject": self.subject, "roles": roles}


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question of a forge or registry about the release that a reference leads to."""

    source: str
    """Who asks: github, gitlab, mlflow."""
    key: str
    """What is asked about, so that a question that comes again is the same one."""
    reference: str
    stage: str
    facts: Mapping[str, str | int]
    """What its source needs to answer it, and nothing that is secret."""

    @property
    def ballot(self) -> Ballot | None:
        """A person's vote on the release, where the inquiry is one."""
        if "vote" not in self.facts:
            return None
        roles = frozenset(Role(role) for role in str(self.facts["roles"]).split())
        return Ballot(str(self.facts["vote"]), str(self.facts["subject"]), roles)

    @property
    def place(self) -> str:
        """The place in the log that points at what became of it."""
        return f"inquiry:{self.source}/{self.key}"

    def document(self) -> dict[str, Any]:
        """Write it as it is recorded."""
        return {
            "source": self.source,
            "key": self.key,
            "reference": self.reference,
            "stage": self.stage,
            "facts": dict(self.facts),
        }


def read(document: Mapping[str, Any]) -> Inquiry:
    """Read an inquiry back from its record."""
    names = ("source", "key", "reference", "stage", "facts")
    return Inquiry(**{name: document[name] for name in names})


@dataclass(frozen=True, slots=True)
class Webhook:
    """What one delivery says, once it is known to be its sender's."""

    delivery: str
    """The sender's id of it: the same when it is sent again."""
    inquiries: tuple[Inquiry, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What became of answering an inquiry at its source."""

    is_taken: bool
    is_final: bool
    """Whether the source will hear no other answer: nothing further is told."""
    message: str
