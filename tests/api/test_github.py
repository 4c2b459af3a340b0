"""GitHub asks by webhook, and people there read the answer: rule, check, status, review."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.adapters.askers.clerk import Table, catch_up
from app.adapters.askers.github import GitHub
from app.adapters.askers.github_app import GitHubApp
from app.adapters.askers.github_webhooks import Terms
from app.domain.caller import Role
from app.domain.entry import Kind
from app.domain.inbound.inquiry import Ballot
from tests.api.conftest import Gate
from tests.api.github_desk import Desk
from tests.api.test_delivery_tools import denies
from tests.fakes.stores import SetClock
from tests.services import github as fake_github
from tests.services.github import APP_ID, PRIVATE_KEY, SECRET, SHA, FakeGitHub, content_of, headers
from tests.worlds import World, a_world, allow, wants_a_data_scientist

RULE = "deployment_protection_rule"
RITA = Ballot("", "rita@acme.example", frozenset({Role.DATA_SCIENTIST}))


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with fake_github.github() as fake:
        yield fake


Install = Callable[..., Desk]


@pytest.fixture
def install(serve: Callable[[World], Gate], github: FakeGitHub) -> Install:
    def installing(policy: Any = allow) -> Desk:
        terms = Terms(github.url, {"prod": "production"}, ("production",), {8: RITA})
        app = GitHubApp(github.url, APP_ID, PRIVATE_KEY, SetClock())
        asker = GitHub(app, (SECRET,), terms, "https://gate.acme.example")
        gate = serve(a_world(policy, askers=(asker,)))
        return Desk(gate, github, asker, Table(asker))

    return installing


def test_an_allowed_release_lets_the_deployment_go_on(install: Install) -> None:
    desk = install()
    desk.submit()

    taken = desk.send(RULE, desk.github.deployment())
    desk.answer()

    assert taken.status_code == 202
    ((path, body),) = desk.github.posted
    assert path == "actions/runs/31337/deployment_protection_rule"
    assert (body["environment_name"], body["state"]) == ("production", "approved")
    (token,) = desk.github.tokens
    assert token["repository_ids"] == [1]
    assert token["permissions"]["deployments"] == "write"


def test_a_denied_release_stops_it_and_the_comment_says_why(install: Install) -> None:
    desk = install(denies)
    desk.submit()
    desk.send(RULE, desk.github.deployment())

    desk.answer()

    (body,) = desk.github.bodies(RULE)
    assert body["state"] == "rejected"
    assert "evaluation.below_threshold" in body["comment"]
    assert "train a better model" in body["comment"]


def test_what_is_pending_keeps_the_job_waiting_until_people_approved(install: Install) -> None:
    desk = install(wants_a_data_scientist)
    digest = desk.submit()
    desk.send(RULE, desk.github.deployment())
    desk.answer()
    desk.answer()
    (report,) = desk.github.bodies(RULE)
    assert "state" not in report
    assert report["comment"].startswith("pending")

    desk.approve(digest)
    desk.answer()

    assert [body.get("state") for body in desk.github.bodies(RULE)] == [None, "approved"]


def test_what_nobody_submitted_waits_and_says_how_to_submit_it(install: Install) -> None:
    desk = install()
    desk.send(RULE, desk.github.deployment())

    desk.answer()

    (body,) = desk.github.bodies(RULE)
    assert "state" not in body
    assert "countersign check --reference" in body["comment"]


def test_the_release_of_another_commit_lets_nothing_go_on(install: Install) -> None:
    desk = install()
    desk.submit()
    desk.send(RULE, desk.github.deployment(sha="2e" * 20))

    desk.answer()

    assert "state" not in desk.github.bodies(RULE)[0]


def test_a_delivery_that_comes_again_is_taken_once_and_decides_nothing(install: Install) -> None:
    desk = install()
    desk.submit()

    first, again = (desk.send(RULE, desk.github.deployment()) for _ in range(2))
    desk.answer()
    desk.answer()

    assert (first.get_json()["is_new"], again.get_json()["is_new"]) == (True, False)
    assert len(desk.github.bodies(RULE)) == 1
    assert len(desk.gate.world.stores.log.page(Kind.DECISION, before=None, limit=9).entries) == 1


def test_jobs_of_one_environment_are_answered_as_one(install: Install) -> None:
    desk = install()
    desk.submit()
    for number in range(3):
        desk.send(RULE, desk.github.deployment(), f"guid-{number}")

    desk.answer()

    assert len(desk.github.bodies(RULE)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha1=" + "0" * 40},
        {"X-GitHub-Delivery": ""},
    ],
)
def test_a_forged_webhook_is_401_and_leaves_nothing(
    install: Install, change: dict[str, str]
) -> None:
    desk = install()
    content = content_of(desk.github.deployment())
    given = {**headers(RULE, content), **change}

    answer = desk.gate.client.post("/v1/webhooks/github", data=content, headers=given)

    assert answer.status_code == 401
    assert desk.gate.world.stores.log.page(Kind.INQUIRY_MADE, before=None, limit=9).entries == ()


def test_the_signature_is_over_the_bytes_that_came(install: Install) -> None:
    desk = install()
    content = content_of(desk.github.deployment())
    given = headers(RULE, content)
    same_json = json.dumps(json.loads(content)).encode()

    answer = desk.gate.client.post("/v1/webhooks/github", data=same_json, headers=given)

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "callback",
    [
        "https://evil.example/repos/acme/scorer/actions/runs/31337/deployment_protection_rule",
        "{api}/repos/globex/scorer/actions/runs/31337/deployment_protection_rule",
        "{api}/repos/acme/scorer/actions/runs/../../x/deployment_protection_rule",
        "{api}.evil.example/repos/acme/scorer/actions/runs/1/deployment_protection_rule",
    ],
)
def test_a_callback_elsewhere_is_refused_and_no_token_is_sent_there(
    install: Install, callback: str
) -> None:
    desk = install()
    elsewhere = callback.replace("{api}", desk.github.url)

    answer = desk.send(RULE, desk.github.deployment(deployment_callback_url=elsewhere))
    desk.answer()

    assert answer.status_code == 422
    assert answer.get_json()["pointer"] == "/deployment_callback_url"
    assert desk.github.tokens == []


@pytest.mark.parametrize("status", [500, 502, 401])
def test_a_github_that_does_not_take_the_answer_gets_it_later(
    install: Install, status: int
) -> None:
    desk = install()
    desk.submit()
    desk.send(RULE, desk.github.deployment())
    desk.github.statuses[RULE] = status
    desk.answer()

    desk.github.statuses.clear()
    desk.answer()

    assert [body["state"] for body in desk.github.bodies(RULE)] == ["approved"]


def test_a_run_that_no_longer_waits_is_not_told_again(install: Install) -> None:
    desk = install()
    desk.submit()
    desk.send(RULE, desk.github.deployment())
    desk.github.statuses[RULE] = 422
    desk.answer()

    desk.github.statuses.clear()
    desk.answer()

    assert desk.github.bodies(RULE) == []


def test_a_gate_that_was_down_catches_up_on_what_github_could_not_deliver(
    install: Install,
) -> None:
    desk = install()
    desk.submit()
    missed = {"id": 5, "guid": "guid-5", "event": RULE, "status_code": 503, "action": "requested"}
    came = {**missed, "id": 6, "guid": "guid-6", "status_code": 202}
    request = {"headers": {}, "payload": desk.github.deployment()}
    desk.github.deliveries = {5: {**missed, "request": request}, 6: {**came, "request": request}}

    for _ in range(2):
        catch_up(desk.asker, desk.gate.world.ports)
    desk.answer()

    assert [body["state"] for body in desk.github.bodies(RULE)] == ["approved"]
    taken = desk.gate.world.stores.log.page(Kind.INQUIRY_MADE, before=None, limit=9).entries
    assert [json.loads(entry.body)["delivery"] for entry in taken] == ["guid-5"]


def test_after_a_restart_what_is_open_is_still_answered(install: Install) -> None:
    desk = install(wants_a_data_scientist)
    digest = desk.submit()
    desk.send(RULE, desk.github.deployment())
    desk.answer()

    desk.table = Table(desk.asker)
    desk.approve(digest)
    desk.answer()

    assert desk.github.bodies(RULE)[-1]["state"] == "approved"


@pytest.mark.parametrize(
    ("policy", "conclusion", "state"),
    [
        (allow, "success", "success"),
        (denies, "failure", "failure"),
        (wants_a_data_scientist, "action_required", "pending"),
    ],
)
def test_a_commit_gets_a_check_and_a_status_that_name_the_decision(
    install: Install, policy: Any, conclusion: str, state: str
) -> None:
    desk = install(policy)
    desk.submit()
    desk.send("check_suite", desk.github.check_suite())

    desk.answer()

    (check,) = desk.github.bodies("check-runs")
    (status,) = desk.github.bodies(f"statuses/{SHA}")
    assert (check["conclusion"], status["state"]) == (conclusion, state)
    decision = desk.gate.world.told[-1]["decision_id"]
    assert check["external_id"] == decision
    assert check["head_sha"] == SHA
    assert check["details_url"].endswith(decision)
    assert check["name"] == status["context"] == "countersign/production"


def test_a_commit_without_a_release_wants_action_and_is_never_neutral(install: Install) -> None:
    desk = install()
    desk.send("check_suite", desk.github.check_suite())

    desk.answer()

    (check,) = desk.github.bodies("check-runs")
    assert check["conclusion"] == "action_required"
    assert check["external_id"] == ""


def test_a_status_is_written_again_only_when_the_decision_changes(install: Install) -> None:
    desk = install(wants_a_data_scientist)
    digest = desk.submit()
    desk.send("check_suite", desk.github.check_suite())
    for _ in range(3):
        desk.answer()

    desk.approve(digest)
    for _ in range(3):
        desk.answer()

    states = [body["state"] for body in desk.github.bodies(f"statuses/{SHA}")]
    assert states == ["pending", "success"]


def test_a_review_is_a_vote_on_the_release_of_its_commit(install: Install) -> None:
    desk = install(wants_a_data_scientist)
    digest = desk.submit()

    desk.send("pull_request_review", desk.github.review())
    desk.answer()
    desk.answer()

    votes = desk.gate.ask("GET", f"/v1/approvals?release_digest={digest}").get_json()["approvals"]
    assert [(v["subject"], v["vote"], v["roles"]) for v in votes] == [
        ("rita@acme.example", "approve", ["data_scientist"])
    ]


def test_a_review_that_came_before_the_release_counts_once_it_is_submitted(
    install: Install,
) -> None:
    desk = install(wants_a_data_scientist)
    desk.send("pull_request_review", desk.github.review())
    desk.answer()

    digest = desk.submit()
    desk.answer()

    votes = desk.gate.ask("GET", f"/v1/approvals?release_digest={digest}").get_json()["approvals"]
    assert len(votes) == 1


@pytest.mark.parametrize(
    "payload",
    [
        {"user": 5},
        {"user": 9},
        {"commit_id": "3d" * 20},
        {"state": "commented"},
        {"user": {"login": "bot", "id": 8, "type": "Bot"}},
    ],
    ids=["author", "stranger", "older-commit", "comment", "bot"],
)
def test_a_review_that_does_not_count_is_no_vote(install: Install, payload: Any) -> None:
    desk = install(wants_a_data_scientist)
    digest = desk.submit()
    user = payload.pop("user", 8)
    whole = desk.github.review() if isinstance(user, dict) else desk.github.review(user, **payload)
    if isinstance(user, dict):
        whole["review"]["user"] = user

    desk.send("pull_request_review", whole)
    desk.answer()

    votes = desk.gate.ask("GET", f"/v1/approvals?release_digest={digest}").get_json()["approvals"]
    assert votes == []


def test_a_dismissed_review_takes_the_vote_back(install: Install) -> None:
    desk = install(wants_a_data_scientist)
    digest = desk.submit()
    desk.send("pull_request_review", desk.github.review())
    desk.answer()
    dismissed = {**desk.github.review(state="dismissed"), "action": "dismissed"}

    desk.send("pull_request_review", dismissed, "guid-2")
    desk.answer()

    votes = desk.gate.ask("GET", f"/v1/approvals?release_digest={digest}").get_json()["approvals"]
    assert [vote["vote"] for vote in votes] == ["approve", "withdrawn"]


def votes_of(desk: Desk, digest: str) -> list[str]:
    path = f"/v1/approvals?release_digest={digest}"
    return [vote["vote"] for vote in desk.gate.ask("GET", path).get_json()["approvals"]]


def test_an_edit_of_an_older_review_does_not_undo_a_newer_one(install: Install) -> None:
    desk = install(wants_a_data_scientist)
    digest = desk.submit()
    edited = {**desk.github.review(body="typo"), "action": "edited"}
    for number, payload in enumerate(
        [desk.github.review(), desk.github.review(state="changes_requested"), edited]
    ):
        desk.send("pull_request_review", payload, f"guid-{number}")
        desk.answer()

    assert votes_of(desk, digest) == ["approve", "veto"]


@pytest.mark.parametrize(
    "member", [("review", "user"), ("pull_request", "user"), ("review", "commit_id"), ("review",)]
)
def test_a_review_of_which_a_part_is_gone_is_no_vote_or_a_clear_error(
    install: Install, member: tuple[str, ...]
) -> None:
    desk = install(wants_a_data_scientist)
    digest = desk.submit()
    payload = desk.github.review()
    (payload if len(member) == 1 else payload[member[0]])[member[-1]] = None

    answer = desk.send("pull_request_review", payload)
    desk.answer()

    assert answer.status_code in {202, 422}
    is_counted = member == ("pull_request", "user")  # its author's account is gone
    assert votes_of(desk, digest) == (["approve"] if is_counted else [])


def test_what_was_missed_is_heard_in_the_order_in_which_it_was_said(install: Install) -> None:
    desk = install(wants_a_data_scientist)
    digest = desk.submit()
    dismissed = {**desk.github.review(state="dismissed"), "action": "dismissed"}
    for number, payload in ((5, desk.github.review()), (6, dismissed)):
        missed = {"id": number, "guid": f"guid-{number}", "event": "pull_request_review"}
        desk.github.deliveries[number] = {
            **missed,
            "status_code": 0,
            "request": {"payload": payload},
        }

    catch_up(desk.asker, desk.gate.world.ports)
    desk.answer()

    assert "approve" not in votes_of(desk, digest)[-1:]


@pytest.mark.parametrize(
    "listed",
    [
        {5: {"guid": "g", "event": RULE, "status_code": 503}},
        {5: {"id": 5, "guid": "g", "event": RULE, "status_code": 503, "request": None}},
        {5: {"id": 5, "status_code": 503, "request": {"payload": {}}}},
    ],
)
def test_a_list_of_deliveries_that_cannot_be_read_stops_nothing(
    install: Install, listed: dict[int, Any]
) -> None:
    desk = install()
    desk.github.deliveries = listed

    catch_up(desk.asker, desk.gate.world.ports)

    assert desk.gate.world.stores.log.page(Kind.INQUIRY_MADE, before=None, limit=9).entries == ()


def test_a_repository_that_was_renamed_is_followed_at_this_api_alone(install: Install) -> None:
    desk = install()
    desk.submit()
    desk.send(RULE, desk.github.deployment())
    desk.github.renamed = {"scorer": "https://elsewhere.example/repositories/1"}
    desk.answer()
    assert desk.github.bodies(RULE) == []

    desk.github.renamed = {"scorer": f"{desk.github.url}/repositories/1"}
    desk.answer()

    assert [body["state"] for body in desk.github.bodies(RULE)] == ["approved"]
    assert desk.github.tokens[0]["repository_ids"] == [1]
    assert "repositories" not in desk.github.tokens[0]


def test_an_installation_that_was_deleted_is_given_up(install: Install) -> None:
    desk = install()
    desk.submit()
    desk.send(RULE, desk.github.deployment(installation={"id": 404}))
    desk.answer()

    answered = desk.gate.world.stores.log.page(Kind.INQUIRY_ANSWERED, before=None, limit=9).entries
    (body,) = [json.loads(entry.body) for entry in answered]
    assert (body["is_final"], body["message"]) == (True, "no installation token: answered 404")


@pytest.mark.parametrize("event", ["ping", "push", "installation"])
def test_what_asks_nothing_is_taken_and_answered_nothing(install: Install, event: str) -> None:
    desk = install()

    answer = desk.send(event, {"zen": "Design for failure.", "action": "created"})

    assert (answer.status_code, answer.get_json()["inquiries"]) == (202, 0)


def test_a_source_that_is_not_configured_is_404(gate: Gate) -> None:
    assert gate.client.post("/v1/webhooks/github", data=b"{}").status_code == 404
