from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from app.domain.caller import Role
from app.gate.people import invitations
from tests.builders import a_scope
from tests.pages.conftest import SITE, Browser, Site

PASSWORD = "correct horse battery"
CODE = re.compile(r"/set-up#([\w-]+\.[\w-]+)")


def accept(browser: Browser, code: str, password: str = PASSWORD, **fields: str) -> TestResponse:
    """Open the link, and set the password."""
    asked = browser.send("/set-up", "/set-up", code=code)
    if asked.status_code != 200:
        return asked
    sent = {"code": code, "password": password, "again": password, **fields}
    return browser.send("/set-up/password", "/set-up", **sent)


def sign_in(browser: Browser, name: str, password: str = PASSWORD) -> TestResponse:
    return browser.send("/sign-in/password", "/sign-in", name=name, password=password)


def operator(site: Site) -> Browser:
    """Set the gate up, as its first user."""
    browser = site.browser()
    code = invitations.set_up(site.world.ports)
    assert code is not None
    assert accept(browser, code, name="olga").status_code == 303
    return browser


def test_the_first_user_sets_the_gate_up_and_adds_the_second_who_signs_in(site: Site) -> None:
    olga = operator(site)
    page = olga.send("/users", "/users", name="ada", role="data_scientist", projects="acme").text
    found = CODE.search(page)
    assert found is not None

    ada = site.browser()
    assert accept(ada, found[1]).status_code == 303

    assert "local:ada" in ada.see("/").text
    assert sign_in(site.browser(), "ada").status_code == 303
    decided = site.decide()["release"]["digest"]
    ada.send(f"/releases/{decided}/votes", f"/releases/{decided}", vote="approve")
    told = ada.see("/decisions?kind=&q=kind:approval").text
    assert "local:ada" in told


def test_a_user_acts_in_the_roles_and_projects_that_were_given(site: Site) -> None:
    olga = operator(site)
    page = olga.send("/users", "/users", name="ada", role="auditor", projects="globex").text
    code = CODE.search(page)
    ada = site.browser()
    accept(ada, code[1] if code else "")

    decision = site.decide()["decision_id"]

    assert ada.see(f"/decisions/{decision}").status_code == 404
    assert ada.see("/users").status_code == 403


def test_the_link_works_once(site: Site) -> None:
    code = invitations.set_up(site.world.ports) or ""
    accept(site.browser(), code, name="olga")

    answer = accept(site.browser(), code, name="eve")

    assert answer.status_code == 401
    assert "was used, has expired" in answer.text


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"password": "short", "again": "short"}, "12 to 128 characters"),
        ({"again": PASSWORD + "?"}, "not the same"),
        ({"name": "O L"}, "expected a name"),
    ],
)
def test_what_will_not_do_is_said_and_can_be_mended(
    site: Site, change: dict[str, str], complaint: str
) -> None:
    code = invitations.set_up(site.world.ports) or ""
    browser = site.browser()

    refused = accept(browser, code, **{"name": "olga", **change})

    assert refused.status_code == 422
    assert complaint in refused.text
    assert PASSWORD not in refused.text
    assert accept(browser, code, name="olga").status_code == 303


@pytest.mark.parametrize(("name", "password"), [("olga", "wrong"), ("eve", PASSWORD), ("", "")])
def test_a_wrong_name_or_password_signs_nobody_in(site: Site, name: str, password: str) -> None:
    operator(site)
    browser = site.browser()

    answer = sign_in(browser, name, password)

    assert answer.status_code == 401
    assert "wrong name or password" in answer.text
    assert browser.see("/decisions").status_code == 303


def test_a_password_form_from_elsewhere_is_refused(site: Site) -> None:
    operator(site)

    answer = site.browser().client.post(
        "/sign-in/password", base_url=SITE, data={"name": "olga", "password": PASSWORD}
    )

    assert answer.status_code == 403


def test_who_is_disabled_is_out_at_once(site: Site) -> None:
    olga = operator(site)
    code = CODE.search(olga.send("/users", "/users", name="ada", role="auditor").text)
    ada = site.browser()
    accept(ada, code[1] if code else "")
    was_in = ada.see("/decisions").status_code

    olga.send("/users/ada/disable", "/users")

    assert (was_in, ada.see("/decisions").status_code) == (200, 303)
    assert sign_in(site.browser(), "ada").status_code == 401


def test_a_new_link_lets_a_user_set_another_password(site: Site) -> None:
    olga = operator(site)
    first = CODE.search(olga.send("/users", "/users", name="ada", role="auditor").text)
    accept(site.browser(), first[1] if first else "")

    again = CODE.search(olga.send("/users/ada/invite", "/users").text)
    accept(site.browser(), again[1] if again else "", password="another horse battery")

    assert sign_in(site.browser(), "ada").status_code == 401
    assert sign_in(site.browser(), "ada", "another horse battery").status_code == 303


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "ada"},
        {"name": "ada", "role": "god"},
        {"name": "Ada", "role": "auditor"},
        {"name": "olga", "role": "auditor"},
    ],
)
def test_a_user_that_cannot_be_is_not_added(site: Site, fields: dict[str, str]) -> None:
    olga = operator(site)

    answer = olga.send("/users", "/users", **fields)

    assert answer.status_code == 422
    assert CODE.search(answer.text) is None


def test_operators_are_led_to_the_users_and_others_are_not(site: Site) -> None:
    assert 'href="/users"' in operator(site).see("/").text
    assert 'href="/users"' not in site.reader(Role.AUDITOR).see("/").text


def test_an_operator_of_one_project_adds_nobody(site: Site) -> None:
    bound = site.reader(Role.OPERATOR, scope=a_scope("acme"))

    assert bound.see("/users").status_code == 403
