from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from app.domain.caller import EVERYWHERE, Caller, Role
from app.gate.approvals import break_glass, waivers
from tests.pages.conftest import Browser, Site
from tests.pages.test_models import a_version
from tests.worlds import World, a_world, allow, wants_a_data_scientist

CODE = "approvals.seat_open"
AUDITOR = Caller("aud@acme.example", frozenset({Role.AUDITOR}), "t", EVERYWHERE)


def knows_exceptions(document: Mapping[str, Any]) -> dict[str, Any]:
    """A policy that asks for a data scientist, unless that is waived or the glass is broken."""
    is_let = "waivers" in document or document["approvals"]["break_glass"]["count"]
    return allow(document) if is_let else wants_a_data_scientist(document)


@pytest.fixture
def site(open_site: Callable[[World], Site]) -> Site:
    level = {"rules": {CODE: {"level": "soft"}}}
    return open_site(a_world(knows_exceptions, profiles={"production": {"limited": level}}))


def at(site: Site, **later: float) -> str:
    return (site.world.clock.now() + timedelta(**later)).strftime("%Y-%m-%dT%H:%M")


def ask(site: Site, browser: Browser, /, **changes: str) -> Any:
    fields = {
        "codes": CODE,
        "model": "acme/scorer",
        "stage": "production",
        "reason": "the scientist is away",
        "ticket": "RISK-7",
        "expires_at": at(site, days=7),
    }
    return browser.send("/waivers", "/waivers", **{**fields, **changes})


def asked(site: Site) -> list[str]:
    return [one.state for one in waivers.all_of(None, AUDITOR, site.world.ports).waivers]


def shown(site: Site, decision: Mapping[str, Any]) -> str:
    return site.reader().see(f"/releases/{decision['release']['digest']}").text


def test_a_waiver_is_asked_for_by_one_and_approved_by_another(site: Site) -> None:
    decision = site.decide()
    digest = str(decision["release"]["digest"])
    answer = ask(site, site.reader(Role.DATA_SCIENTIST), release_digest=digest)
    assert (answer.status_code, asked(site)) == (303, ["requested"])
    assert "outcome-pending" in shown(site, decision)
    lead = site.reader(Role.GOVERNANCE_LEAD)
    page = lead.see("/waivers").text
    assert "the scientist is away" in page
    known = waivers.all_of(None, AUDITOR, site.world.ports).waivers[0].waiver_id

    fields = {"do": "approve", "from": "waivers"}
    approved = lead.send(f"/models/acme/scorer/waivers/{known}", "/waivers", **fields)

    assert (approved.status_code, approved.location) == (303, "/waivers")
    assert "outcome-allow" in shown(site, decision)
    lead.send(f"/models/acme/scorer/waivers/{known}", "/waivers", do="revoke")
    assert asked(site) == ["revoked"]
    assert "outcome-pending" in shown(site, decision)


def test_nobody_is_offered_to_approve_their_own_waiver(site: Site) -> None:
    a_version(site, "1.0", "aa")
    ask(site, site.reader(Role.GOVERNANCE_LEAD, subject="gail@acme.example"))
    own, other = (
        site.reader(Role.GOVERNANCE_LEAD, subject=f"{name}@acme.example")
        for name in ("gail", "gus")
    )

    for path in ("/waivers", "/models/acme/scorer"):
        assert 'value="approve"' not in own.see(path).text
        assert 'value="approve"' in other.see(path).text


def test_a_waiver_that_is_over_says_so_and_offers_nothing(site: Site) -> None:
    a_version(site, "1.0", "aa")
    ask(site, site.reader(Role.DATA_SCIENTIST))
    lead = site.reader(Role.GOVERNANCE_LEAD)
    assert ">Requested</span>" in lead.see("/models/acme/scorer").text
    site.world.clock.advance(8 * 24 * 3600)
    page = site.reader(Role.RISK_COMPLIANCE).see("/models/acme/scorer").text

    assert ">Ended</span>" in page
    assert 'value="approve"' not in page


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("codes", "", "expected 1 to 20 rules"),
        ("codes", "<script>alert(1)</script>", "not a rule like"),
        ("codes", "signatures.missing", "nothing waives it"),
        ("model", "scorer", "expected a name like acme/scorer"),
        ("stage", "Production!", "expected a name like production"),
        ("release_digest", "abc", "expected a release digest"),
        ("reason", " ", "expected 1 to 2000 characters"),
        ("ticket", "t" * 201, "expected 1 to 200 characters"),
        ("not_before", "tomorrow", "expected a date and a time in UTC"),
        ("expires_at", "", "expected an end in the future"),
        ("expires_at", "2020-01-01T00:00", "expected an end in the future"),
        ("expires_at", "9999-12-31T23:59", "expected at most 90 days"),
    ],
)
def test_what_is_wrong_with_a_waiver_stands_at_its_field(
    site: Site, field: str, value: str, told: str
) -> None:
    answer = ask(site, site.reader(Role.DATA_SCIENTIST), **{field: value})

    assert (answer.status_code, asked(site)) == (422, [])
    hint = answer.text.partition(f'id="{field}-hint">')[2].partition("</p>")[0]
    assert told in hint
    assert "the scientist is away" in answer.text or field == "reason"
    assert "<script>alert" not in answer.text


def test_a_waiver_for_a_release_that_nobody_submitted_is_refused(site: Site) -> None:
    answer = ask(site, site.reader(Role.DATA_SCIENTIST), release_digest="ab" * 32)

    assert (answer.status_code, asked(site)) == (404, [])


def test_the_page_of_a_release_leads_to_its_waiver_with_its_soft_rules(site: Site) -> None:
    decision = site.decide()
    scientist = site.reader(Role.DATA_SCIENTIST)
    page = scientist.see(f"/releases/{decision['release']['digest']}").text

    assert f"/waivers?codes={CODE}&amp;model=acme/scorer" in page
    form = scientist.see(f"/waivers?codes={CODE}&model=acme/scorer").text
    assert 'value="acme/scorer"' in form
    assert "Ask for a waiver" not in shown(site, decision)


def break_it(browser: Browser, decision: Mapping[str, Any], /, **changes: str) -> Any:
    digest = str(decision["release"]["digest"])
    fields = {
        "release_digest": digest,
        "stage": "production",
        "reason": "the filter is down",
        "hours": "2",
    }
    return browser.send("/break-glass", "/break-glass", **{**fields, **changes})


def broken(site: Site) -> list[tuple[str, bool]]:
    found = break_glass.all_of(None, AUDITOR, site.world.ports)
    return [(one.opened_by, one.is_owed) for one in found]


def test_broken_glass_lets_the_release_through_and_owes_a_review(site: Site) -> None:
    decision = site.decide()
    answer = break_it(site.reader(Role.BREAK_GLASS, subject="bea@acme.example"), decision)

    assert answer.status_code == 303
    assert "outcome-allow" in site.reader().see(answer.location).text
    assert "which ended" not in shown(site, decision)
    assert broken(site) == [("bea@acme.example", True)]
    lead = site.reader(Role.GOVERNANCE_LEAD)
    assert "the filter is down" in lead.see("/break-glass").text
    known = break_glass.all_of(None, AUDITOR, site.world.ports)[0].glass_id
    path = f"/break-glass/{known}/review"
    assert lead.send(path, "/break-glass", findings=" ").status_code == 422
    closed = lead.send(path, "/break-glass", findings="it was needed")

    assert closed.status_code == 303
    assert broken(site) == [("bea@acme.example", False)]
    assert "None: nothing blocks" in lead.see("/break-glass").text
    assert "broke the glass for it, which ended with its review" in shown(site, decision)
    assert lead.send(path, "/break-glass", findings="again").status_code == 409


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("release_digest", "", "expected the digest of a release"),
        ("release_digest", "x" * 64, "expected a release digest"),
        ("stage", "", "expected a name like production"),
        ("reason", "", "expected 1 to 2000 characters"),
        ("hours", "0", "expected a whole number from 1 to 168"),
        ("hours", "1.5", "expected a whole number from 1 to 168"),
        ("hours", "9" * 5000, "expected a whole number from 1 to 168"),
        ("hours", "5", "expected at most 4 hours"),
    ],
)
def test_what_is_wrong_with_an_emergency_stands_at_its_field(
    site: Site, field: str, value: str, told: str
) -> None:
    answer = break_it(site.reader(Role.BREAK_GLASS), site.decide(), **{field: value})

    assert (answer.status_code, broken(site)) == (422, [])
    hint = answer.text.partition(f'id="{field}-hint">')[2].partition("</p>")[0]
    assert told in hint


def test_an_emergency_for_what_is_allowed_is_refused(open_site: Callable[[World], Site]) -> None:
    site = open_site(a_world(allow))
    answer = break_it(site.reader(Role.BREAK_GLASS), site.decide())

    assert (answer.status_code, broken(site)) == (422, [])
    assert "is allowed by decision" in answer.text


def test_who_does_not_hold_the_role_breaks_no_glass(site: Site) -> None:
    decision = site.decide()

    assert break_it(site.reader(Role.GOVERNANCE_LEAD), decision).status_code == 403
    assert "Break the glass" not in site.reader(Role.GOVERNANCE_LEAD).see("/break-glass").text
