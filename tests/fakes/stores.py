"""In-memory Log, Documents and Tokens: what the real ones promise, without a database."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.adapters.stores.opening import Stores
from app.domain.caller import Caller, Token
from app.domain.canonical import canonical_json
from app.domain.digest import Digest
from app.domain.entry import (
    MAY_GO,
    Draft,
    Entry,
    Idempotency,
    Kind,
    Page,
    Personal,
    PlacedEntry,
    microseconds,
    rfc3339,
    seal,
)
from app.domain.errors import (
    ArchivedError,
    IdempotencyConflictError,
    InvalidDigestError,
    MovedError,
    NotFoundError,
    StoreError,
    UnauthenticatedError,
)
from app.domain.log import merkle, tile
from app.domain.log.checkpoint import Checkpoint
from app.domain.log.facets import facets
from app.domain.log.note import SigningKey
from app.domain.log.question import MOST_COUNTED, Cursor, Field, Found, Question, Term
from app.domain.log.receipt import Receipt
from app.domain.log.tile import Tile
from app.domain.retention.archives import Archived, Detachment, Standing, leaving
from app.ports import Clock
from tests.fakes.credentials import InMemoryCredentials
from tests.fakes.switch import Moment, Switch


class SetClock:
    """A clock that shows what it was set to."""

    def __init__(self, moment: datetime = datetime(2026, 11, 24, 12, tzinfo=UTC)) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """Tell the time that was set."""
        return self.moment

    def advance(self, seconds: float) -> None:
        """Set the clock forward, or back."""
        self.moment += timedelta(seconds=seconds)


class InMemoryDocuments:
    """Implements the port Documents."""

    def __init__(self, switch: Switch | None = None) -> None:
        self.switch = switch or Switch()
        self._kept: dict[Digest, bytes] = {}

    def put(self, sha256: Digest, content: bytes) -> bool:
        self.switch.must_work()
        if Digest.of(content) != sha256:
            raise InvalidDigestError(f"the content is not that of digest {sha256}")
        is_new = sha256 not in self._kept
        self._kept[sha256] = content
        return is_new

    def read(self, sha256: Digest) -> bytes | None:
        self.switch.must_work()
        return self._kept.get(sha256)


class InMemoryLog:
    """Implements the port Log. `entries` and `drafts` are open to tests, by sequence number."""

    def __init__(
        self, clock: Clock, documents: InMemoryDocuments | None = None, name: str = "gate.test/log"
    ) -> None:
        self.name = name
        self.entries: list[Entry] = []
        self.drafts: list[Draft] = []
        self._clock = clock
        self._documents = documents or InMemoryDocuments()
        self.signing_key = SigningKey(name, Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
        self._signed: dict[int, str] = {}
        self._cosigned: dict[int, dict[str, str]] = {}
        self._keys: dict[tuple[str, str], tuple[Digest, Entry]] = {}
        self._archives: list[tuple[int, Detachment]] = []
        self._gone: set[int] = set()
        self._writing = threading.Lock()
        self._moment = Moment()

    def append(self, draft: Draft, idempotency: Idempotency | None = None) -> Entry:
        with self._writing, self._moment.of(None):
            return self._append(draft, idempotency)

    def snapshot(self) -> AbstractContextManager[None]:
        self._documents.switch.must_work()
        return self._moment.of(len(self.drafts))

    def _seen(self) -> list[tuple[Draft, Entry]]:
        self._documents.switch.must_work()
        # Another thread may be between its entry and its draft, which makes it whole.
        drafts = self.drafts[: self._moment.size]
        return list(zip(drafts, self.entries[: len(drafts)], strict=True))

    def _append(self, draft: Draft, idempotency: Idempotency | None) -> Entry:
        if idempotency and (made := self.repeated(idempotency)):
            return made
        self._documents.switch.must_work()
        if self.find(draft.id, draft.kind):
            raise StoreError("an entry of this kind and id exists already")
        for move in draft.moves:
            now = self.at_place(move.place)
            if _seq(now) != move.expected:
                raise MovedError(move.place, _seq(now))
        seq = len(self.entries)
        last_at = self.entries[-1].at if self.entries else 0
        at = max(microseconds(self._clock.now()), last_at)
        body = seal(draft, self.name, seq, at)
        for sha256, content in draft.documents:
            self._documents.put(sha256, content)
        entry = Entry(self.name, seq, draft.id, draft.kind, at, draft.actor, body)
        self.entries.append(entry)
        self.drafts.append(draft)
        if idempotency:
            key = (idempotency.caller, idempotency.key)
            self._keys[key] = (idempotency.request_sha256, entry)
        if draft.detaches:
            self._detach(seq, draft.detaches)
        return entry

    def _detach(self, seq: int, detachment: Detachment) -> None:
        self._archives.append((seq, detachment))
        high = detachment.archive.high
        here = [e for e in self.entries[:high] if e.seq not in self._gone]
        standing = [
            Standing(e.seq, e.kind in MAY_GO, self.drafts[e.seq].release_digest, d.model)
            for e, d in ((e, self.drafts[e.seq]) for e in here)
        ]
        needed = {e.seq for e in here if self.drafts[e.seq].moves or self.personal([e.seq])}
        live = {str(d.release_digest) for d in self.drafts[high:] if d.release_digest}
        allowed: dict[tuple[str | None, str | None], dict[str, None]] = {}
        for draft in reversed(self.drafts):
            if (draft.kind, draft.outcome) == (Kind.DECISION, "allow") and draft.release_digest:
                of = allowed.setdefault((draft.model, draft.stage), {})
                of.setdefault(str(draft.release_digest))
        live |= {digest for of in allowed.values() for digest in list(of)[:2]}
        self._gone |= set(leaving(standing, needed, live, detachment.holds))

    def archives(self) -> Sequence[Archived]:
        self._documents.switch.must_work()
        made = ((seq, detachment.archive) for seq, detachment in self._archives)
        return sorted(
            (
                Archived(one, seq, len(self._gone & set(range(one.low, one.high))))
                for seq, one in made
            ),
            key=lambda archived: archived.archive.low,
        )

    def _here(self) -> list[tuple[Draft, Entry]]:
        return [(draft, entry) for draft, entry in self._seen() if entry.seq not in self._gone]

    def _shown(self, entry: Entry) -> Entry:
        if entry.seq not in self._gone:
            return entry
        return replace(entry, body=self._stub(entry), is_archived=True)

    def _stub(self, entry: Entry) -> bytes:
        covering = [(s, d.archive) for s, d in self._archives if d.archive.high > entry.seq]
        seq, kept = min(covering, key=lambda pair: pair[1].high)
        where = {"sha256": kept.sha256, "location": kept.location, "recorded": seq}
        where |= {"low": kept.low, "high": kept.high}
        body = {
            "archived": where,
            "at": rfc3339(entry.at),
            "entry": {n: v for n, v in json.loads(entry.body)["entry"].items() if n != "places"},
            "leaf_sha256": merkle.leaf_hash(entry.body).hex(),
            "log": self.name,
            "seq": entry.seq,
        }
        return canonical_json(body)

    def _must_be_here(self, entry: Entry) -> None:
        if entry.seq in self._gone:
            where = json.loads(self._stub(entry))["archived"]
            told = f"entry {entry.seq} is in the archive {where['sha256']} at {where['location']}"
            raise ArchivedError(told)

    def repeated(self, idempotency: Idempotency) -> Entry | None:
        self._documents.switch.must_work()
        request, entry = self._keys.get((idempotency.caller, idempotency.key), (None, None))
        if request is not None and request != idempotency.request_sha256:
            raise IdempotencyConflictError("this idempotency key was used for another request")
        if entry is not None:
            self._must_be_here(entry)
        return entry

    def find(self, entry_id: str, kind: Kind) -> Entry | None:
        found = (e for _, e in self._seen() if (e.id, e.kind) == (entry_id, kind))
        return next((self._shown(e) for e in found), None)

    def at_place(self, place: str, *, until: int | None = None) -> Entry | None:
        found = [e for e in self.moves(place) if until is None or e.at < until]
        return found[-1] if found else None

    def personal(self, places: Sequence[int]) -> Mapping[int, tuple[Personal, ...]]:
        self._documents.switch.must_work()
        there = set(places) - {draft.erases for draft in self.drafts}
        kept = {seq: self.drafts[seq].personal for seq in there if seq < len(self.drafts)}
        return {seq: tuple(sorted(texts, key=_by_name)) for seq, texts in kept.items() if texts}

    def place_of_newest(self, kinds: Collection[Kind]) -> int:
        return max((e.seq for _, e in self._seen() if e.kind in kinds), default=-1)

    def moves(self, place: str) -> Sequence[Entry]:
        return [e for d, e in self._seen() if any(move.place == place for move in d.moves)]

    def places(self, prefix: str, *, after: str = "", limit: int = 100) -> Sequence[PlacedEntry]:
        now = {move.place: e for d, e in self._seen() for move in d.moves}
        return sorted((p, e) for p, e in now.items() if p.startswith(prefix) and p > after)[:limit]

    def page(self, kind: Kind, *, before: int | None, limit: int) -> Page:
        end = len(self.entries) if before is None else before
        found = [e for _, e in self._here() if e.kind is kind and e.seq < end][::-1]
        kept = tuple(found[:limit])
        return Page(kept, kept[-1].seq if len(found) > limit else None)

    def about(self, release: Digest, kind: Kind) -> Sequence[Entry]:
        return [e for d, e in self._here() if d.release_digest == release and d.kind is kind]

    def latest(self, release: Digest, kind: Kind) -> Iterator[Entry]:
        return iter(self.about(release, kind)[::-1])

    def latest_of_each(self, release: Digest) -> Sequence[Entry]:
        about = {entry.id for entry in self.about(release, Kind.DECISION)}
        decided = [(d, e) for d, e in self._here() if e.id in about]
        newest = {(d.model, facets(d.body).version, d.stage): e for d, e in decided}
        return sorted(newest.values(), key=lambda entry: entry.seq)

    def submitters(self, release: Digest) -> frozenset[str]:
        about = (Kind.DECISION, release)
        seen = (draft for draft, _ in self._seen())
        return frozenset(d.actor for d in seen if (d.kind, d.release_digest) == about)

    def released(self, model: str, stage: str, release: Digest) -> bool:
        allowed = (Kind.DECISION, "allow", model, stage, release)
        return any(
            (d.kind, d.outcome, d.model, d.stage, d.release_digest) == allowed
            for d, _ in self._seen()
        )

    def last_released(self, model: str, stage: str, *, besides: Digest) -> Entry | None:
        allowed = (Kind.DECISION, "allow", model, stage)
        return next(
            (
                e
                for d, e in reversed(self._here())
                if (d.kind, d.outcome, d.model, d.stage) == allowed and d.release_digest != besides
            ),
            None,
        )

    def is_first(self, model: str, stage: str, release: Digest) -> bool:
        allowed = (Kind.DECISION, "allow", model, stage)
        return not any(
            (d.kind, d.outcome, d.model, d.stage) == allowed and d.release_digest != release
            for d, _ in self._seen()
        )

    def ping(self) -> None:
        self._documents.switch.must_work()

    @property
    def key(self) -> str:
        return str(self.signing_key.public)

    def checkpoint(self) -> str:
        self._documents.switch.must_work()
        size = len(self.entries)
        root = merkle.root_of(self._subtree, size)
        self._signed[size] = self.signing_key.sign(str(Checkpoint(self.name, size, root)))
        return self._signed[size]

    def cosign(self, size: int, lines: Mapping[str, str]) -> None:
        self._documents.switch.must_work()
        if size not in self._signed:
            raise NotFoundError(f"no checkpoint of the size {size} was signed")
        if len(self._cosigned.get(size, {}).keys() | lines.keys()) > 16:
            raise StoreError("a checkpoint holds no more than 16 cosignatures")
        self._cosigned[size] = {**lines, **self._cosigned.get(size, {})}

    def witnessed(self) -> str | None:
        self._documents.switch.must_work()
        if not self._cosigned:
            return None
        size = max(self._cosigned)
        lines = self._cosigned[size]
        return self._signed[size] + "".join(lines[name] for name in sorted(lines))

    def receipt(self, seq: int) -> Receipt:
        signed = self.checkpoint()
        if not 0 <= seq < len(self.entries):
            raise NotFoundError(f"no entry {seq}")
        return Receipt(seq, merkle.inclusion_proof(self._subtree, seq, len(self.entries)), signed)

    def witnessed_receipt(self, seq: int) -> Receipt:
        signed = self.witnessed()
        size = max(self._cosigned, default=0)
        if signed is None or seq >= size:
            raise NotFoundError(f"no witness has seen entry {seq}")
        return Receipt(seq, merkle.inclusion_proof(self._subtree, seq, size), signed)

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        self._documents.switch.must_work()
        if not 0 <= old <= new <= len(self.entries):
            raise NotFoundError(f"never of size {old} and {new}")
        return merkle.consistency_proof(self._subtree, old, new)

    def tile(self, wanted: Tile) -> bytes:
        self._documents.switch.must_work()
        first, level = wanted.number * merkle.TILE_WIDTH, wanted.level or 0
        if first + wanted.width > len(self.entries) >> (merkle.TILE_HEIGHT * level):
            raise NotFoundError(f"no {wanted}")
        places = range(first, first + wanted.width)
        if wanted.level is None:
            for place in places:
                self._must_be_here(self.entries[place])
            return tile.bundle(self.entries[place].body for place in places)
        return b"".join(self._subtree(level * merkle.TILE_HEIGHT, place) for place in places)

    def search(self, question: Question, cursor: Cursor | None, limit: int) -> Found:
        self._documents.switch.must_work()
        high = cursor.high if cursor else len(self.entries)
        end = cursor.before if cursor else high
        asked = self._asked(question)
        found = [e for d, e in asked if e.seq < high and _answers(question, d, e)][::-1]
        total = min(len(found), MOST_COUNTED + 1) if end == high else None
        rest = [entry for entry in found if entry.seq < end]
        following = Cursor(rest[limit - 1].seq, high) if len(rest) > limit else None
        return Found(tuple(self._shown(e) for e in rest[:limit]), following, high, total)

    def scan(self, question: Question, low: int, high: int, limit: int) -> Sequence[Entry]:
        self._documents.switch.must_work()
        asked = [(d, e) for d, e in self._asked(question) if low <= e.seq < high]
        return [self._shown(e) for d, e in asked if _answers(question, d, e)][:limit]

    def _asked(self, question: Question) -> list[tuple[Draft, Entry]]:
        if not question.is_for_archived:
            return self._here()
        return self._seen()

    def _subtree(self, level: int, index: int) -> bytes:
        covered = self.entries[index << level : (index + 1) << level]
        return merkle.fold([merkle.leaf_hash(entry.body) for entry in covered])


class InMemoryTokens:
    """Implements the port Tokens."""

    def __init__(self, log: InMemoryLog) -> None:
        self._log = log
        self._kept: dict[str, tuple[str, Token]] = {}
        self._opened_by: dict[str, str] = {}

    def authenticate(self, presented: str, now: datetime) -> Caller:
        self._log.ping()
        parts = re.fullmatch(r"cs_([A-Za-z0-9-]+)_([A-Za-z0-9_-]+)", presented)
        secret, token = self._kept.get(parts[1] if parts else "", ("", None))
        if parts is None or token is None or secret != parts[2]:
            raise UnauthenticatedError("no such token")
        if token.revoked_at is not None:
            raise UnauthenticatedError("this token was revoked")
        _, opener = self._kept.get(self._opened_by.get(parts[1], ""), ("", None))
        if opener is not None and opener.revoked_at is not None:
            raise UnauthenticatedError("the token that opened this session was revoked")
        if token.expires_at is not None and token.expires_at <= now:
            raise UnauthenticatedError("this token has expired")
        return token.caller

    def create(
        self,
        caller: Caller,
        secret: str,
        expires_at: datetime | None,
        *,
        by: str,
        opened_by: str | None,
    ) -> Entry:
        if not re.fullmatch(r"[A-Za-z0-9-]+", caller.token_id) or len(secret) < 32:
            raise ValueError("a token has an id of letters, digits and - and a long secret")
        body = {
            "token_id": caller.token_id,
            "subject": caller.subject,
            "roles": sorted(caller.roles),
            "projects": sorted(caller.scope.projects),
            "stages": sorted(caller.scope.stages),
        }
        if expires_at is not None:
            body["expires_at"] = rfc3339(microseconds(expires_at))
        if opened_by is not None:
            body["opened_by"] = opened_by
            self._opened_by[caller.token_id] = opened_by
        entry = self._log.append(Draft(caller.token_id, Kind.TOKEN_CREATED, by, body))
        token = Token(caller, _moment(entry.at), expires_at, None)
        self._kept[caller.token_id] = (secret, token)
        return entry

    def revoke(self, token_id: str, *, by: str) -> Entry:
        self._log.ping()
        secret, token = self._kept.get(token_id, ("", None))
        if token is None or token.revoked_at is not None:
            raise NotFoundError(f"no token {token_id[:64]!r} that could be revoked")
        body = {"token_id": token_id, "subject": token.caller.subject}
        entry = self._log.append(Draft(token_id, Kind.TOKEN_REVOKED, by, body))
        self._kept[token_id] = (secret, replace(token, revoked_at=_moment(entry.at)))
        return entry

    def all(self) -> Sequence[Token]:
        self._log.ping()
        return [token for _, token in self._kept.values()]


def in_memory_stores(clock: Clock, name: str = "gate.test/log") -> Stores:
    """Make the three fakes over one memory."""
    switch = Switch()
    documents = InMemoryDocuments(switch)
    log = InMemoryLog(clock, documents, name)
    tokens, credentials = InMemoryTokens(log), InMemoryCredentials(switch)
    return Stores(
        log, documents, tokens, credentials, switch.close, lambda: iter(()), lambda _: None
    )


def _by_name(personal: Personal) -> str:
    return personal.name


def _answers(question: Question, draft: Draft, entry: Entry) -> bool:
    known = facets(draft.body)
    columns = {
        Field.DIGEST: draft.release_digest,
        Field.VERSION: known.version,
        Field.ACTOR: draft.actor,
        Field.MODEL: draft.model,
        Field.PROJECT: draft.model and draft.model.partition("/")[0],
        Field.POLICY: known.policy,
        Field.STAGE: draft.stage,
        Field.OUTCOME: draft.outcome,
        Field.KIND: draft.kind,
    }

    def holds(term: Term) -> bool:
        if term.field is not Field.REASON:
            return columns[term.field] == term.value
        if term.value.endswith("*"):
            return any(code.startswith(term.value[:-1]) for code in known.reasons)
        return term.value in known.reasons

    return (
        all(holds(term) != term.is_excluded for term in question.terms)
        and (question.since is None or entry.at >= question.since)
        and (question.until is None or entry.at < question.until)
        and (
            question.projects is None or (draft.model or "").partition("/")[0] in question.projects
        )
        and set(question.words) <= set(known.words.split())
    )


def _moment(at: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)


def _seq(entry: Entry | None) -> int | None:
    return None if entry is None else entry.seq
