from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from app.domain.caller import Role
from app.domain.entry import Kind
from tests.pages.conftest import Browser, Site
from tests.worlds import World, a_world, allow


def vote(browser: Browser, on: Mapping[str, Any], /, **changes: str) -> Any:
    digest = on["release"]["digest"]
    fields = {
        "vote": "approve",
        "confirmed": "yes",
        "stage": "production",
        "decision": str(on["decision_id"]),
        "comment": "read it",
    }
    return browser.send(f"/releases/{digest}/votes", f"/releases/{digest}", **{**fields, **changes})


def take_back(browser: Browser, on: Mapping[str, Any], given: str, /, **changes: str) -> Any:
    digest = on["release"]["digest"]
    page = browser.see(f"/releases/{digest}").text
    shown = re.findall('name="decision" value="([^"]+)"', page)
    fields = {"confirmed": "yes", "stage": "production", "decision": shown[0]}
    path = f"/releases/{digest}/votes/{given}/withdraw"
    return browser.send(path, f"/releases/{digest}", **{**fields, **changes})


def votes(site: Site) -> list[str]:
    page = site.world.ports.log.page(Kind.APPROVAL, before=None, limit=10)
    return [entry.body.decode() for entry in page.entries]


def test_one_glance_tells_the_outcome_and_who_is_missing(site: Site) -> None:
    digest = site.decide()["release"]["digest"]

    page = site.reader().see(f"/releases/{digest}").text

    assert '<span class="outcome outcome-pending">Pending</span>' in page
    assert "It waits for: Data scientist." in page
    assert "1 seat open" in page


def test_an_allowed_release_waits_for_nobody(open_site: Callable[[World], Site]) -> None:
    site = open_site(a_world(allow))
    digest = site.decide()["release"]["digest"]

    page = site.reader().see(f"/releases/{digest}").text

    assert "every check passed" in page
    assert "It waits for" not in page


def test_an_approval_in_the_browser_fills_the_seat(site: Site) -> None:
    decision = site.decide()
    answer = vote(site.reader(Role.DATA_SCIENTIST), decision)

    assert answer.status_code == 303
    page = site.reader().see(answer.location).text
    assert '<span class="outcome outcome-allow">Allowed</span>' in page
    assert "approved as Data scientist" in page
    assert "<blockquote>read it</blockquote>" in page


def test_an_approval_that_was_taken_back_makes_the_release_wait_again(site: Site) -> None:
    decision = site.decide()
    browser = site.reader(Role.DATA_SCIENTIST)
    vote(browser, decision)
    given = site.world.ports.log.page(Kind.APPROVAL, before=None, limit=1).entries[0]
    answer = take_back(browser, decision, given.id)

    assert "outcome-pending" in browser.see(answer.location).text


def test_a_vote_after_which_nothing_can_be_decided_is_recorded_and_says_so(site: Site) -> None:
    decision = site.decide()
    browser = site.reader(Role.DATA_SCIENTIST)
    digest = decision["release"]["digest"]
    site.world.engine.stop()
    answer = vote(browser, decision)

    page = browser.see(answer.location).text
    assert len(votes(site)) == 1
    assert "could not decide the release again" in page
    assert "could not decide the release again" not in browser.see(f"/releases/{digest}").text


def test_the_digests_that_one_approves_are_shown_whole(site: Site) -> None:
    decision = site.decide()
    page = site.reader(Role.DATA_SCIENTIST).see(f"/releases/{decision['release']['digest']}").text

    assert f"<code>{decision['release']['digest']}</code>" in page
    assert decision["policy"]["revision"].removeprefix("sha256:") in page


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"confirmed": ""}, "tick the box"),
        ({"vote": "withdrawn"}, "expected approve or veto"),
        ({"vote": ""}, "expected approve or veto"),
        ({"decision": "another"}, "decided again while you read"),
        ({"stage": "dev"}, "decided again while you read"),
        ({"comment": "c" * 4001}, "at most 4000 characters"),
    ],
)
def test_a_vote_that_is_not_on_what_was_shown_is_not_recorded(
    site: Site, change: dict[str, str], told: str
) -> None:
    answer = vote(site.reader(Role.DATA_SCIENTIST), site.decide(), **change)

    assert (answer.status_code, votes(site)) == (422, [])
    assert told in answer.text


def test_a_vote_on_a_release_that_was_decided_again_meanwhile_is_not_recorded(site: Site) -> None:
    first = site.decide()
    site.decide()

    assert vote(site.reader(Role.DATA_SCIENTIST), first).status_code == 422
    assert votes(site) == []


def test_a_veto_and_its_withdrawal_are_recorded(site: Site) -> None:
    decision = site.decide()
    browser = site.reader(Role.DATA_SCIENTIST)
    vote(browser, decision, vote="veto")
    digest = decision["release"]["digest"]
    given = site.world.ports.log.page(Kind.APPROVAL, before=None, limit=1).entries[0]
    page = browser.see(f"/releases/{digest}").text
    take_back(browser, decision, given.id)

    assert "You vetoed" in page
    assert "You vetoed" not in browser.see(f"/releases/{digest}").text
    assert "took back an earlier vote" in browser.see(f"/releases/{digest}").text


def test_nobody_takes_back_the_vote_of_somebody_else(site: Site) -> None:
    decision = site.decide()
    vote(site.reader(Role.DATA_SCIENTIST), decision)
    given = site.world.ports.log.page(Kind.APPROVAL, before=None, limit=1).entries[0]

    answer = take_back(site.reader(Role.PRODUCT_OWNER), decision, given.id)

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"confirmed": ""}, "tick the box"),
        ({"decision": "another"}, "decided again while you read"),
    ],
)
def test_a_vote_is_taken_back_only_on_what_was_shown(
    site: Site, change: dict[str, str], told: str
) -> None:
    decision = site.decide()
    browser = site.reader(Role.DATA_SCIENTIST)
    vote(browser, decision)
    given = site.world.ports.log.page(Kind.APPROVAL, before=None, limit=1).entries[0]
    answer = take_back(browser, decision, given.id, **change)

    assert (answer.status_code, len(votes(site))) == (422, 1)
    assert told in answer.text


def test_a_vote_on_another_release_is_not_taken_back_from_this_page(site: Site) -> None:
    other, here = site.decide(), site.decide(files=[{"path": "b", "size": 1, "sha256": "ef" * 32}])
    browser = site.reader(Role.DATA_SCIENTIST)
    vote(browser, other)
    given = site.world.ports.log.page(Kind.APPROVAL, before=None, limit=1).entries[0]

    assert take_back(browser, here, given.id).status_code == 404
    assert len(votes(site)) == 1


def test_each_stage_has_its_own_state(site: Site) -> None:
    digest = site.decide()["release"]["digest"]
    site.decide(stage="dev")
    browser = site.reader()

    assert "for dev," in browser.see(f"/releases/{digest}?stage=dev").text
    assert "for production," in browser.see(f"/releases/{digest}?stage=production").text
    assert browser.see(f"/releases/{digest}?stage=test").status_code == 404


@pytest.mark.parametrize(("digest", "status"), [("ab" * 32, 404), ("nothing", 422)])
def test_a_release_that_nobody_decided_has_no_page(site: Site, digest: str, status: int) -> None:
    assert site.reader().see(f"/releases/{digest}").status_code == status


def test_who_fills_no_seat_is_told_so_before_they_vote(site: Site) -> None:
    path = f"/releases/{site.decide()['release']['digest']}"
    seated = site.reader(Role.DATA_SCIENTIST)
    barred = site.reader(Role.DATA_SCIENTIST, subject="ci@acme.example")
    elsewhere = site.reader(Role.PRODUCT_OWNER)

    assert "Your veto counts" not in seated.see(path).text
    assert "you submitted this release. Your veto counts." in barred.see(path).text
    assert "None of your roles has a seat here" in elsewhere.see(path).text
