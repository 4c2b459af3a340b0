"""Callers who ask a gate for decisions while it is struck, and what the log then holds of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

import requests

from app.bootstrap import storage
from app.domain.entry import Kind
from app.domain.log import merkle, note, trust
from app.domain.log.question import Question
from app.settings import Settings

SUBMISSION: Mapping[str, object] = {
    "model": {"namespace": "acme", "name": "scorer", "version": "1"},
    "files": [{"path": "m.bin", "size": 1, "sha256": "ab" * 32}],
    "stage": "production",
    "risk_tier": "limited",
}
PAUSE = 0.2
"""Seconds after which a caller who was not answered asks again."""
LONGEST = 60
"""Seconds after which a caller gives up one question."""
PIECE = 2000


@dataclass(frozen=True)
class Answer:
    """What a caller heard, or that nothing was heard (status 0)."""

    key: str
    at: float
    seconds: float
    status: int = 0
    code: str = ""
    seq: int = -1
    decision_id: str = ""
    retry_after: str = ""

    @property
    def is_decision(self) -> bool:
        """Whether a decision was acknowledged."""
        return self.status == HTTPStatus.OK


class Callers:
    """So many callers at once; each asks again with its key until it has the decision."""

    def __init__(self, url: str, token: str, many: int) -> None:
        self._url = f"{url}/v1/decisions"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._news = threading.Condition()
        self._is_over = threading.Event()
        self._pool = ThreadPoolExecutor(many)
        self.answers: list[Answer] = []
        self._done = [self._pool.submit(self._ask_on, f"caller-{n}") for n in range(many)]

    def decisions(self, since: float = 0.0) -> list[Answer]:
        """List what was acknowledged since a time of the monotonic clock."""
        return [one for one in tuple(self.answers) if one.is_decision and one.at >= since]

    def refusals(self, since: float, until: float) -> list[Answer]:
        """List the answers that were no decision between two times."""
        there = tuple(self.answers)
        return [one for one in there if not one.is_decision and since <= one.at < until]

    def wait_for(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is so, or the time is over."""
        with self._news:
            return self._news.wait_for(is_so, seconds)

    def stop(self) -> None:
        """Let each have the answer that it waits for, then stop; raises what went wrong."""
        self._is_over.set()
        for one in self._done:
            one.result()
        self._pool.shutdown()

    def _ask_on(self, name: str) -> None:
        number = 0
        with requests.Session() as session:
            while not self._is_over.is_set():
                number += 1
                while not self._ask(session, f"{name}-{number}").is_decision:
                    time.sleep(PAUSE)

    def _ask(self, session: requests.Session, key: str) -> Answer:
        start = time.monotonic()
        headers = {**self._headers, "Idempotency-Key": key}
        try:
            told = session.post(self._url, json=SUBMISSION, headers=headers, timeout=LONGEST)
        except requests.RequestException:
            now = time.monotonic()
            return self._heard(Answer(key, now, now - start))
        now, body = time.monotonic(), {}
        with suppress(ValueError):
            body = told.json()
        return self._heard(
            Answer(
                key,
                now,
                now - start,
                told.status_code,
                str(body.get("code", "")),
                int(body.get("seq", -1)),
                str(body.get("decision_id", "")),
                told.headers.get("Retry-After", ""),
            )
        )

    def _heard(self, answer: Answer) -> Answer:
        with self._news:
            self.answers.append(answer)
            self._news.notify_all()
        return answer


@dataclass(frozen=True)
class Kept:
    """What the log holds of the decisions that were acknowledged."""

    acknowledged: int
    lost: int
    twice: int
    """Decisions that nobody was told of, or that one key made again."""
    gaps: int
    is_root_right: bool
    faults: int
    """What `countersign store check` finds."""

    @property
    def is_whole(self) -> bool:
        """Whether the log holds just what was acknowledged, under the root that it signs."""
        return not (self.lost or self.twice or self.gaps or self.faults) and self.is_root_right


def kept(environment: Mapping[str, str], answers: list[Answer]) -> Kept:
    """Compare the log of a gate that was stopped with what its callers were told."""
    told = {(one.key, one.seq, one.decision_id) for one in answers if one.is_decision}
    with storage.opened_stores(Settings.from_environment(environment)) as stores:
        policy = trust.of_key(note.parse_key(stores.log.key))
        stated = policy.believe(stores.log.checkpoint())
        there: dict[int, tuple[str, Kind]] = {}
        frontier, start = merkle.EMPTY, 0
        while piece := stores.log.scan(Question(), start, stated.size, PIECE):
            there |= {entry.seq: (entry.id, entry.kind) for entry in piece}
            leaves = [merkle.leaf_hash(entry.body) for entry in piece]
            frontier = merkle.grow(frontier, leaves).frontier
            start = piece[-1].seq + 1
        faults = list(stores.check())
    decided = sum(kind is Kind.DECISION for _, kind in there.values())
    found = {one for one in told if there.get(one[1]) == (one[2], Kind.DECISION)}
    return Kept(
        acknowledged=len(told),
        lost=len(told - found),
        twice=decided - len({one[0] for one in told}),
        gaps=len(set(range(stated.size)) - there.keys()),
        is_root_right=frontier.root == stated.root,
        faults=len(faults),
    )
