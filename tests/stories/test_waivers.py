"""A soft rule is waived: asked for, approved by another, told, run out; and what nobody may do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.adapters.engines.opa_wasm import OpaWasm
from app.api import contracts
from app.domain.approvals.moments import seconds
from app.domain.caller import Role
from app.domain.digest import Digest
from app.domain.entry import Draft, Kind, Move
from app.domain.retention.archives import Archive, Detachment
from tests import house as houses
from tests.house import House

CODE = "change.note_missing"
DAY = 86400


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> OpaWasm:
    return houses.an_engine(tmp_path_factory.mktemp("policies") / "policies")


@pytest.fixture
def house(engine: OpaWasm, tmp_path: Path) -> House:
    house = houses.a_house(engine, tmp_path)
    release = unnoted(house)["release"]["digest"]
    house.approve(release, "dora", "pia", "rita")
    return house


def unnoted(house: House, **changes: Any) -> dict[str, Any]:
    """Submit a release that lacks the note of what changed, and nothing else."""
    return house.submit(change_note="", **changes)


def a_request(house: House, **changes: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "codes": [CODE],
        "model": "acme/scorer",
        "stage": "production",
        "reason": "the note is in the ticket",
        "ticket": "OPS-1",
        "expires_at": house.rolls(days=2),
    }
    return {**asked, **changes}


def requested(house: House, name: str = "sam", **changes: Any) -> dict[str, Any]:
    answer = house.ask(name, "POST", "/v1/waivers", a_request(house, **changes))
    assert answer.status_code == 201, answer.get_json()
    waiver: dict[str, Any] = answer.get_json()
    contracts.check("waiver", waiver)
    return waiver


def changed(house: House, name: str, waiver: dict[str, Any], how: str) -> Any:
    return house.ask(name, "POST", f"/v1/waivers/{waiver['waiver_id']}/{how}", {})


def approved(house: House, **changes: Any) -> dict[str, Any]:
    waiver = requested(house, **changes)
    answer = changed(house, "gus", waiver, "approve")
    assert answer.status_code == 201, answer.get_json()
    made: dict[str, Any] = answer.get_json()
    contracts.check("waiver", made)
    return made


def test_a_waiver_lets_it_pass_and_the_rule_shows_as_waived(house: House) -> None:
    denied = unnoted(house)

    waiver = approved(house)

    allowed = unnoted(house)
    contracts.check("decision", allowed)
    assert (denied["outcome"], denied["allowed_by_waiver"]) == ("deny", False)
    assert (allowed["outcome"], allowed["allowed_by_waiver"]) == ("allow", True)
    waived = [(one["code"], one["waivers"]) for one in allowed["waived"]]
    assert waived == [(CODE, [waiver["waiver_id"]])]
    (warning,) = allowed["warnings"]
    assert warning["message"].startswith(f"waived by {waiver['waiver_id']}: ")


def test_an_allow_that_needs_no_waiver_is_none_by_waiver(house: House) -> None:
    approved(house)

    assert house.submit()["allowed_by_waiver"] is False


def test_a_request_alone_waives_nothing(house: House) -> None:
    requested(house)

    assert unnoted(house)["outcome"] == "deny"


def test_a_waiver_ends_at_the_second(house: House) -> None:
    waiver = approved(house, expires_at=house.rolls(minutes=5))
    clock = house.world.clock

    clock.advance(299)
    assert unnoted(house)["outcome"] == "allow"
    clock.advance(1)

    assert int(clock.now().timestamp()) == seconds(waiver["expires_at"])
    assert unnoted(house)["outcome"] == "deny"


def test_a_waiver_begins_at_the_second(house: House) -> None:
    approved(house, not_before=house.rolls(minutes=5))

    house.world.clock.advance(299)
    assert unnoted(house)["outcome"] == "deny"
    house.world.clock.advance(1)

    assert unnoted(house)["outcome"] == "allow"


def test_a_waiver_of_one_release_covers_no_other(house: House) -> None:
    release = unnoted(house)["release"]["digest"]
    approved(house, release_digest=release)

    assert unnoted(house)["outcome"] == "allow"
    assert CODE in {reason["code"] for reason in unnoted(house, weights="cd" * 32)["reasons"]}


def test_a_waiver_of_the_model_covers_its_releases_and_no_other_model(house: House) -> None:
    approved(house)
    other = {"namespace": "acme", "name": "other", "version": "1.4.0"}

    assert CODE not in {r["code"] for r in unnoted(house, weights="cd" * 32)["reasons"]}
    assert CODE in {r["code"] for r in unnoted(house, model=other)["reasons"]}


def test_a_waiver_that_was_revoked_covers_nothing(house: House) -> None:
    waiver = approved(house)

    revoked = changed(house, "sam", waiver, "revoke").get_json()

    assert (revoked["state"], revoked["revoked_by"]) == ("revoked", "sam")
    assert unnoted(house)["outcome"] == "deny"


@pytest.mark.parametrize("code", ["approvals.vetoed", "change.no_such_code", "gate.check_missing"])
def test_a_hard_or_unknown_rule_is_refused_at_once(house: House, code: str) -> None:
    body = a_request(house, codes=[CODE, code])

    refused = house.ask("sam", "POST", "/v1/waivers", body)

    assert (refused.status_code, refused.get_json()["pointer"]) == (422, "/codes/1")
    assert code in refused.get_json()["detail"]


@pytest.mark.parametrize("name", ["dora", "pia", "sam", "dan", "bea", "audrey"])
def test_only_the_roles_of_policy_data_approve_a_waiver(house: House, name: str) -> None:
    waiver = requested(house)

    assert changed(house, name, waiver, "approve").status_code == 403


def test_nobody_approves_what_they_asked_for(house: House) -> None:
    waiver = requested(house, "gus")

    assert changed(house, "gus", waiver, "approve").status_code == 403
    assert changed(house, "rita", waiver, "approve").status_code == 201


def test_nobody_approves_a_waiver_of_the_release_that_they_submitted(house: House) -> None:
    house.person("olga", Role.SUBMITTER, Role.RISK_COMPLIANCE)
    release = unnoted(house)["release"]["digest"]
    house.submit("olga", change_note="")
    waiver = requested(house, "pia", release_digest=release)

    assert changed(house, "olga", waiver, "approve").status_code == 403


def test_a_waiver_of_a_model_does_not_cover_what_its_approver_submits(house: House) -> None:
    house.person("olga", Role.SUBMITTER, Role.RISK_COMPLIANCE)
    waiver = requested(house)
    changed(house, "olga", waiver, "approve")

    mine = house.submit("olga", change_note="")

    assert CODE in {reason["code"] for reason in mine["reasons"]}


@pytest.mark.parametrize("name", ["dan", "bea", "audrey"])
def test_who_releases_nothing_asks_for_no_waiver(house: House, name: str) -> None:
    assert house.ask(name, "POST", "/v1/waivers", a_request(house)).status_code == 403


def test_a_waiver_is_approved_once(house: House) -> None:
    waiver = approved(house)

    again = changed(house, "rita", waiver, "approve")

    assert (again.status_code, again.get_json()["code"]) == (409, "state_conflict")


def test_a_waiver_that_was_revoked_is_not_approved(house: House) -> None:
    waiver = requested(house)
    changed(house, "sam", waiver, "revoke")

    assert changed(house, "gus", waiver, "approve").status_code == 409
    assert changed(house, "sam", waiver, "revoke").status_code == 409


def test_nobody_without_a_part_in_it_revokes_a_waiver(house: House) -> None:
    waiver = approved(house)

    assert changed(house, "dora", waiver, "revoke").status_code == 403
    assert changed(house, "rita", waiver, "revoke").status_code == 201


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"expires_at": "2026-11-24T12:00:00Z"}, "/expires_at"),
        ({"expires_at": "2027-02-22T12:00:01Z"}, "/expires_at"),
        ({"expires_at": "tomorrow"}, "/expires_at"),
        ({"expires_at": "2026-11-25T12:00:00"}, "/expires_at"),
        ({"not_before": "2026-11-27T00:00:00Z"}, "/expires_at"),
        ({"codes": []}, "/codes"),
        ({"reason": ""}, "/reason"),
        ({"ticket": ""}, "/ticket"),
        ({"model": "scorer"}, "/model"),
    ],
    ids=str,
)
def test_what_cannot_be_a_waiver_is_refused(
    house: House, changes: dict[str, Any], pointer: str
) -> None:
    refused = house.ask("sam", "POST", "/v1/waivers", a_request(house, **changes))

    assert (refused.status_code, refused.get_json()["pointer"]) == (422, pointer)


def test_a_waiver_of_ninety_days_is_not_too_long(house: House) -> None:
    requested(house, expires_at="2027-02-22T12:00:00Z")


def test_a_waiver_is_for_a_release_of_the_model_that_it_names(house: House) -> None:
    release = unnoted(house)["release"]["digest"]
    body = a_request(house, model="acme/other", release_digest=release)

    refused = house.ask("sam", "POST", "/v1/waivers", body)

    assert (refused.status_code, refused.get_json()["pointer"]) == (422, "/model")


def test_waivers_are_listed_and_read_as_they_are_now(house: House) -> None:
    waiver = approved(house)

    listed = house.ask("audrey", "GET", "/v1/waivers?model=acme/scorer").get_json()
    contracts.check("waiver_list", listed)
    read = house.ask("audrey", "GET", f"/v1/waivers/{waiver['waiver_id']}").get_json()
    assert [(one["waiver_id"], one["state"]) for one in listed["waivers"]] == [
        (waiver["waiver_id"], "approved")
    ]
    assert read == {name: said for name, said in waiver.items() if name != "again"}
    assert house.ask("audrey", "GET", "/v1/waivers?model=acme/other").get_json()["waivers"] == []
    assert house.ask("audrey", "GET", "/v1/waivers/no-such-id").status_code == 404


def test_a_waiver_waits_in_the_inbox_of_who_may_approve_it(house: House) -> None:
    waiver = requested(house, "rita")

    def waits(name: str) -> list[str]:
        found = house.ask(name, "GET", "/v1/inbox").get_json()["waivers"]
        return [one["waiver_id"] for one in found]

    assert {name: waits(name) for name in ("gus", "rita", "dora")} == {
        "gus": [waiver["waiver_id"]],
        "rita": [],
        "dora": [],
    }


def test_a_malformed_waiver_covers_nothing_and_is_reported(house: House) -> None:
    good = approved(house)
    torn = {name: value for name, value in good.items() if name not in {"expires_at", "entry"}}
    place = "waiver:acme/scorer:torn"
    kept = {key: torn[key] for key in torn.keys() - {"at", "log", "seq"}}
    body = {**kept, "waiver_id": "torn"}
    changed(house, "sam", good, "revoke")
    draft = Draft("torn", Kind.WAIVER, "gus", body, model="acme/scorer", moves=(Move(place, None),))
    house.world.ports.log.append(draft)

    denied = unnoted(house)

    assert denied["outcome"] == "deny"
    assert [one["waiver_id"] for one in denied["ignored_waivers"]] == ["torn"]
    listed = house.ask("audrey", "GET", "/v1/waivers").get_json()
    assert [one["waiver_id"] for one in listed["malformed"]] == ["torn"]


def test_a_waiver_of_a_rule_that_became_hard_is_ignored_and_reported(
    house: House, tmp_path: Path
) -> None:
    waiver = approved(house)
    strict = houses.an_engine(tmp_path / "policies", {"separation": houses.DATA["separation"]})
    stricter = houses.a_house(strict, tmp_path)
    drafts = house.world.stores.log.drafts  # type: ignore[attr-defined] # the fake's
    draft = [one for one in drafts if one.kind is Kind.WAIVER][-1]
    moves = (Move(draft.moves[0].place, None),)
    stricter.world.ports.log.append(replace(draft, moves=moves))

    denied = stricter.submit(change_note="")

    assert denied["outcome"] == "deny"
    (ignored,) = denied["ignored_waivers"]
    assert ignored["waiver_id"] == waiver["waiver_id"]
    assert "hard" in ignored["why"]


def test_a_change_within_no_plan_is_told_to_policy(house: House) -> None:
    plan = {"sha256": Digest.of(b"plan"), "kind": "retrain"}

    decided = unnoted(house, change_plan=plan)

    document = house.ask("audrey", "GET", f"/v1/blobs/{decided['input_sha256']}").get_json(
        force=True
    )
    assert document["release"]["change_plan"] == plan


def report(house: House) -> dict[str, Any]:
    found: dict[str, Any] = house.ask("audrey", "GET", "/v1/waivers/report").get_json()
    contracts.check("waiver_report", found)
    return found


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [one["waiver_id"] for one in found]


def test_a_waiver_is_unused_until_a_decision_rests_on_it(house: House) -> None:
    waiver = approved(house, not_before=house.rolls(seconds=1))
    house.world.clock.advance(1)
    house.submit()

    assert ids(report(house)["unused"]) == [waiver["waiver_id"]]
    unnoted(house)
    assert report(house)["unused"] == []


def archived_decision(house: House, stage: str) -> None:
    """Append a decision of the waived model that is in an archive, as are those around it."""
    log = house.world.ports.log
    columns: dict[str, Any] = {"release_digest": Digest.of(b"gone"), "outcome": "deny"}
    log.append(Draft("gone", Kind.DECISION, "ci", {}, model="acme/scorer", stage=stage, **columns))
    for n in range(256):
        log.append(Draft(f"filling-{n}", Kind.LOG_EXPORTED, "ci", {}))
    kept = Archive(0, 256, Digest.of(b"archive"), "s3://archive/0")
    body = {"low": 0, "high": 256, "archive_sha256": kept.sha256, "location": kept.location}
    draft = Draft("archived", Kind.LOG_ARCHIVED, "op", body, detaches=Detachment(kept))
    log.append(draft)


@pytest.mark.parametrize(("stage", "part"), [("production", "untold"), ("staging", "unused")])
def test_of_archived_decisions_nobody_can_tell_whether_they_used_a_waiver(
    house: House, stage: str, part: str
) -> None:
    waiver = approved(house, not_before=house.rolls(seconds=1))
    house.world.clock.advance(1)
    archived_decision(house, stage)

    found = report(house)

    assert {name: ids(found[name]) for name in ("untold", "unused")} == {
        "untold": [],
        "unused": [],
        part: [waiver["waiver_id"]],
    }


def test_a_waiver_that_is_over_within_14_days_is_told(house: House) -> None:
    soon = approved(house, expires_at=house.rolls(days=14))
    approved(house, expires_at=house.rolls(days=14, seconds=1))
    approved(house, not_before=house.rolls(days=1), expires_at=house.rolls(days=2))

    assert ids(report(house)["expiring"]) == [soon["waiver_id"]]


def test_a_rule_that_is_waived_again_and_again_is_told(house: House) -> None:
    first = [approved(house)["waiver_id"], approved(house)["waiver_id"]]
    requested(house)
    assert report(house)["renewed"] == []

    third = approved(house)["waiver_id"]

    (found,) = report(house)["renewed"]
    assert (found["code"], found["waivers"]) == (CODE, sorted([*first, third]))


def test_where_there_is_nothing_to_look_at_the_report_is_empty(house: House) -> None:
    assert not any(report(house).values())


def test_asking_again_with_the_same_key_changes_a_waiver_once(house: House) -> None:
    waiver = requested(house)

    for name, how in (("gus", "approve"), ("sam", "revoke")):
        path = f"/v1/waivers/{waiver['waiver_id']}/{how}"
        made = [houses.recorded(house.ask(name, "POST", path, {}, key=how)) for _ in range(2)]
        assert made[0] == made[1]


def test_waivers_are_asked_for_by_model_alone(house: House) -> None:
    assert house.ask("audrey", "GET", "/v1/waivers?stage=production").status_code == 422


@pytest.mark.parametrize(("how", "who"), [("approve", "gus"), ("revoke", "sam")])
def test_a_waiver_is_changed_only_as_it_was_seen(house: House, how: str, who: str) -> None:
    waiver = requested(house)
    path = f"/v1/waivers/{waiver['waiver_id']}"
    seen = house.ask(who, "GET", path).headers["ETag"]

    late = house.ask(who, "POST", f"{path}/{how}", {}, If_Match='"0"')
    done = house.ask(who, "POST", f"{path}/{how}", {}, If_Match=seen)

    assert (late.status_code, late.get_json()["code"]) == (412, "precondition_failed")
    assert done.status_code == 201
    assert house.ask(who, "GET", path).headers["ETag"] != seen
