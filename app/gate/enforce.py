"""Answer an enforcement point from the record: nothing is decided or verified here.

What counts is the latest decision of each project that who asks is bound to, about a release on
a stage (and, where it was limited to clusters, on the cluster): of several projects the strictest.
No decision, one that ran out, and an attempt at which the gate could not decide let nothing
through. A reference is resolved to a release by who recorded it, whose decision has to be there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.approvals.standing import Vote
from app.domain.caller import ANY, Scope
from app.domain.decision import Outcome, Point, lasts_until, outcome_at
from app.domain.digest import Digest
from app.domain.enforcement import answer as answers
from app.domain.enforcement.answer import Answer
from app.domain.enforcement.reference import Reference, parse
from app.domain.entry import Entry, Kind, microseconds
from app.domain.errors import ForbiddenError
from app.domain.log.question import Cursor, Field, Question, Term
from app.domain.models import mark as marks
from app.domain.models import places
from app.domain.models.mark import State
from app.ports import Log, Ports

RUNS_OUT_SOON = timedelta(days=7)
"""From then on an allow comes with a warning."""
_ANSWERING = frozenset(Kind) - {
    Kind.ADMISSION,
    Kind.SHADOW_DIFFERENCE,
    Kind.TOKEN_CREATED,
    Kind.TOKEN_REVOKED,
}
"""Kinds of entries that an answer can rest on."""
_PAGE = 20
_PAGES = 50
_END = 2**53 - 1
"""Above every place in a log: with it a search counts nothing that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as the log has it."""

    at: int
    body: Mapping[str, Any]

    @property
    def model(self) -> str:
        """The model that it is about, as `namespace/name`."""
        named = self.body["release"]["model"]
        return f"{named['namespace']}/{named['name']}"

    def is_too_old(self, now: int, validity: timedelta) -> bool:
        """Whether it is an allow that is over by its age alone."""
        is_allow = outcome_at(self.body, Point.ADMISSION) is Outcome.ALLOW
        return is_allow and self.at + validity // timedelta(microseconds=1) <= now


def answer(
    release: Digest, stage: str, ports: Ports, scope: Scope, cluster: str | None = None
) -> Answer:
    """Tell what was decided about a release on a stage, and on a cluster, in the scope's projects.

    Raises ForbiddenError for a stage that is not in the scope, StoreError.
    """
    _must_cover(scope, stage)
    return _of_release(release, stage, ports, scope, cluster)


def answer_reference(
    reference: Reference, stage: str, ports: Ports, scope: Scope, cluster: str | None = None
) -> Answer:
    """Tell what was decided about the release that a reference was recorded for.

    A reference that no project of the scope recorded is refused, pinned or not; so is one that
    was recorded only after people had approved. Raises ForbiddenError for a stage that is not in
    the scope, StoreError.
    """
    _must_cover(scope, stage)
    now = ports.clock.now()
    as_of = ports.log.place_of_newest(_ANSWERING)
    # an answer tells of days: those of another day are asked for anew
    asked = (reference.uri, stage, cluster or "", now.date().isoformat(), *sorted(scope.projects))
    kept = ports.enforcement.answers.recall(asked, as_of)
    if kept is not None and not (kept.is_allowed and _is_over(kept, now)):
        return kept
    said = _of_reference(reference, stage, ports, scope, cluster)
    ports.enforcement.answers.keep(asked, as_of, said)
    return said


def _must_cover(scope: Scope, stage: str) -> None:
    if not scope.covers_stage(stage):
        raise ForbiddenError(f"who asks may not enforce on the stage {stage!r}")


def _of_release(  # noqa: PLR0913 - what is asked, the world, who asks, and whose word has to be there
    release: Digest,
    stage: str,
    ports: Ports,
    scope: Scope,
    cluster: str | None,
    *,
    owner: str | None = None,
) -> Answer:
    latest = _latest(release, stage, scope, cluster, ports.log)
    if latest is None:
        return _too_many(release, stage, cluster)
    if not latest or (owner is not None and owner not in latest):
        own = scope if owner is None else Scope(frozenset({owner}), scope.stages)
        return _undecided(release, stage, own, cluster, ports.log)
    now = microseconds(ports.clock.now())
    # what is too old is as if it had not been decided, while another project's decision counts
    young = [one for one in latest.values() if not one.is_too_old(now, ports.validity)]
    said = [_repeated(one, stage, cluster, ports) for one in young or latest.values()]
    return answers.strictest(said)


def _repeated(decided: Decided, stage: str, cluster: str | None, ports: Ports) -> Answer:
    body, at = decided.body, decided.at
    until = lasts_until(body, at, ports.validity)
    said = answers.recorded(body, at, stage, cluster, until)
    if not said.is_allowed:
        return said
    left = timedelta(microseconds=until - microseconds(ports.clock.now()))
    if left <= timedelta(0):
        return _ran_out(said, at, ports)
    state = marks.state(ports.log.at_place(places.release(Digest(body["release"]["digest"]))))
    if state is State.REVOKED:
        return _revoked(said)
    if state is State.UNDER_REVIEW:
        # What runs may be started again while people look; nothing new is promoted.
        said = _with_warning(said, f"{said.model} {said.version} is under review")
    if left <= RUNS_OUT_SOON:
        warning = f"the decision about {said.model} {said.version} runs out in {left.days} days"
        return _with_warning(said, warning)
    return said


def _of_reference(
    reference: Reference, stage: str, ports: Ports, scope: Scope, cluster: str | None
) -> Answer:
    claim = ports.log.at_place(reference.place)
    owner = None if claim is None else _project(claim)
    if claim is None or owner is None or not scope.covers_project(owner):
        return _unrecorded(reference, stage, cluster)
    release = Digest(_body(claim)["release"]["digest"])
    if not _is_of_the_release(claim, reference) and _is_after_approval(claim, release, ports.log):
        message = f"{reference.uri} was recorded after the release was approved"
        how = "Have the people who approved it approve it again, now that the reference is known."
        code = "enforcement.reference_after_approval"
        return answers.unknown(code, message, how, stage=stage, cluster=cluster, release=release)
    # The owner has to have decided, too: else who may submit nothing for this stage could give
    # bytes of theirs the allow of others.
    said = _of_release(release, stage, ports, scope, cluster, owner=owner)
    if said.is_allowed and not reference.is_pinned:
        return _with_warning(said, f"{reference.uri} is not pinned: its bytes can change")
    return said


def _is_over(said: Answer, now: datetime) -> bool:
    return said.valid_until is None or said.valid_until <= microseconds(now)


def _latest(
    release: Digest, stage: str, scope: Scope, cluster: str | None, log: Log
) -> dict[str, Decided] | None:
    """Find the latest decision of each project in the scope; None if there are too many to read.

    Newest first, by the index of release digests. A model whose latest decision was found is
    asked for no more, so that few are read however often one release was decided.
    """
    terms = (
        Term(Field.DIGEST, release),
        Term(Field.STAGE, stage),
        Term(Field.KIND, Kind.DECISION.value),
    )
    projects = None if ANY in scope.projects else scope.projects
    found: dict[str, Decided] = {}
    settled: dict[str, None] = {}
    cursor: Cursor | None = Cursor(before=_END - 1, high=_END)
    for number in range(_PAGES):
        besides = tuple(Term(Field.MODEL, model, is_excluded=True) for model in settled)
        asked = Question((*terms, *besides), projects=projects)
        page = log.search(asked, cursor, min(2**number, _PAGE))
        for entry in page.entries:
            one = Decided(entry.at, _body(entry))
            if one.model not in settled and _covers(one.body, cluster):
                settled[one.model] = None
                found.setdefault(one.model.partition("/")[0], one)
        cursor = page.cursor
        if cursor is None:
            return found
    return None


def _covers(body: Mapping[str, Any], cluster: str | None) -> bool:
    # A release that was submitted for some clusters is known nowhere else.
    clusters = body["release"].get("clusters")
    return clusters is None or cluster in clusters


def _project(entry: Entry) -> str:
    return str(_body(entry)["release"]["model"]["namespace"])


def _too_many(release: Digest, stage: str, cluster: str | None) -> Answer:
    message = f"too many decisions about release {release[:12]} for {stage} to read"
    how = "Submit the release without clusters, so that its latest decision counts on each."
    code = "enforcement.not_decided"
    return answers.unknown(code, message, how, stage=stage, cluster=cluster, release=release)


def _undecided(release: Digest, stage: str, scope: Scope, cluster: str | None, log: Log) -> Answer:
    where = f"{stage} on {cluster}" if cluster else stage
    whose = f" of {min(scope.projects)}" if len(scope.projects - {ANY}) == 1 else ""
    how = f"Submit the release for {stage}: countersign check."
    message = f"no decision{whose} about release {release[:12]} for {where}"
    code = "enforcement.not_decided"
    attempts = log.about(release, Kind.COULD_NOT_DECIDE)
    if any(scope.covers_project(_project(one)) for one in attempts):
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
    return replace(said, warnings=(*said.warnings, answers.line(warning, answers.LONGEST_WARNING)))


def _body(entry: Entry) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(entry.body)
    return body
