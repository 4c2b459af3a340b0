"""What is submitted, said or named is shown as text, whatever it holds."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from app.domain.caller import Role
from app.web.showing import markdown
from tests.api.conftest import a_document
from tests.pages.conftest import SITE, Site
from tests.pages.test_releases import vote

SCRIPT = "<script>alert(1)</script>"
PICTURE = "<img src=x onerror=alert(1)>"
BREAKS_OUT = "\"'><svg onload=alert(1)>"
FORMULA = '=HYPERLINK("https://evil.example")'
HOSTILE = [SCRIPT, PICTURE, BREAKS_OUT, "{{ 7 * 7 }}", "[x](javascript:alert(1))"]

CARD = """---
license: "<script>alert(1)</script>"
language: ["<img src=x onerror=alert(1)>"]
---
# Card <script>alert(1)</script>

<img src=x onerror=alert(1)> [click](javascript:alert(1)) ![p](https://evil.example/p.png)
<https://evil.example/auto> <svg onload=alert(1)>

[a]: javascript:alert(1)

## Intended use

{{ 7 * 7 }} "'><svg onload=alert(1)>

| <b>a</b> | [b](https://evil.example) |
| --- | --- |
| <script>alert(1)</script> | `x` |

```html" onmouseover="alert(1)
<script>alert(1)</script>
```
"""


def a_file(name: str, text: str) -> dict[str, Any]:
    return {"files": [{"name": name, "text": text}]}


def an_evaluation() -> dict[str, Any]:
    results = {SCRIPT: {f"{PICTURE},none": 0.5, "alias": BREAKS_OUT}}
    document = {
        "results": results,
        "n-samples": {SCRIPT: {"original": 10, "effective": 10}},
        "versions": {SCRIPT: 1.0},
        "configs": {},
        "n-shot": {},
        "higher_is_better": {},
        "model_name": BREAKS_OUT,
        "lm_eval_version": SCRIPT,
    }
    return {**a_file("results.json", json.dumps(document)), "format": "lm_eval"}


def a_hostile_release(site: Site) -> dict[str, Any]:
    files = [
        {"path": f"{path}", "size": 7, "sha256": "ab" * 32}
        for path in ("<script>alert(1)<", "x onerror=alert(1).bin", '"><svg onload=alert(1)>')
    ]
    return site.decide(
        files=files,
        model_card=a_file("README.md", CARD),
        evaluations=[an_evaluation()],
        bundles=[{"name": "<script>.json", "text": SCRIPT}],
        change_note=SCRIPT,
    )


def elements(page: str) -> list[str]:
    """Read the tags as a browser would, attributes and all."""
    return re.findall(r"<[a-zA-Z][^>]*>", page)


def must_hold_no_markup_of_theirs(page: str) -> None:
    for tag in elements(page):
        assert not re.search(r"\son[a-z]+\s*=", re.sub(r'"[^"]*"', '""', tag)), tag
        assert not tag.startswith(("<svg onload", "<img src=x", "<b>", "<script>")), tag
        assert 'href="javascript' not in tag
        assert "evil.example" not in re.sub(r'(?:title|value|content)="[^"]*"', "", tag)
    assert "<script>alert" not in page


def test_a_hostile_release_is_shown_as_text(site: Site) -> None:
    decision = a_hostile_release(site)
    browser = site.reader(Role.DATA_SCIENTIST, subject=f"ada {SCRIPT}")
    vote(browser, decision, comment=f"{SCRIPT}{PICTURE}{BREAKS_OUT}")
    release = browser.see(f"/releases/{decision['release']['digest']}").text

    for path in ("/", "/decisions", f"/decisions/{decision['decision_id']}"):
        must_hold_no_markup_of_theirs(browser.see(path).text)
    must_hold_no_markup_of_theirs(release)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in release
    assert '<td title="&lt;img src=x onerror=alert(1)&gt;">' in release
    assert '>&lt;script&gt;alert(1)&lt;/script&gt;</td><td data-label="Part">all of it' in release
    assert "{{ 7 * 7 }}" in release
    assert "[click](javascript:alert(1))" in release


@pytest.mark.parametrize("line", HOSTILE)
def test_a_hostile_question_is_shown_as_text(site: Site, line: str) -> None:
    browser = site.reader()
    for name in ("q", "model", "stage", "from", "kind", "outcome", "cursor"):
        must_hold_no_markup_of_theirs(browser.see("/decisions", query_string={name: line}).text)


@pytest.mark.parametrize("path", ["/decisions/{}", "/releases/{}", "/sign-in?to=/{}"])
@pytest.mark.parametrize("line", HOSTILE)
def test_a_hostile_address_is_shown_as_text(site: Site, path: str, line: str) -> None:
    must_hold_no_markup_of_theirs(site.reader().see(path.format(line)).text)
    must_hold_no_markup_of_theirs(site.browser().see(path.format(line)).text)


def test_a_hostile_actor_is_no_formula_in_a_spreadsheet(site: Site) -> None:
    decision = site.decide()
    vote(site.reader(Role.DATA_SCIENTIST, subject=FORMULA), decision)
    exported = site.reader(Role.AUDITOR).see("/decisions/export?format=csv&kind=approval").text

    cells = [cell for row in csv.reader(io.StringIO(exported)) for cell in row]
    assert any(FORMULA in cell for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_a_hostile_decision_is_plain_text_in_markdown(site: Site) -> None:
    hostile = {"namespace": "acme", "name": "scorer", "version": "1.4.0"}
    decision = site.decide(model=hostile)["decision_id"]
    browser = site.reader()
    written = browser.see(f"/decisions/{decision}/report").text

    page = MarkdownIt("commonmark").enable("table").render(written)
    assert {tag.split()[0].strip("<>") for tag in elements(page)} <= {"h1", "h2", "ul", "li"}
    assert "acme/scorer 1.4.0" in page


def test_a_hostile_document_is_given_as_a_file_that_no_browser_opens(site: Site) -> None:
    decision = a_hostile_release(site)
    address = f"/decisions/{decision['decision_id']}/documents/{decision['evidence']['model_card']}"
    answer = site.reader().see(address)

    assert answer.content_type == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")


UNSEEN = "\u202egnp.exe\u202c\u200bx\ufeff"
SHOWN = "[U+202E]gnp.exe[U+202C][U+200B]x[U+FEFF]"
VERY_LONG = "w" * 3000
WORST = f"{SCRIPT}{BREAKS_OUT}[x](javascript:alert(1)){UNSEEN}"


def test_what_nobody_sees_is_shown_by_its_number(site: Site) -> None:
    decision = site.decide(change_note=WORST)
    browser = site.reader(Role.DATA_SCIENTIST, subject=f"ada{UNSEEN}")
    vote(browser, decision, comment=f"{WORST}\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")
    release = browser.see(f"/releases/{decision['release']['digest']}").text
    addresses = ("/", "/decisions?kind=", f"/decisions?kind=&q={WORST}", f"/releases/{WORST}")

    assert f"ada{SHOWN}" in release
    assert release.count(SHOWN) > 1
    assert "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645" in release
    for page in (release, *(browser.see(address).text for address in addresses)):
        assert not re.search("[\u200b\u202a-\u202e\u2066-\u2069\ufeff]", page)
        must_hold_no_markup_of_theirs(page)


@pytest.mark.parametrize("text", [WORST, VERY_LONG])
def test_a_waiver_and_an_emergency_say_hostile_things_as_text(site: Site, text: str) -> None:
    asked = {"codes": text, "model": text, "stage": text, "reason": text, "ticket": text}
    for path, role in (("/waivers", Role.SUBMITTER), ("/break-glass", Role.BREAK_GLASS)):
        answer = site.reader(role).send(path, path, release_digest=text, hours=text, **asked)

        assert answer.status_code == 422
        must_hold_no_markup_of_theirs(answer.text)


@pytest.mark.parametrize("name", [WORST, VERY_LONG, "", "\u202eada", "ad\u200ba"])
def test_a_user_of_a_hostile_name_is_not_added(site: Site, name: str) -> None:
    answer = site.reader(Role.OPERATOR).send("/users", "/users", name=name, role="auditor")

    assert answer.status_code == 422
    must_hold_no_markup_of_theirs(answer.text)


@pytest.mark.parametrize("part", ["namespace", "name", "version"])
@pytest.mark.parametrize("text", [SCRIPT, UNSEEN, VERY_LONG, "[x](javascript:alert(1))"])
def test_a_model_of_a_hostile_name_is_not_taken(site: Site, part: str, text: str) -> None:
    model = {"namespace": "acme", "name": "scorer", "version": "1.4.0", part: text}
    token = site.world.token("ci@acme.example", Role.SUBMITTER)
    answer = site.app.test_client().post(
        "/v1/decisions", json=a_document(model=model), headers={"Authorization": f"Bearer {token}"}
    )

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\n", "\uff1d", "\uff0b", "\uff20"])
def test_no_subject_is_a_formula_whatever_it_begins_with(site: Site, begins: str) -> None:
    decision = site.decide()
    vote(site.reader(Role.DATA_SCIENTIST, subject=f"{begins}1+1{WORST}"), decision)
    exported = site.reader(Role.AUDITOR).see("/decisions/export?format=csv&kind=approval").text
    rows = list(csv.DictReader(io.StringIO(exported, newline="")))

    assert [row["actor"] for row in rows] == [f"'{begins}1+1{WORST}"]


def test_every_hostile_text_is_plain_in_markdown() -> None:
    body = {
        "outcome": WORST,
        "decision_id": WORST,
        "seq": 1,
        "at": WORST,
        "submitted_by": WORST,
        "release": {
            "digest": WORST,
            "stage": WORST,
            "risk_tier": WORST,
            "model": dict.fromkeys(("namespace", "name", "version"), WORST),
        },
        "policy": {"revision": WORST},
        "engine": {"name": WORST},
        "reasons": [{"code": WORST, "message": f"{WORST}\n# {WORST}\n- x"}],
        "warnings": [],
    }
    written = markdown.report(body, SITE)
    page = MarkdownIt("commonmark").enable("table").render(written)

    assert {tag.split()[0].strip("<>") for tag in elements(page)} <= {"h1", "h2", "ul", "li"}
    assert not re.search("[\u200b\u202a-\u202e\ufeff]", written)
    assert page.count("<h1>") == 1
