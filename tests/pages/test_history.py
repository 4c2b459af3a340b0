"""What the page of a release says of who did what, where it holds, and until when."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from app.domain.caller import Role
from app.domain.decision import Point
from app.domain.digest import Digest
from app.domain.entry import Draft, Kind
from app.domain.retention.archives import Archive, Detachment
from tests.pages.conftest import Site
from tests.pages.test_allowances import break_it, knows_exceptions
from tests.pages.test_releases import vote
from tests.worlds import World, a_world, allow, wants_a_data_scientist

SOFT = {"production": {"limited": {"rules": {"approvals.seat_open": {"level": "soft"}}}}}
EVENT = re.compile(r'<li class="event [^"]*">(.*?)</li>', re.DOTALL)


def history(site: Site, decision: Mapping[str, Any], query: str = "") -> list[str]:
    """Read what happened, oldest first, as plain words."""
    page = site.reader().see(f"/releases/{decision['release']['digest']}{query}").text
    lines = [re.findall(r"<p>(.*?)</p>", event)[0] for event in EVENT.findall(page)]
    return [re.sub("<[^>]+>", "", line) for line in reversed(lines)]


def test_where_older_decisions_are_left_out_none_is_said_to_be_the_first(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = site.decide()
    site.decide()
    whole = history(site, decision)
    monkeypatch.setattr("app.web.showing.history.MOST", 1)
    again = "Decided again for production, as ci@acme.example submitted it"

    assert whole == ["ci@acme.example submitted it for production", again]
    assert history(site, decision) == [again]


def test_who_votes_is_said_to_cause_the_decision_that_follows(site: Site) -> None:
    decision = site.decide()
    vote(site.reader(Role.DATA_SCIENTIST), decision)
    voted = "data_scientist@acme.example approved as Data scientist"

    assert history(site, decision) == [
        "ci@acme.example submitted it for production",
        voted,
        f"Decided again for production, after {voted}",
    ]


def test_a_decision_that_nobody_here_caused_names_whose_submission_it_is(site: Site) -> None:
    decision = site.decide()
    site.decide()
    site.decide(stage="dev")

    assert history(site, decision) == [
        "ci@acme.example submitted it for production",
        "Decided again for production, as ci@acme.example submitted it",
        "ci@acme.example submitted it for dev",
    ]


def test_who_breaks_the_glass_is_said_to_cause_the_decision_that_follows(
    open_site: Callable[[World], Site],
) -> None:
    site = open_site(a_world(knows_exceptions, profiles=SOFT))
    decision = site.decide()
    break_it(site.reader(Role.BREAK_GLASS), decision)

    assert history(site, decision)[1:] == [
        "break_glass@acme.example broke the glass",
        "Decided again for production, after break_glass@acme.example broke the glass",
    ]
    page = site.reader().see(f"/releases/{decision['release']['digest']}").text
    assert "In an emergency break_glass@acme.example broke the glass for it" in page
    assert "Its review is owed." in page


def heeds_vetoes(document: Mapping[str, Any]) -> dict[str, Any]:
    """A policy that denies what anybody vetoed."""
    if not document["approvals"]["vetoes"]["count"]:
        return wants_a_data_scientist(document)
    reason = {
        "code": "approvals.vetoed",
        "at": "/approvals/vetoes",
        "message": "somebody objects",
        "is_pending": False,
        "who": "submitter",
        "how": "ask who objects",
    }
    return {**allow(document), "outcome": "deny", "reasons": [reason]}


def test_a_veto_in_the_browser_denies_the_release_at_once(
    open_site: Callable[[World], Site],
) -> None:
    site = open_site(a_world(heeds_vetoes))
    decision = site.decide()
    answer = vote(site.reader(Role.DATA_SCIENTIST), decision, vote="veto")
    page = site.reader().see(answer.location).text

    assert '<span class="outcome outcome-deny">Denied</span>' in page
    assert "It may not be released: 1 thing must change first." in page
    assert "Vetoed by data_scientist@acme.example" in page
    assert history(site, decision)[-1].endswith("vetoed as Data scientist")


def objects_to_promotion(document: Mapping[str, Any]) -> dict[str, Any]:
    """A policy whose only rule objects where a version moves to a stage, and nowhere else."""
    reason = {
        "code": "change.note_missing",
        "at": "/release/change_note",
        "message": "the release does not say what changed",
        "is_pending": False,
        "who": "submitter",
        "how": "say what changed",
        "points": ["promotion"],
    }
    points = {point.value: "allow" for point in Point} | {"promotion": "deny"}
    return {**allow(document), "outcome": "deny", "reasons": [reason], "points": points}


def test_the_outcome_at_each_point_is_told_where_they_differ(
    open_site: Callable[[World], Site],
) -> None:
    site = open_site(a_world(objects_to_promotion))
    decision = site.decide()
    release, one = f"/releases/{decision['release']['digest']}", decision["decision_id"]
    for path in (release, f"/decisions/{one}"):
        page = site.reader().see(path).text

        outcomes = re.findall(r'class="seat point point-(\w+)"', page)
        assert outcomes == ["allow", "deny", "allow", "allow"]
        assert '<span class="chip">only promotion</span>' in page
        assert "For ci and admission and audit it is allowed." in page


def test_points_are_not_told_apart_where_they_are_alike(site: Site) -> None:
    decision = site.decide()

    page = site.reader().see(f"/decisions/{decision['decision_id']}").text
    assert "Where it holds" not in page
    assert "the same in pipelines, for promotion, admission and audit" in page


def test_an_allow_that_is_over_is_not_shown_as_one(open_site: Callable[[World], Site]) -> None:
    site = open_site(a_world(allow))
    digest = site.decide()["release"]["digest"]
    site.world.clock.advance(90 * 24 * 3600 - 1)
    before = site.reader().see(f"/releases/{digest}").text
    site.world.clock.advance(1)
    after = site.reader().see(f"/releases/{digest}").text

    assert '<span class="outcome outcome-allow">Allowed</span>\n  <h1>' in before
    assert '<span class="outcome">Ended</span>' in after
    assert "It has to be decided again before anything lets it in." in after


@pytest.mark.parametrize(
    ("role", "is_told"), [(Role.GOVERNANCE_LEAD, True), (Role.DATA_SCIENTIST, False)]
)
def test_a_review_that_is_owed_is_told_to_whom_it_waits_for(
    open_site: Callable[[World], Site],
    role: Role,
    is_told: bool,  # noqa: FBT001 - a case
) -> None:
    site = open_site(a_world(knows_exceptions, profiles=SOFT))
    break_it(site.reader(Role.BREAK_GLASS), site.decide())
    reader = site.reader(role)

    assert ("Review the emergency" in reader.see("/").text) == is_told
    assert ("Close the review" in reader.see("/break-glass").text) == is_told


def denies(document: Mapping[str, Any]) -> dict[str, Any]:
    """A policy that denies everything."""
    return heeds_vetoes({**document, "approvals": {"vetoes": {"count": 1}}})


@pytest.fixture
def archived(open_site: Callable[[World], Site]) -> tuple[Site, dict[str, Any]]:
    """A gate with two decisions, which are in an archive, and the first of them."""
    site = open_site(a_world(denies))
    decision = site.decide()
    log, last = site.world.ports.log, site.decide(stage="dev")["seq"]
    for number in range(last + 1, 256):
        log.append(Draft(f"f-{number}", Kind.LOG_EXPORTED, "ci", {}))
    kept = Archive(0, 256, Digest.of(b"archive"), "s3://archive/0")
    log.append(Draft("a-1", Kind.LOG_ARCHIVED, "ops", {}, detaches=Detachment(kept, ())))
    return site, decision


def test_a_release_whose_decisions_are_in_an_archive_says_where(
    archived: tuple[Site, dict[str, Any]],
) -> None:
    site, decision = archived
    reader = site.reader()
    answer = reader.see(f"/decisions/{decision['decision_id']}")

    assert answer.status_code == 410
    assert "s3://archive/0" in answer.text
    release = reader.see(f"/releases/{decision['release']['digest']}?stage=production")
    assert "never decided" in release.text
    for path in ("/", "/decisions", "/dashboards"):
        assert reader.see(path).status_code == 200


def test_what_is_in_an_archive_is_found_as_exports_find_it(
    archived: tuple[Site, dict[str, Any]],
) -> None:
    site, decision = archived
    reader = site.reader()
    page = reader.see("/decisions?outcome=deny&stage=production").text
    taken = reader.see("/decisions/export?format=csv&outcome=deny&stage=production").text

    assert "1 found" in page
    assert "in an archive" in page
    assert f'href="/decisions/{decision["decision_id"]}"' in page
    assert decision["decision_id"] in taken
    assert "in an archive" not in reader.see("/decisions?kind=log_archived").text
