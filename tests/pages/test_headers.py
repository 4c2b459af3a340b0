from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from app.domain.caller import Role
from app.web.assets import assets
from app.web.headers import POLICY
from tests.pages.conftest import Browser, Site
from tests.worlds import World, a_world

LARGEST_PAGE = 200 * 1024
"""Bytes that a page may take with all that it loads, as they are sent."""


def paths(site: Site) -> list[str]:
    decision = site.decide()
    return [
        "/",
        "/decisions",
        "/dashboards",
        "/models",
        "/waivers",
        "/break-glass",
        "/sign-in",
        "/set-up",
        "/policies",
        "/policies/proposals",
        f"/decisions/{decision['decision_id']}",
        f"/releases/{decision['release']['digest']}",
        "/nothing-here-for-sure/",
    ]


@pytest.fixture
def browser(site: Site) -> Browser:
    return site.reader(Role.AUDITOR, Role.SUBMITTER, Role.DATA_SCIENTIST)


def test_no_page_may_run_or_load_anything_but_the_gates_own_files(
    site: Site, browser: Browser
) -> None:
    for path in paths(site)[:-1]:
        answer = browser.see(path)

        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
    assert "unsafe" not in POLICY
    assert "default-src 'none'" in POLICY


def test_nothing_private_is_kept_by_browsers_or_proxies(site: Site, browser: Browser) -> None:
    decision = site.decide()["decision_id"]
    for path in [*paths(site), f"/decisions/{decision}/receipt", "/decisions/export?format=csv"]:
        assert browser.see(path).headers["Cache-Control"] == "no-store"


def test_no_page_holds_a_script_or_a_style_of_its_own(site: Site, browser: Browser) -> None:
    for path in paths(site)[:-1]:
        page = browser.see(path).text

        assert "<style" not in page
        assert not re.search(r"\sstyle=", page)
        assert not re.search(r"\son[a-z]+=", page)
        assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", page))
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def must_be_small(page: TestResponse) -> None:
    """Add a page to the scripts and styles that it names, as they are sent."""
    named = set(re.findall(r'/assets/[0-9a-f]+/([^"]+)"', page.text))
    loaded = [assets()[name].packed for name in named]

    assert loaded
    assert page.status_code == 200
    assert len(page.data) + sum(map(len, loaded)) < LARGEST_PAGE


def test_a_page_with_all_that_it_loads_is_small(site: Site, browser: Browser) -> None:
    for path in paths(site)[:-1]:
        opened = site.browser() if path in ("/sign-in", "/set-up") else browser
        must_be_small(opened.see(path))
    must_be_small(site.reader(Role.OPERATOR).see("/users"))


def test_the_workbench_with_its_editor_is_small(
    open_site: Callable[[World], Site], opa_binary: Path
) -> None:
    author = open_site(a_world(opa=opa_binary)).reader(Role.POLICY_AUTHOR)
    for name in ("vendor/codemirror.js", "rego.js", "bench.js"):
        assert name in assets()
    editor = sum(len(assets()[name].packed) for name in ("vendor/codemirror.js", "rego.js"))
    page = author.see("/policies/draft?path=gate/checks/change/change.rego")

    must_be_small(page)
    assert "Draft" in page.text
    base = sum(len(assets()[name].packed) for name in ("pages.css", "pages.js", "vendor/htmx.js"))
    assert len(page.data) + editor + base + len(assets()["bench.js"].packed) < LARGEST_PAGE


def test_a_release_of_many_files_and_measures_is_a_small_page_still(
    site: Site, browser: Browser
) -> None:
    files = [
        {"path": f"shards/model-{number:05}-of-02000.safetensors", "size": 7, "sha256": "ab" * 32}
        for number in range(2000)
    ]
    results = {f"task_{number}": {"acc,none": 0.5, "f1,none": 0.4} for number in range(300)}
    tables = {"versions": {}, "n-samples": {}, "lm_eval_version": "0.4.13"}
    text = json.dumps({"results": results, **tables})
    report = {"files": [{"name": "results.json", "text": text}], "format": "lm_eval"}
    decision = site.decide(files=files, evaluations=[report])

    must_be_small(browser.see(f"/releases/{decision['release']['digest']}"))
    must_be_small(browser.see(f"/decisions/{decision['decision_id']}"))


def test_a_release_of_many_reports_is_small_as_it_is_sent(site: Site, browser: Browser) -> None:
    tables = {"versions": {}, "n-samples": {}, "lm_eval_version": "0.4.13"}
    reports = [
        {"results": {f"{tool}_{number}": {"acc,none": 0.5} for number in range(200)}, **tables}
        for tool in "abcdef"
    ]
    files = [[{"name": "results.json", "text": json.dumps(report)}] for report in reports]
    decision = site.decide(evaluations=[{"files": one, "format": "lm_eval"} for one in files])
    path = f"/releases/{decision['release']['digest']}"
    sent = browser.see(path, headers={"Accept-Encoding": "gzip"})

    assert len(browser.see(path).data) > LARGEST_PAGE
    assert sent.headers["Content-Encoding"] == "gzip"
    assert int(sent.headers["Content-Length"]) == len(sent.data) < LARGEST_PAGE / 2
    assert "a_199" in gzip.decompress(sent.data).decode()


def test_what_is_taken_away_is_sent_as_it_is(site: Site, browser: Browser) -> None:
    path = f"/decisions/{site.decide()['decision_id']}/entry"

    sent = browser.see(path, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in sent.headers
    assert sent.data == browser.see(path).data


def test_whoever_does_not_take_gzip_gets_a_page_as_it_is(browser: Browser) -> None:
    plain = browser.see("/decisions", headers={"Accept-Encoding": "gzip;q=0, br"})

    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in ", ".join(plain.headers.getlist("Vary"))
    assert "<h1>Decisions</h1>" in plain.text


def test_assets_are_public_and_kept_for_ever_under_their_version(site: Site) -> None:
    browser = site.browser()
    (address,) = re.findall(r'href="(/assets/[0-9a-f]+/pages.css)"', browser.see("/sign-in").text)
    answer = browser.see(address, headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.data == assets()["pages.css"].packed
    assert browser.see(address).data == assets()["pages.css"].content


@pytest.mark.parametrize(
    "path", ["/assets/0/pages.css", "/assets/{}/../templates/home.html", "/assets/{}/missing.js"]
)
def test_no_other_file_is_an_asset(site: Site, path: str) -> None:
    browser = site.browser()
    (version,) = re.findall(r"/assets/([0-9a-f]+)/pages.css", browser.see("/sign-in").text)

    assert browser.see(path.format(version)).status_code == 404
