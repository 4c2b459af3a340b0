"""Answer an enforcement point from the record: nothing is decided or verified here.

What counts is the latest decision about a release on a stage (and, where it was limited to
clusters, on the cluster). No decision, one that ran out, and an attempt at which the gate could
not decide let nothing through. A reference is resolved to a release by who recorded it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.approvals.standing import Vote
from app.domain.decision import lasts_until
from app.domain.digest import Digest
from app.domain.enforcement import answer as answers
from app.domain.enforcement.answer import Answer
from app.domain.enforcement.reference import Reference, parse
from app.domain.entry import Entry, Kind, microseconds
from app.domain.log.question import Cursor, Field, Question, Term
from app.domain.models import mark as marks
from app.domain.models import places
from app.domain.models.mark import State
from app.ports import Log, Ports

RUNS_OUT_SOON = timedelta(days=7)
"""From then on an allow comes with a warning."""
LONGEST_WARNING = 256
"""Characters of a warning: what the API server of Kubernetes shows of one."""
_ANSWERING = frozenset(Kind) - {Kind.ADMISSION, Kind.TOKEN_CREATED, Kind.TOKEN_REVOKED}
"""Kinds of entries that an answer can rest on."""
_PAGE = 20
_PAGES = 50
_END = 2**53 - 1
"""Above every place in a log: with it a search counts nothing that nobody asked for."""


def answer(release: Digest, stage: str, ports: Ports, cluster: str | None = None) -> Answer:
    """Tell what was decided about a release on a stage, and on a cluster. Raises StoreError."""
    found = next(
        (e for e in _decisions(release, stage, ports.log) if _covers(_body(e), cluster)), None
    )
    if found is None:
        return _undecided(release, stage, cluster, ports.log)
    body = _body(found)
    until = lasts_until(body, found.at, ports.validity)
    said = answers.recorded(body, found.at, stage, cluster, until)
    if not said.is_allowed:
        return said
    left = timedelta(microseconds=until - microseconds(ports.clock.now()))
    if left <= timedelta(0):
        return _ran_out(said, found.at, ports)
    state = marks.state(ports.log.at_place(places.release(release)))
    if state is State.REVOKED:
        return _revoked(said)
    if state is State.UNDER_REVIEW:
        # What runs may be started again while people look; nothing new is promoted.
        said = _with_warning(said, f"{said.model} {said.version} is under review")
    if left <= RUNS_OUT_SOON:
        warning = f"the decision about {said.model} {said.version} runs out in {left.days} days"
        return _with_warning(said, warning)
    return said


def answer_reference(
    reference: Reference, stage: str, ports: Ports, cluster: str | None = None
) -> Answer:
    """Tell what was decided about the release that a reference was recorded for.

    A reference that was recorded for no release is refused, pinned or not; so is one that was
    recorded only after people had approved. Raises StoreError.
    """
    now = ports.clock.now()
    as_of = ports.log.place_of_newest(_ANSWERING)
    # an answer tells of days: those of another day are asked for anew
    asked = (reference.uri, stage, cluster or "", now.date().isoformat())
    kept = ports.enforcement.answers.recall(asked, as_of)
    if kept is not None and not (kept.is_allowed and _is_over(kept, now)):
        return kept
    said = _of_reference(reference, stage, ports, cluster)
    ports.enforcement.answers.keep(asked, as_of, said)
    return said


def _of_reference(reference: Reference, stage: str, ports: Ports, cluster: str | None) -> Answer:
    claim = ports.log.at_place(reference.place)
    if claim is None:
        return _unrecorded(reference, stage, cluster)
    release = Digest(_body(claim)["release"]["digest"])
    if not _is_of_the_release(claim, reference) and _is_after_approval(claim, release, ports.log):
        message = f"{reference.uri} was recorded after the release was approved"
        how = "Have the people who approved it approve it again, now that the reference is known."
        code = "enforcement.reference_after_approval"
        return answers.unknown(code, message, how, stage=stage, cluster=cluster, release=release)
    said = answer(release, stage, ports, cluster)
    if said.is_allowed and not reference.is_pinned:
        return _with_warning(said, f"{reference.uri} is not pinned: its bytes can change")
    return said


def _is_over(said: Answer, now: datetime) -> bool:
    return said.valid_until is None or said.valid_until <= microseconds(now)


def _decisions(release: Digest, stage: str, log: Log) -> Iterator[Entry]:
    # Newest first, by the index of release digests; as few as are needed.
    asked = Question(
        (
            Term(Field.DIGEST, release),
            Term(Field.STAGE, stage),
            Term(Field.KIND, Kind.DECISION.value),
        )
    )
    cursor: Cursor | None = Cursor(before=_END - 1, high=_END)
    for _ in range(_PAGES):
        if cursor is None:
            return
        found = log.search(asked, cursor, _PAGE)
        yield from found.entries
        cursor = found.cursor


def _covers(body: Mapping[str, Any], cluster: str | None) -> bool:
    # A release that was submitted for some clusters is known nowhere else.
    clusters = body["release"].get("clusters")
    return clusters is None or cluster in clusters


def _undecided(release: Digest, stage: str, cluster: str | None, log: Log) -> Answer:
    where = f"{stage} on {cluster}" if cluster else stage
    how = f"Submit the release for {stage}: countersign check."
    message = f"no decision about release {release[:12]} for {where}"
    code = "enforcement.not_decided"
    attempts = log.about(release, Kind.COULD_NOT_DECIDE)
    if attempts:
        message = f"the gate could not decide about release {release[:12]} for {where}"
        code = "enforcement.could_not_decide"
    return answers.unknown(code, message, how, stage=stage, cluster=cluster, release=release)


def _ran_out(said: Answer, at: int, ports: Ports) -> Answer:
    age = timedelta(microseconds=microseconds(ports.clock.now()) - at)
    is_old, days = age >= ports.validity, ports.validity.days
    why = f"is over {days} days old" if is_old else "rested on what is over"
    message = f"the decision about {said.model} {said.version} {why}"
    how = f"Submit the release for {said.stage} again: countersign check."
    old = answers.unknown(
        "enforcement.ran_out",
        message,
        how,
        stage=said.stage,
        cluster=said.cluster,
        release=said.release_digest,
    )
    return replace(old, model=said.model, version=said.version, decision_id=said.decision_id)


def _revoked(said: Answer) -> Answer:
    gone = answers.unknown(
        "enforcement.revoked",
        f"the release of {said.model} {said.version} was revoked",
        "Roll back to a version that is not revoked: countersign rollback.",
        stage=said.stage,
        cluster=said.cluster,
        release=said.release_digest,
    )
    return replace(gone, model=said.model, version=said.version, decision_id=said.decision_id)


def _unrecorded(reference: Reference, stage: str, cluster: str | None) -> Answer:
    if reference.is_pinned:
        code, message = (
            "enforcement.reference_unknown",
            f"no release was submitted as {reference.uri}",
        )
        how = "Submit the release with this reference: countersign check --reference."
    else:
        code, message = "enforcement.reference_unpinned", f"{reference.uri} pins no digest"
        how = "Name the digest in the reference, or submit the release with --reference."
    return answers.unknown(code, message, how, stage=stage, cluster=cluster)


def _is_of_the_release(claim: Entry, reference: Reference) -> bool:
    # The digest is that of a file of the release: approvals and signatures cover it.
    recorded = _body(claim)["release"]["references"]
    return any(r["is_file"] and parse(r["uri"]).place == reference.place for r in recorded)


def _is_after_approval(claim: Entry, release: Digest, log: Log) -> bool:
    # Else whoever may submit could give an approved release's name to other bytes.
    votes = [(e, Vote(_body(e)["vote"])) for e in log.about(release, Kind.APPROVAL)]
    latest = {e.actor: (e, said) for e, said in votes if said is not Vote.COMMENT}
    return any(e.seq < claim.seq and said is Vote.APPROVE for e, said in latest.values())


def _with_warning(said: Answer, warning: str) -> Answer:
    return replace(said, warnings=(*said.warnings, answers.line(warning, LONGEST_WARNING)))


def _body(entry: Entry) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(entry.body)
    return body
