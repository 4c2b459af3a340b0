"""What no route takes is told by a page to browsers, and by a problem document to clients."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from app.domain.caller import Role
from app.web.headers import POLICY
from tests.pages.conftest import SITE, Browser, Site

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PROBLEM = "application/problem+json"


def ask(browser: Browser, method: str, path: str) -> TestResponse:
    return browser.client.open(path, method=method, base_url=SITE, headers=HTML)


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/dashboards/", "/decisions/a/b/c", "/policies/nothing", "/models/acme", "/%00"],
)
def test_an_address_that_no_page_has_is_told_by_a_page(site: Site, path: str) -> None:
    for browser in (site.reader(), site.browser()):
        answer = ask(browser, "GET", path)

        assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert "There is nothing here" in answer.text
    assert "Sign out" in ask(site.reader(), "GET", path).text


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/decisions"), ("POST", "/dashboards"), ("GET", "/sign-out"), ("PUT", "/")],
)
def test_a_method_that_a_page_does_not_take_is_told_by_a_page(
    site: Site, method: str, path: str
) -> None:
    answer = ask(site.reader(), method, path)

    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    assert method not in answer.headers["Allow"]
    assert {"GET", "POST"} & set(answer.headers["Allow"].split(", "))
    assert "That cannot be done here" in answer.text


@pytest.mark.parametrize("path", ["/v1/nothing", "/access/nothing", "/.well-known/x", "/livez/x"])
def test_what_lies_under_the_paths_of_the_api_is_a_problem_document_even_to_a_browser(
    site: Site, path: str
) -> None:
    token = site.world.token("aud@acme.example", Role.AUDITOR)
    known = {**HTML, "Authorization": f"Bearer {token}"}

    assert ask(site.reader(), "GET", path).mimetype == PROBLEM
    answer = site.browser().see(path, headers=known)
    assert (answer.status_code, answer.mimetype) == (404, PROBLEM)


def test_what_is_nobodys_is_a_problem_document_to_who_reads_no_pages(site: Site) -> None:
    answer = site.reader().see("/nothing", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.mimetype) == (401, PROBLEM)


def test_an_address_with_too_many_slashes_leads_to_the_page(site: Site) -> None:
    answer = ask(site.reader(), "GET", "/policies//proposals")

    assert (answer.status_code, answer.location) == (308, f"{SITE}/policies/proposals")


def test_a_fault_of_the_gate_is_a_page_without_the_fault(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(**_: object) -> str:
        raise KeyError("the secret of the fault")

    browser = site.reader()
    monkeypatch.setitem(site.app.view_functions, "web.dashboards.page", breaks)
    answer = ask(browser, "GET", "/dashboards")

    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "The gate failed" in answer.text
    assert "secret of the fault" not in answer.text
