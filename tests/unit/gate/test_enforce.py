from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from app.domain.approvals.standing import Vote
from app.domain.caller import EVERYWHERE, Role, Scope
from app.domain.digest import Digest
from app.domain.enforcement import reference
from app.domain.enforcement.answer import Answer, Ruling
from app.domain.errors import (
    ForbiddenError,
    InvalidSubmissionError,
    PolicyEngineError,
    StoreError,
)
from app.domain.models.mark import State
from app.domain.release import File, ModelVersion, release_digest
from app.gate import decide, enforce
from app.gate.approvals import voting
from app.gate.models import mark
from tests.builders import CONFIG, WEIGHTS, a_caller, a_scope, a_submission
from tests.worlds import World, a_world, allow, wants_a_data_scientist

RELEASE = release_digest((WEIGHTS, CONFIG))
PINNED = f"oci://registry.example/scorer@sha256:{'ab' * 32}"
UNPINNED = "s3://models/scorer"


def submit(world: World, **changes: object) -> None:
    decide.decide(a_submission(**changes), a_caller(), world.ports, None)


def approve_it(world: World, subject: str = "ds@acme.example") -> None:
    approver = a_caller(subject, Role.DATA_SCIENTIST)
    voting.vote(RELEASE, Vote.APPROVE, "", approver, world.ports, None)


def asked(
    world: World,
    stage: str = "production",
    cluster: str | None = None,
    scope: Scope = EVERYWHERE,
) -> Answer:
    return enforce.answer(RELEASE, stage, world.ports, scope, cluster)


def asked_for(world: World, text: str, scope: Scope = EVERYWHERE) -> Answer:
    return enforce.answer_reference(reference.parse(text), "production", world.ports, scope)


def code(answer: Answer) -> str:
    return answer.grounds[0].code


def test_an_allow_is_repeated_with_its_decision() -> None:
    world = a_world()
    submit(world)

    answer = asked(world)

    assert answer.is_allowed
    assert answer.decision_id == world.told[0]["decision_id"]
    assert answer.message == "allow: acme/scorer 1.4.0 for production"
    assert answer.warnings == ()


def test_what_is_pending_says_what_it_waits_for() -> None:
    world = a_world(wants_a_data_scientist)
    submit(world)

    answer = asked(world)

    assert answer.ruling is Ruling.PENDING
    assert code(answer) == "approvals.seat_open"
    assert answer.message.endswith("approvals.seat_open: a seat of data_scientist is open")


def test_the_latest_decision_counts() -> None:
    world = a_world(wants_a_data_scientist)
    submit(world)
    approve_it(world)
    submit(world)

    assert asked(world).is_allowed


def test_an_approval_alone_changes_nothing_until_it_is_decided() -> None:
    world = a_world(wants_a_data_scientist)
    submit(world)
    approve_it(world)

    assert asked(world).ruling is Ruling.PENDING


def test_what_nobody_submitted_is_unknown() -> None:
    answer = asked(a_world())

    assert (answer.ruling, code(answer)) == (Ruling.UNKNOWN, "enforcement.not_decided")


def test_an_allow_for_another_stage_is_none_for_this() -> None:
    world = a_world()
    submit(world, stage="staging")

    assert code(asked(world)) == "enforcement.not_decided"
    assert asked(world, "staging").is_allowed


def test_an_attempt_at_which_the_gate_could_not_decide_is_no_decision() -> None:
    world = a_world()
    world.engine.stop()
    with pytest.raises(PolicyEngineError):
        submit(world)

    assert code(asked(world)) == "enforcement.could_not_decide"


def test_an_allow_runs_out() -> None:
    world = a_world()
    submit(world)
    world.clock.moment += timedelta(days=90)

    answer = asked(world)

    assert (answer.ruling, code(answer)) == (Ruling.UNKNOWN, "enforcement.ran_out")
    assert answer.decision_id == world.told[0]["decision_id"]


def test_an_allow_that_runs_out_soon_says_so() -> None:
    world = a_world()
    submit(world)
    world.clock.moment += timedelta(days=89)

    answer = asked(world)

    assert answer.is_allowed
    assert answer.warnings == ("the decision about acme/scorer 1.4.0 runs out in 1 days",)


def test_a_release_for_one_cluster_is_known_on_no_other() -> None:
    world = a_world()
    submit(world, clusters=("eu-1",))

    assert asked(world, cluster="eu-1").is_allowed
    assert code(asked(world, cluster="us-1")) == "enforcement.not_decided"
    assert code(asked(world)) == "enforcement.not_decided"


def test_a_decision_for_one_cluster_leaves_the_others_as_they_were() -> None:
    world = a_world(wants_a_data_scientist)
    submit(world)
    approve_it(world)
    submit(world, clusters=("eu-1",))

    assert asked(world, cluster="eu-1").is_allowed
    assert asked(world, cluster="us-1").ruling is Ruling.PENDING


def test_an_answer_is_found_beyond_one_page_of_decisions() -> None:
    world = a_world()
    submit(world)
    for _ in range(25):
        submit(world, clusters=("eu-1",))

    assert asked(world, cluster="us-1").is_allowed


def test_a_store_that_is_gone_answers_nothing() -> None:
    world = a_world()
    submit(world)
    world.stores.close()

    with pytest.raises(StoreError):
        asked(world)


def test_a_pinned_reference_leads_to_the_release_that_it_was_recorded_for() -> None:
    world = a_world()
    submit(world, references=(PINNED,))

    answer = asked_for(world, PINNED)

    assert (answer.is_allowed, answer.release_digest, answer.warnings) == (True, RELEASE, ())


def test_the_same_bytes_in_another_registry_are_the_same_release() -> None:
    world = a_world()
    submit(world, references=(PINNED,))

    assert asked_for(world, PINNED.replace("registry.", "mirror.")).is_allowed


def test_a_recorded_place_is_let_in_with_a_warning() -> None:
    world = a_world()
    submit(world, references=(UNPINNED,))

    answer = asked_for(world, UNPINNED)

    assert answer.is_allowed
    assert answer.warnings == (f"{UNPINNED} is not pinned: its bytes can change",)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [(PINNED, "enforcement.reference_unknown"), (UNPINNED, "enforcement.reference_unpinned")],
)
def test_a_reference_that_nobody_recorded_is_refused(text: str, wrong: str) -> None:
    world = a_world()
    submit(world)

    answer = asked_for(world, text)

    assert (answer.ruling, code(answer)) == (Ruling.UNKNOWN, wrong)


def test_a_place_that_was_given_to_another_release_leads_to_that_one() -> None:
    world = a_world()
    submit(world, references=(UNPINNED,))
    other = (File("model.safetensors", 8, Digest.of(b"retrained")),)
    submit(world, files=other, references=(UNPINNED,), stage="staging")

    answer = asked_for(world, UNPINNED)

    assert (answer.release_digest, code(answer)) == (
        release_digest(other),
        "enforcement.not_decided",
    )


def test_a_reference_recorded_after_approval_is_refused_until_it_is_approved_again() -> None:
    world = a_world(wants_a_data_scientist)
    submit(world)
    approve_it(world)
    submit(world, references=(PINNED,))

    assert code(asked_for(world, PINNED)) == "enforcement.reference_after_approval"
    approve_it(world)
    assert asked_for(world, PINNED).is_allowed


def test_a_reference_recorded_before_approval_is_let_in() -> None:
    world = a_world(wants_a_data_scientist)
    submit(world, references=(PINNED,))
    approve_it(world)
    submit(world, references=(PINNED,))

    assert asked_for(world, PINNED).is_allowed


def test_a_reference_to_a_file_of_the_release_was_approved_with_it() -> None:
    world = a_world(wants_a_data_scientist)
    pinned = f"oci://registry.example/scorer@sha256:{WEIGHTS.sha256}"
    submit(world)
    approve_it(world)
    submit(world, references=(pinned,))

    assert asked_for(world, pinned).is_allowed


def test_a_reference_of_another_model_cannot_be_taken() -> None:
    world = a_world()
    submit(world, references=(PINNED,))

    with pytest.raises(InvalidSubmissionError, match="a model of another project") as refused:
        submit(world, model=ModelVersion("evil", "scorer", "1.0"), references=(PINNED,))

    assert refused.value.pointer == "/references/0"
    assert asked_for(world, PINNED).is_allowed


def test_what_can_be_no_reference_is_refused_where_it_stands() -> None:
    with pytest.raises(InvalidSubmissionError) as refused:
        submit(a_world(), references=(PINNED, "a b"))

    assert refused.value.pointer == "/references/1"


def marked(world: World, state: State) -> None:
    lead = a_caller("gail@acme.example", Role.GOVERNANCE_LEAD)
    mark.mark(RELEASE, state, "poisoned", lead, world.ports, None)


def test_what_was_revoked_is_let_in_no_more() -> None:
    world = a_world()
    submit(world)
    marked(world, State.REVOKED)

    answer = asked(world)

    assert (answer.ruling, code(answer)) == (Ruling.UNKNOWN, "enforcement.revoked")


def test_what_is_under_review_is_let_in_with_a_warning() -> None:
    world = a_world()
    submit(world)
    marked(world, State.UNDER_REVIEW)

    answer = asked(world)

    assert answer.is_allowed
    assert "under review" in answer.warnings[0]


def test_what_is_asked_again_is_answered_anew_once_something_was_recorded() -> None:
    world = a_world(wants_a_data_scientist)
    submit(world, references=(PINNED,))
    first, again = asked_for(world, PINNED), asked_for(world, PINNED)
    approve_it(world)
    submit(world, references=(PINNED,))

    assert again is first
    assert first.ruling is Ruling.PENDING
    assert asked_for(world, PINNED).is_allowed


def test_a_kept_answer_runs_out_like_any_other() -> None:
    world = a_world()
    submit(world, references=(PINNED,))
    world.clock.moment += timedelta(days=90) - timedelta(seconds=1)
    last = asked_for(world, PINNED)
    world.clock.moment += timedelta(seconds=1)

    assert last.is_allowed
    assert code(asked_for(world, PINNED)) == "enforcement.ran_out"


THEIRS = ModelVersion("globex", "scorer", "2.0")
Policy = Callable[[Mapping[str, Any]], dict[str, Any]]
ACME, GLOBEX = a_scope("acme"), a_scope("globex")


def deny(document: Mapping[str, Any]) -> dict[str, Any]:
    reason = {
        "code": "evaluation.below_threshold",
        "at": "/evaluations/reports/0",
        "message": "accuracy is too low",
        "is_pending": False,
        "who": "data_scientist",
        "how": "train a better model",
    }
    return {**allow(document), "outcome": "deny", "reasons": [reason]}


def each(**says: Policy) -> Policy:
    """A policy for each project."""
    return lambda document: says[document["release"]["model"]["namespace"]](document)


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize(
    ("policy", "strictest"), [(deny, Ruling.DENY), (wants_a_data_scientist, Ruling.PENDING)]
)
def test_of_two_projects_that_decided_on_the_same_bytes_the_stricter_counts(
    policy: Policy, strictest: Ruling, *, is_first: bool
) -> None:
    world = a_world(each(acme=allow, globex=policy))
    changes: list[dict[str, Any]] = [{}, {"model": THEIRS}]
    for change in changes if is_first else reversed(changes):
        submit(world, **change)

    answer = asked(world)

    assert (answer.ruling, answer.model) == (strictest, "globex/scorer")
    assert answer.message.startswith(f"{strictest}: globex/scorer 2.0 for production")
    assert "2 projects decided on these bytes, the strictest counts" in answer.warnings[0]


@pytest.mark.parametrize("is_first", [True, False])
def test_who_is_bound_to_a_project_is_told_what_it_decided(*, is_first: bool) -> None:
    world = a_world(each(acme=allow, globex=deny))
    changes: list[dict[str, Any]] = [{}, {"model": THEIRS}]
    for change in changes if is_first else reversed(changes):
        submit(world, **change)

    ours, theirs = asked(world, scope=ACME), asked(world, scope=GLOBEX)

    assert (ours.ruling, ours.model, ours.warnings) == (Ruling.ALLOW, "acme/scorer", ())
    assert (theirs.ruling, theirs.model, theirs.warnings) == (Ruling.DENY, "globex/scorer", ())


def test_what_another_project_alone_decided_is_unknown() -> None:
    world = a_world()
    submit(world, model=THEIRS)

    answer = asked(world, scope=ACME)

    assert code(answer) == "enforcement.not_decided"
    assert "globex" not in answer.message


def test_what_the_gate_could_not_decide_for_another_project_is_not_told() -> None:
    world = a_world()
    world.engine.stop()
    with pytest.raises(PolicyEngineError):
        submit(world, model=THEIRS)

    assert code(asked(world, scope=ACME)) == "enforcement.not_decided"
    assert code(asked(world, scope=GLOBEX)) == "enforcement.could_not_decide"


def test_a_stage_that_is_not_in_the_scope_is_not_answered() -> None:
    world = a_world()
    submit(world, references=(PINNED,))
    scope = a_scope("acme", stages=("staging",))

    with pytest.raises(ForbiddenError, match="may not enforce on the stage 'production'"):
        asked(world, scope=scope)
    with pytest.raises(ForbiddenError, match="may not enforce on the stage 'production'"):
        asked_for(world, PINNED, scope)


def test_a_reference_of_another_project_is_as_if_nobody_had_recorded_it() -> None:
    world = a_world()
    submit(world)
    submit(world, model=THEIRS, references=(PINNED,))

    answer = asked_for(world, PINNED, ACME)

    assert code(answer) == "enforcement.reference_unknown"
    assert answer.release_digest is None
    assert asked_for(world, PINNED, GLOBEX).is_allowed


def test_a_reference_has_no_other_projects_allow() -> None:
    world = a_world()
    submit(world)
    submit(world, model=THEIRS, stage="staging", references=(PINNED,))

    answer = asked_for(world, PINNED)

    assert code(answer) == "enforcement.not_decided"
    assert answer.message.startswith("unknown: no decision of globex about release")
    submit(world, model=THEIRS)
    assert asked_for(world, PINNED).is_allowed


def test_an_answer_kept_for_one_scope_is_not_given_to_another() -> None:
    world = a_world(each(acme=allow, globex=deny))
    submit(world, references=(PINNED,))
    submit(world, model=THEIRS)

    assert asked_for(world, PINNED, ACME).is_allowed
    assert asked_for(world, PINNED).ruling is Ruling.DENY
    assert asked_for(world, PINNED, ACME).is_allowed


def test_an_old_allow_of_one_project_does_not_hold_up_a_new_one_of_another() -> None:
    world = a_world()
    submit(world, model=THEIRS)
    world.clock.moment += timedelta(days=60)
    submit(world)
    world.clock.moment += timedelta(days=30)

    assert asked(world).is_allowed
    assert code(asked(world, scope=GLOBEX)) == "enforcement.ran_out"


def test_a_projects_latest_decision_is_found_behind_many_of_others() -> None:
    world = a_world(each(acme=allow, globex=deny))
    submit(world, model=THEIRS)
    for _ in range(25):
        submit(world)

    assert asked(world).ruling is Ruling.DENY
    assert asked(world, scope=ACME).is_allowed


def test_more_decisions_than_can_be_read_are_no_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enforce, "_PAGES", 3)
    world = a_world()
    submit(world)
    for _ in range(10):
        submit(world, clusters=("eu-1",))

    answer = asked(world, cluster="us-1")

    assert (answer.ruling, code(answer)) == (Ruling.UNKNOWN, "enforcement.not_decided")
    assert "too many decisions" in answer.message
