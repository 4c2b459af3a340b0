from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.caller import Role
from tests.pages.conftest import SITE, Site


def cookie(header: str) -> set[str]:
    return {part.strip() for part in header.split(";")[1:]}


def test_the_cookie_is_kept_from_scripts_other_hosts_and_plain_http(site: Site) -> None:
    answer = site.browser().sign_in(site.world.token("ada@acme.example", Role.AUDITOR))

    (sent,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-counter")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= cookie(sent)
    assert not any(part.startswith("Domain") for part in cookie(sent))


def test_the_pasted_token_itself_is_in_no_cookie(site: Site) -> None:
    token = site.world.token("ada@acme.example", Role.AUDITOR)

    answer = site.browser().sign_in(token)

    assert token.split("_")[1] not in "".join(answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize("token", ["", "cs_unknown_" + "s" * 43, "<script>alert(1)</script>"])
def test_what_is_no_token_signs_nobody_in(site: Site, token: str) -> None:
    browser = site.browser()

    answer = browser.sign_in(token)

    assert answer.status_code == 401
    assert "<script>alert" not in answer.text
    assert browser.see("/decisions").status_code == 303


def test_a_session_has_the_roles_of_the_token_and_no_others(site: Site) -> None:
    digest = site.decide()["release"]["digest"]

    assert "Your vote" in site.reader(Role.DATA_SCIENTIST).see(f"/releases/{digest}").text
    assert "Your vote" not in site.reader(Role.AUDITOR).see(f"/releases/{digest}").text


def test_a_session_ends_with_the_token_that_was_shown(site: Site) -> None:
    browser = site.reader()
    site.world.clock.advance(3599)
    is_alive = browser.see("/decisions").status_code
    site.world.clock.advance(1)

    assert (is_alive, browser.see("/decisions").status_code) == (200, 303)


def test_a_session_ends_after_a_working_day(site: Site) -> None:
    browser = site.browser()
    browser.sign_in(site.world.token("ada@acme.example", Role.AUDITOR, lives=timedelta(days=30)))
    site.world.clock.advance(8 * 3600 - 1)
    is_alive = browser.see("/decisions").status_code
    site.world.clock.advance(1)

    assert (is_alive, browser.see("/decisions").status_code) == (200, 303)


def test_the_mark_of_a_sign_in_does_not_stay_in_the_address(site: Site) -> None:
    browser = site.browser()
    signed = browser.sign_in(site.world.token("ada@acme.example", Role.AUDITOR))
    unkept = site.browser().see(signed.location)
    home = browser.see(signed.location)

    assert "lost=1" in unkept.location
    assert (home.status_code, home.location) == (303, "/")
    browser.send("/sign-out", "/decisions")
    assert "lost" not in browser.see(home.location).location


def test_signing_out_ends_the_session_at_the_gate_too(site: Site) -> None:
    browser = site.reader()
    kept = browser.client.get_cookie("__Host-countersign", "gate.acme.example")
    assert kept is not None
    browser.send("/sign-out")
    other = site.browser()
    other.client.set_cookie(
        "__Host-countersign", kept.value, domain="gate.acme.example", secure=True
    )

    assert browser.see("/decisions").status_code == 303
    assert other.see("/decisions").status_code == 303


def test_the_log_tells_of_every_session(site: Site) -> None:
    browser = site.reader(subject="ada@acme.example")
    browser.send("/sign-out")
    told = site.reader(Role.OPERATOR).see("/decisions?kind=&q=actor:ada@acme.example").text

    assert "Token created" in told
    assert "Token revoked" in told


@pytest.mark.parametrize(
    ("to", "leads_to"),
    [
        ("/decisions?q=stage%3Adev", "/decisions?q=stage%3Adev"),
        ("https://evil.example/", "/?signed_in=1"),
        ("//evil.example/", "/?signed_in=1"),
        ("/\\evil.example/", "/?signed_in=1"),
        ("javascript:alert(1)", "/?signed_in=1"),
        ("/a\r\nSet-Cookie: x=1", "/?signed_in=1"),
    ],
)
def test_signing_in_leads_nowhere_but_to_this_gate(site: Site, to: str, leads_to: str) -> None:
    token = site.world.token("ada@acme.example", Role.AUDITOR)

    answer = site.browser().send("/sign-in", "/sign-in", token=token, to=to)

    assert (answer.status_code, answer.location) == (303, leads_to)


def test_a_browser_that_did_not_keep_the_cookie_is_told_why(site: Site) -> None:
    browser = site.browser()
    away = browser.see("/?signed_in=1")

    assert "did not keep the session" in browser.see(away.location).text
    assert "did not keep the session" not in browser.see("/sign-in").text


def test_a_form_of_an_ended_session_is_refused_not_redirected(site: Site) -> None:
    browser = site.reader()
    token = browser.form_token("/decisions")
    site.world.clock.advance(3600)

    answer = browser.client.post("/sign-out", base_url=SITE, data={"form_token": token})

    assert answer.status_code == 401
    assert "sign in again" in answer.text.lower()


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        (f"{SITE}/waivers?model=acme/scorer", "/sign-in?to=/waivers?model%3Dacme/scorer"),
        ("https://elsewhere.example/waivers", "/sign-in"),
        ("", "/sign-in"),
    ],
)
def test_whose_session_ended_in_a_form_comes_back_to_it(
    site: Site, came_from: str, back: str
) -> None:
    browser = site.reader(Role.DATA_SCIENTIST)
    token = browser.form_token("/decisions")
    site.world.clock.advance(3600)
    answer = browser.client.post(
        "/waivers", base_url=SITE, data={"form_token": token}, headers={"Referer": came_from}
    )

    assert answer.status_code == 401
    assert f'<a class="button" href="{back}">' in answer.text
