from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.caller import Role
from tests.pages.conftest import Browser, Site
from tests.worlds import World, a_world

CHANGE = "gate/checks/change/change.rego"


@pytest.fixture
def author(open_site: Callable[[World], Site], opa_binary: Path) -> Browser:
    return open_site(a_world(opa=opa_binary)).reader(Role.POLICY_AUTHOR)


def work(browser: Browser, do: str, text: str, given: str = "{}") -> str:
    page = "/policies/draft"
    return browser.send(page, page, path=CHANGE, text=text, input=given, do=do).text


def active(site_file: str = CHANGE) -> str:
    from app import shipped  # noqa: PLC0415 - only this builder needs it

    return (shipped.folder("policies") / site_file).read_text()


def test_the_library_tells_what_each_check_is_for(author: Browser) -> None:
    page = author.see("/policies").text

    assert "Whoever approves a release is told what changes with it." in page
    assert "<code>change.note_missing</code>" in page
    assert "gate/thresholds/data.yaml" in page


def test_a_file_is_shown_line_by_line_with_its_authors_words(author: Browser) -> None:
    page = author.see(f"/policies/files/{CHANGE}").text

    assert '<li id="L7"><code>package gate.checks.change</code></li>' in page
    assert 'href="#L16">A change note says what changed</a>' in page


@pytest.mark.parametrize("path", ["gate/none.rego", "../pyproject.toml", "gate/../../x"])
def test_no_other_file_is_shown(author: Browser, path: str) -> None:
    assert author.see(f"/policies/files/{path}").status_code == 404


def test_everyone_reads_and_only_authors_draft(site: Site) -> None:
    auditor = site.reader(Role.AUDITOR)

    assert "Work on a draft" not in auditor.see(f"/policies/files/{CHANGE}").text
    assert auditor.see("/policies").status_code == 200
    assert auditor.see("/policies/draft").status_code == 403


def test_where_there_is_no_opa_the_page_says_what_is_missing(site: Site) -> None:
    page = site.reader(Role.POLICY_AUTHOR).see("/policies").text

    assert "COUNTERSIGN_OPA_BINARY" in page
    assert "Write a new check" not in page


def test_a_draft_is_evaluated_without_scripts_too(author: Browser) -> None:
    page = work(author, "evaluate", active())

    assert "outcome-deny" in page
    assert "lines of this file were evaluated" in page


def test_an_error_is_told_with_its_line(author: Browser) -> None:
    page = work(author, "evaluate", active().replace("not _is_noted", "not _is_notd"))

    assert "This draft does not compile" in page
    assert f'data-path="{CHANGE}"' in page


def test_a_hostile_draft_is_shown_as_text(author: Browser) -> None:
    for do in ("evaluate", "test", "replay"):
        page = work(author, do, "</textarea><script>alert(1)</script>", "<script>alert(1)</script>")

        assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{", "input: "),
        ("[]", "expected a JSON object"),
        (json.dumps({"a": "x" * 200_001}), "most"),
    ],
)
def test_an_input_that_is_none_is_told(author: Browser, given: str, told: str) -> None:
    assert told in work(author, "evaluate", active(), given)


def test_the_draft_is_tried_on_the_newest_input_that_is_not_too_large(
    open_site: Callable[[World], Site], opa_binary: Path
) -> None:
    site = open_site(a_world(opa=opa_binary))
    site.decide(change_note="small enough")
    results = {f"task_{number}": {"acc,none": 0.5} for number in range(600)}
    tables = {"versions": {}, "n-samples": {}, "lm_eval_version": "0.4.13"}
    text = json.dumps({"results": results, **tables})
    report = {"files": [{"name": "results.json", "text": text}], "format": "lm_eval"}
    model = {"namespace": "acme", "name": "scorer", "version": "2.0.0"}
    large = site.decide(model=model, evaluations=[report])
    author = site.reader(Role.POLICY_AUTHOR)
    named = author.see(f"/policies/draft?decision={large['decision_id']}")

    assert "&#34;version&#34;: &#34;1.4.0&#34;" in author.see("/policies/draft").text
    assert named.status_code == 413
    assert "at most 200,000 can be tried on a draft" in named.text


def test_the_tests_are_run_on_the_draft(author: Browser) -> None:
    page = work(author, "test", active().replace("not _is_noted", "_is_noted"))

    assert "gate/checks/change/change_test.rego" in page
    assert " 0 failed" not in page
