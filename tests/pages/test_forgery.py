from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.adapters.system.identifiers import new_secret
from app.domain.caller import Role
from tests.pages.conftest import SITE, Browser, Site
from tests.worlds import World, a_world, wants_a_data_scientist

FORMS = [
    "/sign-in",
    "/sign-in/password",
    "/sign-out",
    "/decisions/id-1/replay",
    "/waivers",
    "/break-glass",
    "/break-glass/id-1/review",
    "/models/acme/scorer/promotions",
    "/models/acme/scorer/rollbacks",
    "/models/acme/scorer/waivers/id-1",
    "/policies/draft",
    "/policies/draft/proposal",
    "/policies/proposals/id-1/votes",
    "/policies/proposals/id-1/activation",
    "/set-up",
    "/set-up/password",
    "/users",
    "/users/ada/invite",
    "/users/ada/disable",
    "/releases/" + "ab" * 32 + "/votes",
    "/releases/" + "ab" * 32 + "/votes/id-1/withdraw",
]


def forms(site: Site) -> set[str]:
    return {
        rule.rule
        for rule in site.app.url_map.iter_rules()
        if rule.endpoint.startswith("web.") and "POST" in (rule.methods or set())
    }


def test_the_forms_below_are_all_there_are(site: Site) -> None:
    adapter = site.app.url_map.bind("gate.acme.example")
    matched = {adapter.match(path, "POST", return_rule=True)[0].rule for path in FORMS}

    assert matched == forms(site)


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_its_token_is_refused(site: Site, path: str, token: str) -> None:
    browser = site.reader(Role.DATA_SCIENTIST)

    answer = browser.client.post(path, base_url=SITE, data={"form_token": token})

    assert answer.status_code == 403
    assert "made for you" in answer.text


@pytest.mark.parametrize("path", FORMS)
def test_a_form_made_for_somebody_else_is_refused(site: Site, path: str) -> None:
    theirs = site.reader(Role.AUDITOR).form_token("/decisions")
    browser = site.reader(Role.DATA_SCIENTIST)

    answer = browser.client.post(path, base_url=SITE, data={"form_token": theirs})

    assert answer.status_code == 403


@pytest.mark.parametrize("path", FORMS)
def test_a_form_sent_from_another_site_is_refused(site: Site, path: str) -> None:
    browser = site.reader(Role.DATA_SCIENTIST)
    sent = {"form_token": browser.form_token("/decisions")}
    headers = {"Sec-Fetch-Site": "cross-site"}

    answer = browser.client.post(path, base_url=SITE, data=sent, headers=headers)

    assert answer.status_code == 403
    assert "another site" in answer.text


def test_every_form_of_a_page_holds_the_token(site: Site) -> None:
    digest = site.decide()["release"]["digest"]
    browser = site.reader(Role.DATA_SCIENTIST)
    for path in ("/", "/decisions", f"/releases/{digest}"):
        page = browser.see(path).text

        assert page.count('method="post"') == page.count('name="form_token"') > 0


@pytest.fixture
def browser(open_site: Callable[[World], Site]) -> Browser:
    """A browser at a gate whose secrets are chance, as real ones are."""
    world = a_world(wants_a_data_scientist)
    world.ports = replace(world.ports, new_secret=new_secret)
    return open_site(world).reader(Role.DATA_SCIENTIST)


def test_the_token_is_another_one_in_each_page_and_each_of_them_counts(browser: Browser) -> None:
    first, second = (browser.form_token("/decisions") for _ in range(2))
    sent = [
        browser.client.post("/waivers", base_url=SITE, data={"form_token": token})
        for token in (first, second)
    ]

    assert len({first[:32], first[32:], second[:32], second[32:]}) == 4
    assert [answer.status_code for answer in sent] == [422, 422]


def test_a_token_with_another_salt_is_refused(browser: Browser) -> None:
    first, second = (browser.form_token("/decisions") for _ in range(2))

    answer = browser.client.post(
        "/waivers", base_url=SITE, data={"form_token": first[:32] + second[32:]}
    )

    assert answer.status_code == 403
