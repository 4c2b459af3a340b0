from __future__ import annotations

import re

import pytest

from app.domain.caller import Role
from app.web import home
from tests.pages.conftest import Site
from tests.pages.test_releases import vote


def section(page: str, heading: str) -> str:
    return page.partition(f"<h2>{heading}</h2>")[2].partition("</section>")[0]


def test_an_approver_sees_what_waits_for_a_seat_of_theirs(site: Site) -> None:
    site.decide()

    assert "1.4.0" in section(site.reader(Role.DATA_SCIENTIST).see("/").text, "Waits for you")
    assert "Nothing waits" in site.reader(Role.PRODUCT_OWNER).see("/").text


def test_what_was_decided_otherwise_since_waits_no_more(site: Site) -> None:
    decision = site.decide()
    vote(site.reader(Role.DATA_SCIENTIST), decision)
    site.decide()

    assert "Nothing waits" in site.reader(Role.DATA_SCIENTIST).see("/").text


def test_a_submitter_sees_where_the_own_releases_stand_once_each(site: Site) -> None:
    site.decide()
    site.decide()
    page = site.reader(Role.SUBMITTER, subject="ci@acme.example").see("/").text
    others = site.reader(Role.SUBMITTER, subject="other@acme.example").see("/").text

    assert section(page, "Your releases").count("1.4.0") == 1
    assert "Data scientist" in section(page, "Your releases")
    assert "no release yet" in section(others, "Your releases")


def test_the_latest_decisions_name_each_version_once_a_stage(site: Site) -> None:
    model = {"namespace": "acme", "name": "scorer", "version": "2.0.0"}
    site.decide()
    site.decide(model=model)
    last = [site.decide()["decision_id"], site.decide(stage="dev")["decision_id"]]
    latest = section(site.reader().see("/").text, "Latest decisions")

    assert re.findall('class="version">([^<]+)', latest) == ["1.4.0", "1.4.0", "2.0.0"]
    assert re.findall('href="/decisions/([^"]+)"', latest)[:2] == last[::-1]


def test_an_operator_sees_health_engine_revision_and_checkpoint(site: Site) -> None:
    page = section(site.reader(Role.OPERATOR).see("/").text, "The gate")

    assert page.count("light-good") == 4
    assert site.world.ports.engine.ping() in page
    assert "Last checkpoint" in page


def test_an_operator_sees_which_part_does_not_work(site: Site) -> None:
    browser = site.reader(Role.OPERATOR)
    site.world.engine.stop()

    assert "policy_engine_unavailable" in section(browser.see("/").text, "The gate")


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.DATA_SCIENTIST, Role.DEPLOYER])
def test_the_state_of_the_gate_is_for_operators_and_auditors(site: Site, role: Role) -> None:
    assert "<h2>The gate</h2>" not in site.reader(role).see("/").text


def test_a_store_that_does_not_answer_is_a_page_of_its_own(site: Site) -> None:
    browser = site.reader()
    site.world.stores.close()

    answer = browser.see("/decisions")

    assert answer.status_code == 503
    assert "The gate cannot answer now" in answer.text


def test_the_first_of_many_that_wait_are_shown_and_that_there_are_more(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "MOST", 2)
    browser = site.reader(Role.DATA_SCIENTIST)
    for number in range(2):
        site.decide(model={"namespace": "acme", "name": "scorer", "version": f"1.{number}"})
    both = section(browser.see("/").text, "Waits for you")
    site.decide(model={"namespace": "acme", "name": "scorer", "version": "1.2"})
    three = section(browser.see("/").text, "Waits for you")

    assert re.findall('class="version">([^<]+)', both) == ["1.1", "1.0"]
    assert "More may wait" not in both
    assert re.findall('class="version">([^<]+)', three) == ["1.2", "1.1"]
    assert "More may wait" in three
