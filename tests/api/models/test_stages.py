from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.api import contracts
from app.domain.caller import Role
from tests.api.conftest import Gate
from tests.versions import LEAD, decided, digest, promoted, registered

SCORER = "/v1/models/acme/scorer"
PRODUCTION = f"{SCORER}/stages/production"
DEPLOYER = Role.DEPLOYER


def promote(gate: Gate, version: str, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    asked = {"version": version, "note": "go"}
    return gate.ask("POST", f"{PRODUCTION}/promotions", DEPLOYER, json=asked, headers=named)


def roll_back(gate: Gate, **asked: Any) -> TestResponse:
    asked = {"reason": "errors doubled", **asked}
    return gate.ask("POST", f"{PRODUCTION}/rollbacks", DEPLOYER, json=asked)


def allowed(gate: Gate, version: str) -> None:
    registered(gate.world, version)
    decided(gate.world, version)


def test_a_promotion_moves_the_stage(gate: Gate) -> None:
    allowed(gate, "1.0.0")

    made = promote(gate, "1.0.0")

    assert made.status_code == 201
    contracts.check("pointer", made.get_json())
    read = gate.ask("GET", PRODUCTION)
    assert (read.get_json(), read.headers["ETag"]) == (made.get_json(), made.headers["ETag"])
    assert made.headers["ETag"] == f'"{made.get_json()["seq"]}"'


def test_a_release_that_is_not_allowed_is_409(gate: Gate) -> None:
    registered(gate.world, "1.0.0")

    answer = promote(gate, "1.0.0")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_allowed")


def test_a_marked_release_is_409(gate: Gate) -> None:
    allowed(gate, "1.0.0")
    mark = {"state": "revoked", "reason": "poisoned"}
    path = f"/v1/releases/{digest('1.0.0')}/marks"
    gate.ask("POST", path, Role.GOVERNANCE_LEAD, json=mark)

    answer = promote(gate, "1.0.0")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "release_marked")


def test_a_change_is_made_only_to_what_was_seen(gate: Gate) -> None:
    allowed(gate, "1.0.0")
    allowed(gate, "1.1.0")
    seen = promote(gate, "1.0.0", If_None_Match="*").headers["ETag"]

    moved = promote(gate, "1.1.0", If_Match=seen)
    late = promote(gate, "1.0.0", If_Match=seen)

    assert (moved.status_code, late.status_code) == (201, 412)
    assert late.get_json()["code"] == "precondition_failed"


@pytest.mark.parametrize(
    "headers",
    [{"If_Match": "12"}, {"If_Match": "*"}, {"If_None_Match": '"1"'}, {"If_Match": '"x"'}],
)
def test_a_condition_of_another_form_is_refused(gate: Gate, headers: dict[str, str]) -> None:
    allowed(gate, "1.0.0")

    assert promote(gate, "1.0.0", **headers).status_code == 422


def test_the_same_key_promotes_once(gate: Gate) -> None:
    allowed(gate, "1.0.0")

    first = promote(gate, "1.0.0", Idempotency_Key="k-1").get_json()

    assert promote(gate, "1.0.0", Idempotency_Key="k-1").get_json() == first


def test_a_rollback_goes_back(gate: Gate) -> None:
    promoted(gate.world, "1.0.0")
    promoted(gate.world, "1.1.0")

    answer = roll_back(gate)

    contracts.check("pointer", answer.get_json())
    assert (answer.status_code, answer.get_json()["version"]) == (201, "1.0.0")
    assert roll_back(gate).get_json()["code"] == "rollback_refused"


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_a_rollback_has_a_reason(gate: Gate, reason: str | None) -> None:
    promoted(gate.world, "1.0.0")
    promoted(gate.world, "1.1.0")

    assert roll_back(gate, reason=reason).status_code == 422


def test_where_a_stage_pointed_is_asked_by_time(gate: Gate) -> None:
    promoted(gate.world, "1.0.0")
    gate.world.clock.advance(60)
    promoted(gate.world, "1.1.0")

    then = gate.ask("GET", f"{PRODUCTION}?at=2026-11-24T12:00:30Z").get_json()
    before = gate.ask("GET", f"{PRODUCTION}?at=2026-11-24T11:00:00Z")

    assert (then["version"], before.status_code) == ("1.0.0", 404)


def test_the_history_of_a_stage_is_told_oldest_first(gate: Gate) -> None:
    promoted(gate.world, "1.0.0")
    promoted(gate.world, "1.1.0")

    history = gate.ask("GET", f"{PRODUCTION}/history", Role.AUDITOR).get_json()

    contracts.check("pointer_list", history)
    assert [one["version"] for one in history["pointers"]] == ["1.0.0", "1.1.0"]


def test_what_was_promoted_between_two_times_is_told(gate: Gate) -> None:
    promoted(gate.world, "1.0.0")
    gate.world.clock.advance(60)
    promoted(gate.world, "1.1.0")

    asked = "/v1/promotions?from=2026-11-24T12:00:30Z&to=2026-11-24T13:00:00Z&model=acme/scorer"
    found = gate.ask("GET", asked, Role.AUDITOR).get_json()

    contracts.check("pointer_list", found)
    assert [one["version"] for one in found["pointers"]] == ["1.1.0"]


def test_an_alias_names_a_version(gate: Gate) -> None:
    registered(gate.world, "1.0.0")
    path = f"{SCORER}/aliases/champion"

    made = gate.ask("PUT", path, DEPLOYER, json={"version": "1.0.0"})

    contracts.check("pointer", made.get_json())
    assert gate.ask("GET", path).get_json() == made.get_json()
    assert gate.ask("GET", f"{path}/history").get_json() == {"pointers": [made.get_json()]}


def test_a_model_shows_where_its_pointers_are(gate: Gate) -> None:
    promoted(gate.world, "1.0.0")

    model = gate.ask("GET", SCORER).get_json()

    contracts.check("model", model)
    assert [one["name"] for one in model["stages"]] == ["production"]


@pytest.mark.parametrize(
    "path", [PRODUCTION, f"{SCORER}/aliases/champion", f"{SCORER}/stages/a:b", f"{SCORER}/stages/A"]
)
def test_a_pointer_that_points_nowhere_is_404(gate: Gate, path: str) -> None:
    assert gate.ask("GET", path).status_code == 404


def test_marked_by_the_lead_is_told_in_the_version(gate: Gate) -> None:
    registered(gate.world, "1.0.0")
    mark = {"state": "under_review", "reason": "drift"}

    made = gate.ask(
        "POST", f"/v1/releases/{digest('1.0.0')}/marks", Role.RISK_COMPLIANCE, json=mark
    )

    contracts.check("mark", made.get_json())
    version = gate.ask("GET", f"{SCORER}/versions/1.0.0").get_json()
    assert (made.status_code, version["state"]) == (201, "under_review")
    assert LEAD.subject != made.get_json()["by"]


def test_a_time_from_which_nothing_is_before_the_other_is_refused(gate: Gate) -> None:
    asked = "/v1/promotions?from=2026-11-24&to=2026-11-24"

    refused = gate.ask("GET", asked)

    assert (refused.status_code, refused.get_json()["detail"]) == (
        422,
        "from: expected a time before `to`",
    )


def test_revocations_are_signed_and_cached(gate: Gate) -> None:
    first = gate.ask("GET", "/v1/revocations")

    again = gate.ask("GET", "/v1/revocations", headers={"If-None-Match": first.headers["ETag"]})

    assert first.mimetype == "application/vnd.dev.sigstore.bundle.v0.3+json"
    assert first.headers["Cache-Control"] == "private, max-age=300"
    assert first.headers["ETag"].startswith('W/"')
    assert (first.status_code, again.status_code) == (200, 304)


def test_how_a_stage_does_is_told_and_listed(gate: Gate) -> None:
    promoted(gate.world, "1.0.0")
    said = {"check": "failed", "summary": "latency doubled"}

    made = gate.ask("POST", f"{PRODUCTION}/verifications", DEPLOYER, json=said)

    contracts.check("verification", made.get_json())
    listed = gate.ask("GET", f"{PRODUCTION}/verifications", Role.AUDITOR).get_json()
    contracts.check("verification_list", listed)
    assert (made.status_code, listed["verifications"]) == (201, [made.get_json()])
