"""Trust policies (C2SP tlog-policy): whose logs, whose witnesses, and how many of them.

log <vkey> [<url>]
witness <name> <vkey> [<url>]
group <name> all|any|<k> <name>...
quorum <name>|none
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.domain.errors import ProofError
from app.domain.log import checkpoint, note
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.note import COSIGNATURE, ED25519, VerifierKey


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses or groups of which `least` must have seen a checkpoint."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """Which checkpoints to believe."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str | None
    """None only where the policy says `quorum none` in so many words."""
    urls: Mapping[str, str] = field(default_factory=dict)
    """Where a witness is asked, by its name in the policy; it may have none."""

    def believe(self, signed: str) -> Checkpoint:
        """Verify a signed checkpoint: a trusted log's, seen by the quorum. Raises ProofError."""
        text, signatures = note.opened(signed, [*self.logs, *self.witnesses.values()])
        stated = checkpoint.parse(text)
        keys = {signature.key for signature in signatures}
        if not any(key in keys and key.name == stated.origin for key in self.logs):
            raise ProofError(f"the checkpoint is not signed by a trusted key of {stated.origin!r}")
        if self.quorum is not None and not self._has_seen(self.quorum, keys):
            raise ProofError(f"the quorum of witnesses {self.quorum!r} has not seen the checkpoint")
        return stated

    def of_the_log(self) -> Trust:
        """Believe what a trusted log signed, whoever has seen it.

        That is enough for a checkpoint that only has to be continued by one that is believed:
        kept before there were witnesses, it still tells of a fork.
        """
        return replace(self, quorum=None)

    def _has_seen(self, name: str, keys: set[VerifierKey]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name] in keys
        group = self.groups[name]
        return sum(self._has_seen(member, keys) for member in group.members) >= group.least


def of_key(vkey: VerifierKey) -> Trust:
    """Trust one log's key, without witnesses."""
    return Trust((vkey,), {}, {}, None)


def written(key: str) -> str:
    """Write the policy file of a log that says of itself which key it has, without witnesses."""
    told = "# compare this key with the one you trust, and name your witnesses"
    return f"{told}\nlog {key}\nquorum none\n"


def parse(text: str) -> Trust:
    """Read a policy file. Raises ProofError."""
    logs: list[VerifierKey] = []
    witnesses: dict[str, VerifierKey] = {}
    groups: dict[str, Group] = {}
    urls: dict[str, str] = {}
    quorums: list[str] = []
    for line in text.split("\n"):
        match line.split():
            case []:
                continue
            case [first, *_] if first.startswith("#"):
                continue
            case ["log", vkey] | ["log", vkey, _]:
                logs.append(_key(vkey, ED25519, logs))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                _refuse_known(name, witnesses, groups)
                urls.update(dict.fromkeys([name], url[0]) if url else {})
                witnesses[name] = _key(vkey, COSIGNATURE, list(witnesses.values()))
            case ["group", name, least, *members] if members:
                _refuse_known(name, witnesses, groups)
                groups[name] = _group(least, members, {*witnesses, *groups})
            case ["quorum", name] if name == "none" or name in witnesses or name in groups:
                quorums.append(name)
            case _:
                raise ProofError(f"a line of the trust policy cannot be read: {line[:80]!r}")
    if len(quorums) != 1:
        raise ProofError("a trust policy has exactly one quorum line")
    quorum = None if quorums[0] == "none" else quorums[0]
    return Trust(tuple(logs), witnesses, groups, quorum, urls)


def _key(vkey: str, algorithm: int, others: list[VerifierKey]) -> VerifierKey:
    key = note.parse_key(vkey)
    if key.algorithm != algorithm:
        raise ProofError(f"the key of {key.name!r} is of another kind than its line says")
    if any(key.public == other.public for other in others):
        raise ProofError(f"the key of {key.name!r} stands twice in the trust policy")
    return key


def _refuse_known(
    name: str, witnesses: Mapping[str, VerifierKey], groups: Mapping[str, Group]
) -> None:
    if name == "none" or name in witnesses or name in groups:
        raise ProofError(f"the name {name!r} is taken in the trust policy")


def _group(least: str, members: list[str], known: set[str]) -> Group:
    numbers = {"all": len(members), "any": 1}
    count = numbers[least] if least in numbers else checkpoint.decimal(least)
    is_unknown = not known.issuperset(members) or len(set(members)) != len(members)
    if is_unknown or not 1 <= count <= len(members):
        raise ProofError("a group of the trust policy has unknown members or no such number")
    return Group(count, tuple(members))
