from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.caller import Role, Scope
from app.domain.digest import Digest
from app.domain.enforcement.review import Admission, Review
from app.domain.entry import Kind
from app.domain.release import File
from app.gate import decide
from app.gate.admission import admit
from tests.builders import a_caller, a_submission
from tests.worlds import World, a_world, allow, wants_a_data_scientist

URI = "s3://models/scorer"


def an_object(*uris: str, **members: Any) -> dict[str, Any]:
    storage = [{"uri": uri} for uri in uris or (URI,)]
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "scorer", "namespace": "team-a"},
        "spec": {"predictor": {"model": {"storageUris": storage}}},
        **members,
    }


def a_review(**changes: Any) -> Review:
    made: dict[str, Any] = {
        "uid": "u-1",
        "operation": "CREATE",
        "subresource": "",
        "namespace": "team-a",
        "user": "ann",
        "is_dry_run": False,
        "object": an_object(),
        "old_object": None,
    }
    return Review(**{**made, **changes})


def a_released(policy: Any = allow, *uris: str) -> World:
    world = a_world(policy)
    submission = a_submission(references=uris or (URI,))
    decide.decide(submission, a_caller(), world.ports, None)
    return world


def asked(world: World, review: Review | None = None, **changes: Any) -> Admission:
    caller = a_caller("cluster@acme.example", Role.DEPLOYER, **changes)
    return admit.admit(review or a_review(), "production", "eu-1", caller, world.ports)


def recorded(world: World) -> list[Mapping[str, Any]]:
    page = world.ports.log.page(Kind.ADMISSION, before=None, limit=50)
    return [json.loads(entry.body) for entry in page.entries][::-1]


def test_what_is_allowed_is_let_in_and_recorded() -> None:
    world = a_released()

    assert asked(world).is_allowed
    (entry,) = recorded(world)
    assert (entry["outcome"], entry["cluster"], entry["user"]) == ("allow", "eu-1", "ann")
    assert entry["references"][0]["decision_id"] == world.told[0]["decision_id"]
    assert entry["entry"]["release_digest"] == world.told[0]["release"]["digest"]


def test_what_waits_is_not_let_in() -> None:
    admission = asked(a_released(wants_a_data_scientist))

    assert (admission.is_allowed, admission.outcome) == (False, "pending")


def test_a_model_that_nobody_recorded_is_not_let_in() -> None:
    world = a_released()
    admission = asked(world, a_review(object=an_object("s3://models/other")))

    assert (admission.is_allowed, admission.outcome) == (False, "unknown")
    assert recorded(world)[0]["outcome"] == "unknown"


def test_one_model_that_is_not_let_in_keeps_the_object_out() -> None:
    admission = asked(a_released(), a_review(object=an_object(URI, "s3://models/other")))

    assert [one.said.is_allowed for one in admission.answered] == [True, False]
    assert not admission.is_allowed


def test_an_object_that_names_no_model_is_let_in_and_not_recorded() -> None:
    world = a_released()
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {}}

    assert asked(world, a_review(object=service)).is_allowed
    assert recorded(world) == []


def test_a_dry_run_is_answered_and_not_recorded() -> None:
    world = a_released()

    assert asked(world, a_review(is_dry_run=True)).answered
    assert recorded(world) == []


def test_an_update_that_names_no_other_model_passes() -> None:
    world = a_world()
    review = a_review(operation="UPDATE", old_object=an_object(metadata={"name": "old"}))

    assert asked(world, review).is_allowed
    assert recorded(world) == []


def test_an_update_to_another_model_is_decided() -> None:
    review = a_review(operation="UPDATE", old_object=an_object("s3://models/old"))

    assert not asked(a_world(), review).is_allowed


def test_an_update_without_what_was_before_is_decided() -> None:
    assert not asked(a_world(), a_review(operation="UPDATE")).is_allowed


@pytest.mark.parametrize(
    "changes",
    [
        {"operation": "DELETE", "object": None, "old_object": an_object()},
        {"operation": "UPDATE", "subresource": "status"},
    ],
)
def test_deletions_and_updates_of_a_status_pass(changes: dict[str, Any]) -> None:
    assert asked(a_world(), a_review(**changes)).is_allowed


def test_the_same_answer_about_an_object_is_recorded_once() -> None:
    world = a_released()
    asked(world)
    asked(world, a_review(uid="u-2", user="controller"))

    assert len(recorded(world)) == 1


def test_another_answer_about_it_is_recorded_again() -> None:
    world = a_released()
    asked(world)
    other = (File("model.safetensors", 8, Digest.of(b"retrained")),)
    decide.decide(a_submission(files=other, references=(URI,)), a_caller(), world.ports, None)
    asked(world)

    releases = [entry["references"][0]["release_digest"] for entry in recorded(world)]
    assert len(set(releases)) == 2


def test_a_store_that_is_gone_lets_nothing_in() -> None:
    world = a_released()
    world.stores.close()

    admission = asked(world)

    assert not admission.is_allowed
    assert admission.faults[0].startswith("the gate cannot tell")


def test_a_cluster_is_told_nothing_beyond_its_scope() -> None:
    scope = Scope(frozenset({"other"}), frozenset({"*"}))
    admission = asked(a_released(), scope=scope)

    assert not admission.is_allowed
    assert [one.said.grounds[0].code for one in admission.answered] == [
        "enforcement.reference_unpinned"
    ]
    assert "acme" not in admission.answered[0].said.message


def test_a_cluster_is_told_nothing_of_a_stage_that_is_not_its_own() -> None:
    scope = Scope(frozenset({"*"}), frozenset({"staging"}))
    admission = asked(a_released(), scope=scope)

    assert not admission.is_allowed
    assert "may not enforce on the stage 'production'" in admission.faults[0]


def test_what_cannot_be_read_is_not_let_in() -> None:
    riddle = {"apiVersion": "ray.io/v1", "kind": "RayService", "spec": {"serveConfigV2": "{"}}
    world = a_released()

    assert not asked(world, a_review(object=riddle)).is_allowed
    assert recorded(world)[0]["faults"]


def test_a_reference_that_can_be_none_is_not_let_in() -> None:
    admission = asked(a_released(), a_review(object=an_object("s3://" + "a" * 600)))

    assert "expected a reference" in admission.faults[0]


def test_an_object_with_more_models_than_can_be_answered_is_not_let_in() -> None:
    world = a_released()
    uris = [f"s3://models/{number}" for number in range(admit.MOST_MODELS + 1)]

    admission = asked(world, a_review(object=an_object(*uris)))

    assert not admission.is_allowed
    assert "more than 64 models" in admission.faults[-1]
