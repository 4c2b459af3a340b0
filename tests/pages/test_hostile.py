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
from tests.pages.conftest import Site
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
    assert "<td>&lt;script&gt;alert(1)&lt;/script&gt;</td><td>all of it</td>" in release
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
