"""The desk: a question that came by webhook is recorded, and answered when there is an answer.

A delivery counts once, by its sender's id. An inquiry stays open at its place in the log until
its source has heard a final answer; whoever asks again asks the same one. The answer comes from
the recorded decision, as for every enforcement point: taking a question decides nothing.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from app.domain.approvals.standing import Vote
from app.domain.caller import ANY, Caller, Scope
from app.domain.digest import Digest
from app.domain.enforcement import reference
from app.domain.entry import Draft, Entry, Kind, Move, microseconds
from app.domain.errors import CallerError, NotFoundError
from app.domain.inbound import inquiry
from app.domain.inbound.inquiry import Ballot, Inquiry, Told, Webhook
from app.domain.log.question import Field, Question, Term
from app.gate import enforce
from app.gate.submissions import acts
from app.ports import Asker, Log, Ports

LONGEST_OPEN = timedelta(days=30)
"""GitHub keeps a deployment waiting for so long; what is older is closed unanswered."""
_PAGE = 100
_END = 2**53 - 1


def take(webhook: Webhook, source: str, ports: Ports) -> bool:
    """Record what a webhook asks; False if this delivery was taken before.

    Raises StoreError, and MovedError when the same question came at the same moment.
    """
    place = f"delivery:{source}/{webhook.delivery}"
    if ports.log.at_place(place) is not None:
        return False
    moves = [Move(place, None)]
    for asked in webhook.inquiries:
        known = ports.log.at_place(asked.place)
        moves.append(Move(asked.place, known.seq if known else None))
    body = {
        "source": source,
        "delivery": webhook.delivery,
        "inquiries": [asked.document() for asked in webhook.inquiries],
    }
    draft = Draft(ports.new_id(), Kind.INQUIRY_MADE, source, body, moves=tuple(moves))
    ports.log.append(draft)
    return True


def made_after(seq: int, source: str, log: Log) -> tuple[list[Inquiry], int]:
    """List what a source asked in entries behind a place, and the last place that was looked at.

    Raises StoreError.
    """
    asked = Question((Term(Field.KIND, Kind.INQUIRY_MADE.value), Term(Field.ACTOR, source)))
    found: list[Inquiry] = []
    while entries := log.scan(asked, seq + 1, _END, _PAGE):
        seq = entries[-1].seq
        for entry in entries:
            found += [inquiry.read(one) for one in json.loads(entry.body)["inquiries"]]
    return found, seq


def is_open(asked: Inquiry, log: Log) -> bool:
    """Whether the source of an inquiry still waits for an answer. Raises StoreError."""
    entry = log.at_place(asked.place)
    return entry is not None and not _state(entry).get("is_final", False)


def settle(asked: Inquiry, asker: Asker, ports: Ports) -> Told | None:
    """Tell a source the answer to an inquiry, if it has not heard this one yet.

    None when there is nothing new to tell. Raises StoreError, MovedError.
    """
    entry = ports.log.at_place(asked.place)
    if entry is None or _state(entry).get("is_final", False):
        return None
    scope = Scope(asker.projects, frozenset({ANY}))
    if asked.ballot is not None:
        return _cast(asked, asked.ballot, entry, scope, ports)
    wanted = reference.parse(asked.reference)
    said = enforce.answer_reference(wanted, asked.stage, ports, scope)
    heard = _state(entry).get("answer")
    answer = {"outcome": said.ruling.value, "decision_id": said.decision_id or ""}
    if heard == answer:
        return _close_old(asked, entry, answer, ports)
    told = asker.tell(asked, said)
    if told.is_taken:
        _record(asked, entry, answer, told, ports)
    return told


def _cast(asked: Inquiry, ballot: Ballot, entry: Entry, scope: Scope, ports: Ports) -> Told | None:
    # The vote is on the digest that was recorded for this very commit; until then it waits.
    claim = ports.log.at_place(reference.parse(asked.reference).place)
    if claim is None:
        return _close_old(asked, entry, {}, ports)
    release = Digest(json.loads(claim.body)["release"]["digest"])
    voter = Caller(ballot.subject, ballot.roles, asked.key, scope)
    try:
        made = acts.vote(release, Vote(ballot.vote), asked.key, voter, ports, None).entry
        message = f"recorded as entry {made.seq}"
    except (CallerError, NotFoundError) as error:
        message = f"refused: {error.message}"
    told = Told(is_taken=True, is_final=True, message=message)
    _record(asked, entry, {"outcome": ballot.vote}, told, ports)
    return told


def _close_old(asked: Inquiry, entry: Entry, answer: dict[str, str], ports: Ports) -> Told | None:
    age = microseconds(ports.clock.now()) - entry.at
    if age <= LONGEST_OPEN // timedelta(microseconds=1):
        return None
    told = Told(is_taken=True, is_final=True, message="it was open for too long")
    _record(asked, entry, answer, told, ports)
    return told


def _record(asked: Inquiry, entry: Entry, answer: dict[str, str], told: Told, ports: Ports) -> None:
    body = {
        "inquiries": [asked.document()],
        "source": asked.source,
        "answer": answer,
        "is_final": told.is_final,
        "message": told.message,
    }
    moves = (Move(asked.place, entry.seq),)
    ports.log.append(Draft(ports.new_id(), Kind.INQUIRY_ANSWERED, "countersign", body, moves=moves))


def _state(entry: Entry) -> dict[str, Any]:
    # What was made again after an answer is open again, whatever was answered before.
    body: dict[str, Any] = json.loads(entry.body)
    return body if entry.kind is Kind.INQUIRY_ANSWERED else {}
