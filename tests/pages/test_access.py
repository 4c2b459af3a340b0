from __future__ import annotations

from typing import Any

import pytest

from app import web
from app.domain.caller import ANY, PERMITTED, Action, Role, Scope
from tests.pages.conftest import Site

PAGES = {
    ("GET", "/"): Action.READ,
    ("GET", "/decisions"): Action.READ,
    ("GET", "/decisions/export"): Action.EXPORT,
    ("GET", "/decisions/<decision_id>"): Action.READ,
    ("GET", "/decisions/<decision_id>/entry"): Action.READ,
    ("POST", "/decisions/<decision_id>/replay"): Action.EXPORT,
    ("GET", "/decisions/<decision_id>/receipt"): Action.READ,
    ("GET", "/decisions/<decision_id>/attestation"): Action.READ,
    ("GET", "/decisions/<decision_id>/report"): Action.READ,
    ("GET", "/decisions/<decision_id>/documents/<sha256>"): Action.READ,
    ("GET", "/dashboards"): Action.READ,
    ("GET", "/models"): Action.READ,
    ("GET", "/models/<namespace>/<name>"): Action.READ,
    ("POST", "/models/<namespace>/<name>/promotions"): Action.PROMOTE,
    ("POST", "/models/<namespace>/<name>/rollbacks"): Action.ROLL_BACK,
    ("POST", "/models/<namespace>/<name>/waivers/<waiver_id>"): Action.REQUEST_WAIVER,
    ("GET", "/policies"): Action.READ,
    ("GET", "/policies/files/<path:path>"): Action.READ,
    ("GET", "/policies/draft"): Action.PROPOSE_POLICY,
    ("POST", "/policies/draft"): Action.PROPOSE_POLICY,
    ("POST", "/policies/draft/proposal"): Action.PROPOSE_POLICY,
    ("GET", "/policies/proposals"): Action.READ,
    ("GET", "/policies/proposals/<proposal_id>"): Action.READ,
    ("POST", "/policies/proposals/<proposal_id>/votes"): Action.VOTE_ON_POLICY,
    ("POST", "/policies/proposals/<proposal_id>/activation"): Action.ACTIVATE_POLICY,
    ("GET", "/releases/<digest>"): Action.READ,
    ("POST", "/releases/<digest>/votes"): Action.APPROVE,
    ("POST", "/releases/<digest>/votes/<approval_id>/withdraw"): Action.APPROVE,
    ("GET", "/waivers"): Action.READ,
    ("POST", "/waivers"): Action.REQUEST_WAIVER,
    ("GET", "/break-glass"): Action.READ,
    ("POST", "/break-glass"): Action.BREAK_GLASS,
    ("POST", "/break-glass/<glass_id>/review"): Action.REVIEW_BREAK_GLASS,
    ("GET", "/users"): Action.ADMINISTER,
    ("POST", "/users"): Action.ADMINISTER,
    ("POST", "/users/<name>/invite"): Action.ADMINISTER,
    ("POST", "/users/<name>/disable"): Action.ADMINISTER,
}
"""Every page behind sign-in, and what its reader must be able to do."""
OWN = {("POST", "/sign-out")}
"""Pages behind sign-in for whoever is signed in."""


def pages(site: Site) -> dict[tuple[str, str], Any]:
    return {
        (method, rule.rule): site.app.view_functions[rule.endpoint]
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint.startswith("web.") and rule.endpoint not in web.OPEN_ENDPOINTS
    }


def test_every_page_permits_what_the_table_says(site: Site) -> None:
    found = {page: getattr(view, "action", None) for page, view in pages(site).items()}

    assert found == {**PAGES, **dict.fromkeys(OWN)}


@pytest.mark.parametrize("path", [path for method, path in PAGES if method == "GET"])
def test_nobody_sees_a_page_before_signing_in(site: Site, path: str) -> None:
    answer = site.browser().see(path.replace("<", "").replace(">", ""))

    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in?to=")


@pytest.mark.parametrize(("method", "path"), PAGES)
def test_a_role_without_the_permission_is_told_so(site: Site, method: str, path: str) -> None:
    role = next((r for r in Role if r not in PERMITTED[PAGES[method, path]].roles), None)
    plain = path.replace("<", "").replace(">", "")

    if role is not None:
        browser = site.reader(role)
        answer = browser.see(plain) if method == "GET" else browser.send(plain)
        assert answer.status_code == 403
    for role in PERMITTED[PAGES[method, path]].roles:
        browser = site.reader(role)
        answer = browser.see(plain) if method == "GET" else browser.send(plain)
        assert answer.status_code != 403


def test_a_token_in_a_header_opens_no_page(site: Site) -> None:
    token = site.world.token("ada@acme.example", Role.AUDITOR)

    answer = site.browser().see("/decisions", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 303


def test_a_session_opens_no_route_of_the_api(site: Site) -> None:
    assert site.reader(Role.AUDITOR).see("/v1/decisions").status_code == 401


def test_another_projects_decision_is_not_there(site: Site) -> None:
    decision = site.decide()
    mine = site.reader(Role.DATA_SCIENTIST)
    other = Scope(frozenset({"other"}), frozenset({ANY}))
    theirs = site.reader(Role.DATA_SCIENTIST, scope=other)
    paths = [
        f"/decisions/{decision['decision_id']}",
        f"/decisions/{decision['decision_id']}/receipt",
        f"/releases/{decision['release']['digest']}",
    ]

    assert [mine.see(path).status_code for path in paths] == [200, 200, 200]
    assert [theirs.see(path).status_code for path in paths] == [404, 404, 404]
    assert "acme" not in theirs.see("/decisions").text.partition('id="found"')[2]
