"""An organisation approves: seats, revisions, evidence, delegations; and what nobody may do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters.engines.opa_wasm import OpaWasm
from app.api import contracts
from app.domain.caller import Role
from tests import house as houses
from tests.builders import a_scope
from tests.house import OTHER_CARD, House

EVERYBODY = ("dora", "pia", "rita")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> OpaWasm:
    return houses.an_engine(tmp_path_factory.mktemp("policies") / "policies")


@pytest.fixture
def house(engine: OpaWasm, tmp_path: Path) -> House:
    return houses.a_house(engine, tmp_path)


def digest(decision: dict[str, Any]) -> str:
    return str(decision["release"]["digest"])


def aside(decision: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    found = decision["approvals"]["set_aside"]
    return [(one["subject"], one["why"], one["what"]) for one in found]


def test_three_people_in_three_roles_let_it_pass(house: House) -> None:
    waiting = house.submit()

    house.approve(digest(waiting), *EVERYBODY)

    allowed = house.submit()
    contracts.check("decision", allowed)
    assert (waiting["outcome"], allowed["outcome"]) == ("pending", "allow")
    seats = {seat["role"]: seat["people"] for seat in allowed["approvals"]["seats"]}
    assert seats["risk_compliance"] == [{"subject": "rita"}]


def test_alice_in_two_roles_and_bob_do_not_fill_three_seats(house: House) -> None:
    house.person("alice", Role.DATA_SCIENTIST, Role.RISK_COMPLIANCE)
    house.person("bob", Role.PRODUCT_OWNER)
    release = digest(house.submit())

    house.approve(release, "alice", "bob")

    assert house.submit()["outcome"] == "pending"
    house.approve(release, "rita")
    assert house.submit()["outcome"] == "allow"


def test_a_change_of_the_readme_alone_keeps_the_approvals_of_the_weights(house: House) -> None:
    house.approve(digest(house.submit()), *EVERYBODY)

    revised = house.submit(card=OTHER_CARD)

    contracts.check("decision", revised)
    assert revised["outcome"] == "pending"
    seats = {seat["role"]: seat["people"] for seat in revised["approvals"]["seats"]}
    assert seats["data_scientist"] == [{"subject": "dora"}]
    assert aside(revised) == [("pia", "outdated", ["card"]), ("rita", "outdated", ["card"])]
    house.approve(digest(revised), "pia", "rita")
    assert house.submit(card=OTHER_CARD)["outcome"] == "allow"


def test_other_weights_outdate_every_approval(house: House) -> None:
    house.approve(digest(house.submit()), *EVERYBODY)

    revised = house.submit(weights="cd" * 32)

    assert {who for who, why, _ in aside(revised) if why == "outdated"} == set(EVERYBODY)


def test_an_approval_replayed_on_another_version_is_foreign(house: House) -> None:
    house.approve(digest(house.submit()), *EVERYBODY)

    again = house.submit(model={"namespace": "acme", "name": "scorer", "version": "1.5.0"})

    assert again["outcome"] == "pending"
    assert {why for _, why, _ in aside(again)} == {"foreign"}


def test_approvals_before_the_evidence_was_there_do_not_count(house: House) -> None:
    release = digest(house.submit(report=None))
    house.approve(release, *EVERYBODY)

    whole = house.submit()

    assert whole["outcome"] == "pending"
    assert ("dora", "outdated", ["evaluations"]) in aside(whole)
    house.approve(release, "dora", "rita")
    assert house.submit()["outcome"] == "allow"


def test_approvals_end_at_the_second(house: House) -> None:
    house.approve(digest(house.submit()), *EVERYBODY)
    clock = house.world.clock

    clock.moment += timedelta(days=90, seconds=-1)
    tokens = dict.fromkeys(houses.PEOPLE)
    for name in tokens:
        house.person(name, houses.PEOPLE[name])
    assert house.submit()["outcome"] == "allow"
    clock.advance(1)

    assert house.submit()["outcome"] == "pending"


def test_a_veto_denies_until_it_is_withdrawn(house: House) -> None:
    release = digest(house.submit())
    house.approve(release, *EVERYBODY)
    veto = house.vote("rolf", release, "veto", comment="the test set leaked").get_json()

    denied = house.submit()
    house.ask("rolf", "POST", f"/v1/approvals/{veto['approval_id']}/withdraw", {})

    assert [reason["code"] for reason in denied["reasons"]] == ["approvals.vetoed"]
    assert house.submit()["outcome"] == "allow"


def test_a_comment_is_kept_and_changes_nothing(house: House) -> None:
    release = digest(house.submit())
    house.approve(release, *EVERYBODY)

    house.vote("rita", release, "comment", comment="looked at the slices too")

    listed = house.ask("audrey", "GET", f"/v1/approvals?release_digest={release}").get_json()
    contracts.check("approval_list", listed)
    assert listed["approvals"][-1]["comment"] == "looked at the slices too"
    assert listed["seating"]["set_aside"] == []
    assert house.submit()["outcome"] == "allow"


def test_whoever_trained_the_model_fills_no_seat(house: House) -> None:
    release = digest(house.submit())
    house.approve(release, "tess", "pia", "rita")

    waiting = house.submit()

    assert waiting["outcome"] == "pending"
    assert aside(waiting) == [("tess", "excluded", ["trained"])]


def test_what_was_said_of_people_cannot_be_unsaid(house: House) -> None:
    release = digest(house.submit())
    house.approve(release, "tess", "pia", "rita")

    waiting = house.submit(people={"trained": ["somebody else"]})

    assert waiting["outcome"] == "pending"
    assert ("tess", "excluded", ["trained"]) in aside(waiting)


def test_without_a_word_who_trained_it_it_is_denied(house: House) -> None:
    release = digest(house.submit(people={}))
    house.approve(release, *EVERYBODY)

    codes = {reason["code"] for reason in house.submit(people={})["reasons"]}

    assert codes == {"separation.people_unknown"}


def test_the_submitters_own_approval_does_not_count(house: House) -> None:
    house.person("olga", Role.SUBMITTER, Role.RISK_COMPLIANCE)
    release = digest(house.submit("olga"))

    house.approve(release, "dora", "pia", "olga")

    assert aside(house.submit()) == [("olga", "excluded", ["submitted"])]


def test_a_vote_on_what_was_looked_at_is_refused_once_it_moved(house: House) -> None:
    waiting = house.submit()
    looked_at = waiting["components"]
    house.submit(report=houses.REPORT + " ")

    refused = house.vote("dora", digest(waiting), components=looked_at)

    assert (refused.status_code, refused.get_json()["code"]) == (409, "outdated")
    assert refused.get_json()["pointer"] == "/components/evaluations"


@pytest.mark.parametrize("name", ["sam", "dan", "audrey", "bea"])
def test_who_has_no_role_that_approves_does_not_vote(house: House, name: str) -> None:
    release = digest(house.submit())

    assert house.vote(name, release).status_code == 403


def test_nobody_withdraws_the_vote_of_another(house: House) -> None:
    given = house.vote("rita", digest(house.submit())).get_json()

    path = f"/v1/approvals/{given['approval_id']}/withdraw"
    assert house.ask("rolf", "POST", path, {}).status_code == 403


def test_a_release_that_was_never_submitted_is_not_voted_on(house: House) -> None:
    assert house.vote("rita", "cd" * 32).status_code == 404


def test_a_stage_that_it_was_not_submitted_for_is_not_voted_on(house: House) -> None:
    release = digest(house.submit())

    assert house.vote("rita", release, stage="staging").status_code == 404


def test_a_delegate_fills_the_seat_and_is_shown_as_such(house: House) -> None:
    release = digest(house.submit())
    given = delegate(house, "rita", "gus")
    contracts.check("delegation", given)

    house.approve(release, "dora", "pia", "gus")

    allowed = house.submit()
    seats = {seat["role"]: seat["people"] for seat in allowed["approvals"]["seats"]}
    assert allowed["outcome"] == "allow"
    assert seats["risk_compliance"] == [{"subject": "gus", "instead_of": "rita"}]


def test_a_delegation_ends_at_the_second(house: House) -> None:
    release = digest(house.submit())
    delegate(house, "rita", "gus", minutes=5)

    house.world.clock.advance(300)
    house.approve(release, "dora", "pia", "gus")

    assert house.submit()["outcome"] == "pending"


def test_a_delegation_that_was_ended_lets_nobody_vote(house: House) -> None:
    release = digest(house.submit())
    given = delegate(house, "rita", "gus")
    path = f"/v1/delegations/{given['delegation_id']}/end"

    ended = house.ask("rita", "POST", path, {})
    house.approve(release, "dora", "pia", "gus")

    assert ended.get_json()["ended_by"] == "rita"
    assert house.submit()["outcome"] == "pending"
    assert house.ask("gus", "POST", path, {}).status_code == 409


def test_what_was_let_to_somebody_is_not_passed_on(house: House) -> None:
    delegate(house, "rita", "gus")

    body = {**a_delegation(house), "delegate": "pia"}
    refused = house.ask("gus", "POST", "/v1/delegations", body)

    assert refused.status_code == 403
    assert "risk_compliance" in refused.get_json()["detail"]


def test_a_delegate_of_a_delegate_votes_for_the_nearest_alone(house: House) -> None:
    release = digest(house.submit())
    delegate(house, "rita", "gus")
    house.ask("gus", "POST", "/v1/delegations", a_delegation(house, "pia", "governance_lead"))

    house.approve(release, "dora", "pia")

    assert house.submit()["outcome"] == "pending"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"delegate": "rita"}, "/delegate"),
        ({"expires_at": "2026-11-24T12:00:00+00:00"}, "/expires_at"),
        ({"expires_at": "2027-11-24T12:00:00+00:00"}, "/expires_at"),
        ({"expires_at": "soon"}, "/expires_at"),
    ],
    ids=["to oneself", "over at once", "for too long", "no time"],
)
def test_a_delegation_without_an_end_in_reach_is_refused(
    house: House, changes: dict[str, str], pointer: str
) -> None:
    refused = house.ask("rita", "POST", "/v1/delegations", {**a_delegation(house), **changes})

    assert (refused.status_code, refused.get_json()["pointer"]) == (422, pointer)


def test_a_delegation_is_listed_to_both_and_to_nobody_else(house: House) -> None:
    given = delegate(house, "rita", "gus")

    for name in ("rita", "gus"):
        listed = house.ask(name, "GET", "/v1/delegations").get_json()
        contracts.check("delegation_list", listed)
        assert [one["delegation_id"] for one in listed["delegations"]] == [given["delegation_id"]]
    assert house.ask("pia", "GET", "/v1/delegations").get_json()["delegations"] == []


def test_an_auditor_lists_every_delegation_within_their_projects(house: House) -> None:
    given = delegate(house, "rita", "gus")
    house.tokens["aldo"] = house.world.token("aldo", Role.AUDITOR, scope=a_scope("acme"))
    globex = house.world.token("ria", Role.RISK_COMPLIANCE, scope=a_scope("globex", "initech"))
    house.tokens["ria"] = globex
    other = house.ask("ria", "POST", "/v1/delegations", a_delegation(house)).get_json()

    told = {
        name: {
            one["delegation_id"]: one["projects"]
            for one in house.ask(name, "GET", "/v1/delegations").get_json()["delegations"]
        }
        for name in ("audrey", "aldo")
    }

    everywhere = {given["delegation_id"]: ["*"], other["delegation_id"]: ["globex", "initech"]}
    assert told == {"audrey": everywhere, "aldo": {given["delegation_id"]: ["acme"]}}


@pytest.mark.parametrize(("name", "path", "status"), [("dan", "", 403), ("audrey", "?all=1", 422)])
def test_delegations_are_listed_to_no_deployer_and_by_no_parameter(
    house: House, name: str, path: str, status: int
) -> None:
    assert house.ask(name, "GET", f"/v1/delegations{path}").status_code == status


def test_nobody_but_the_two_ends_a_delegation(house: House) -> None:
    given = delegate(house, "rita", "gus")
    path = f"/v1/delegations/{given['delegation_id']}/end"

    assert house.ask("pia", "POST", path, {}).status_code == 403


def test_the_inbox_holds_what_one_could_fill_and_no_more(house: House) -> None:
    waiting = house.submit()

    inboxes = {name: inbox(house, name) for name in (*EVERYBODY, "tess", "gus")}

    assert {name: [one["roles"] for one in found] for name, found in inboxes.items()} == {
        "dora": [["data_scientist"]],
        "pia": [["product_owner"]],
        "rita": [["risk_compliance"]],
        "tess": [],
        "gus": [],
    }
    assert inboxes["rita"][0]["components"] == waiting["components"]
    house.approve(digest(waiting), "rita")
    assert inbox(house, "rita") == inbox(house, "rolf") == []


def test_the_inbox_says_why_an_earlier_approval_does_not_count(house: House) -> None:
    house.approve(digest(house.submit()), *EVERYBODY)
    house.submit(card=OTHER_CARD)

    (found,) = inbox(house, "pia")

    assert [(one["why"], one["what"]) for one in found["set_aside"]] == [("outdated", ["card"])]


def test_the_inbox_holds_what_one_could_fill_for_another(house: House) -> None:
    house.submit()
    delegate(house, "rita", "gus")

    (found,) = inbox(house, "gus")

    assert (found["roles"], found["instead_of"]) == (["risk_compliance"], ["rita"])


def test_a_release_that_was_revised_waits_once(house: House) -> None:
    house.submit()
    revised = house.submit(card=OTHER_CARD)

    assert [one["release_digest"] for one in inbox(house, "pia")] == [digest(revised)]


def test_a_version_that_was_allowed_since_waits_for_nobody(house: House) -> None:
    house.submit()
    other = house.submit(weights="cd" * 32)
    house.approve(digest(other), *EVERYBODY)
    house.submit(weights="cd" * 32)

    assert inbox(house, "rolf") == []


def inbox(house: House, name: str) -> list[dict[str, Any]]:
    answer = house.ask(name, "GET", "/v1/inbox").get_json()
    contracts.check("inbox", answer)
    releases: list[dict[str, Any]] = answer["releases"]
    return releases


def a_delegation(
    house: House, to: str = "gus", role: str = "risk_compliance", minutes: float = 2880
) -> dict[str, Any]:
    end = house.rolls(minutes=minutes)
    return {"delegate": to, "roles": [role], "reason": "on leave", "expires_at": end}


def delegate(house: House, name: str, to: str, minutes: float = 2880) -> dict[str, Any]:
    answer = house.ask(name, "POST", "/v1/delegations", a_delegation(house, to, minutes=minutes))
    assert answer.status_code == 201, answer.get_json()
    given: dict[str, Any] = answer.get_json()
    return given


def test_what_another_project_says_of_the_same_bytes_excludes_nobody_here(house: House) -> None:
    house.approve(digest(house.submit()), *EVERYBODY)
    theirs = {"namespace": "globex", "name": "scorer", "version": "1"}

    house.submit(model=theirs, people={"trained": ["dora", "pia", "rita"]})

    assert house.submit()["outcome"] == "allow"


def test_the_last_vote_alone_can_be_withdrawn(house: House) -> None:
    release = digest(house.submit())
    approval = house.vote("rita", release).get_json()
    house.vote("rita", release, "veto")

    refused = house.ask("rita", "POST", f"/v1/approvals/{approval['approval_id']}/withdraw", {})

    assert (refused.status_code, refused.get_json()["code"]) == (409, "state_conflict")
    assert "approvals.vetoed" in {reason["code"] for reason in house.submit()["reasons"]}


def test_a_comment_cannot_be_withdrawn(house: House) -> None:
    release = digest(house.submit())
    house.approve(release, *EVERYBODY)
    comment = house.vote("rita", release, "comment", comment="looked twice").get_json()

    path = f"/v1/approvals/{comment['approval_id']}/withdraw"

    assert house.ask("rita", "POST", path, {}).status_code == 409
    assert house.submit()["outcome"] == "allow"


def test_asking_again_with_the_same_key_votes_once(house: House) -> None:
    waiting = house.submit()
    looked_at = waiting["components"]
    body = {"release_digest": digest(waiting), "vote": "approve", "components": looked_at}
    first = house.ask("rita", "POST", "/v1/approvals", body, key="k-1")
    house.submit(report=houses.REPORT + " ")

    again = house.ask("rita", "POST", "/v1/approvals", body, key="k-1")

    assert houses.recorded(again) == houses.recorded(first)
    path = f"/v1/approvals/{first.get_json()['approval_id']}/withdraw"
    taken = [houses.recorded(house.ask("rita", "POST", path, {}, key="k-2")) for _ in range(2)]
    assert taken[0] == taken[1]


def test_asking_again_with_the_same_key_ends_a_delegation_once(house: House) -> None:
    given = delegate(house, "rita", "gus")
    path = f"/v1/delegations/{given['delegation_id']}/end"

    ended = [house.ask("rita", "POST", path, {}, key="k-1").get_json() for _ in range(2)]

    assert ended[0] == ended[1]


def test_a_delegation_that_nobody_gave_is_not_ended(house: House) -> None:
    assert house.ask("rita", "POST", "/v1/delegations/no-such-id/end", {}).status_code == 404


@pytest.mark.parametrize("query", ["", "release=x", "release_digest=cd&stage=a&other=b"])
def test_votes_are_asked_for_by_release_and_stage_alone(house: House, query: str) -> None:
    assert house.ask("rita", "GET", f"/v1/approvals?{query}").status_code == 422


def test_a_release_that_nobody_submitted_has_no_seating(house: House) -> None:
    listed = house.ask("rita", "GET", f"/v1/approvals?release_digest={'cd' * 32}").get_json()

    assert listed == {"approvals": []}
