from __future__ import annotations

import json
import re

import pytest

from app.domain.caller import Role
from app.domain.errors import ProofError
from app.domain.log import note, trust
from app.domain.log import receipt as receipts
from app.domain.log.exports.formats import Format
from tests.pages.conftest import Site


def found(page: str) -> list[str]:
    return re.findall(r'<span class="version">([^<]+)</span>', page)


def test_one_line_finds_what_the_api_finds(site: Site) -> None:
    site.decide()
    site.decide(model={"namespace": "acme", "name": "other", "version": "2.0.0"})
    browser = site.reader()

    assert found(browser.see("/decisions").text) == ["2.0.0", "1.4.0"]
    assert found(browser.see("/decisions?q=model:acme/other").text) == ["2.0.0"]
    assert found(browser.see("/decisions?q=-version:2.0.0&outcome=pending").text) == ["1.4.0"]


@pytest.mark.parametrize("query", ["q=unknown:field", "from=yesterday", "cursor=x", "q=%22"])
def test_a_question_that_cannot_be_read_is_explained_in_the_page(site: Site, query: str) -> None:
    answer = site.reader().see(f"/decisions?{query}")

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'type="search"' in answer.text


@pytest.mark.parametrize(
    ("query", "chosen"), [("", "decision"), ("&kind=", ""), ("&kind=approval", "approval")]
)
def test_a_question_that_cannot_be_read_keeps_what_was_chosen(
    site: Site, query: str, chosen: str
) -> None:
    page = site.reader().see(f"/decisions?q=unknown:field{query}").text

    assert re.findall('value="([^"]*)" selected', page.partition('id="kind"')[2]) == [chosen]


def test_pages_do_not_shift_while_others_write(site: Site) -> None:
    for number in range(60):
        site.decide(model={"namespace": "acme", "name": "scorer", "version": f"1.{number}"})
    browser = site.reader()
    first = browser.see("/decisions").text
    site.decide(model={"namespace": "acme", "name": "scorer", "version": "late"})
    following = re.findall(r'href="([^"]+)" rel="next"', first)[0].replace("&amp;", "&")
    second = browser.see(following).text

    assert found(first) == [f"1.{number}" for number in range(59, 34, -1)]
    assert found(second) == [f"1.{number}" for number in range(34, 9, -1)]


def test_a_script_gets_the_list_alone(site: Site) -> None:
    answer = site.reader().see("/decisions", headers={"HX-Request": "true"})

    assert "<html" not in answer.text
    assert "0 found" in answer.text


def test_an_export_is_what_the_filters_find_and_is_recorded(site: Site) -> None:
    site.decide()
    site.decide(model={"namespace": "acme", "name": "other", "version": "2.0.0"})
    browser = site.reader(Role.AUDITOR)
    answer = browser.see("/decisions/export?format=csv&model=acme/other&kind=decision")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.text.count("2.0.0") == 1
    assert "1.4.0" not in answer.text
    assert "Log exported" in browser.see("/decisions?kind=log_exported").text


@pytest.mark.parametrize("form", Format)
def test_every_format_of_an_export_can_be_taken_away(site: Site, form: Format) -> None:
    decision = site.decide()["decision_id"]
    answer = site.reader(Role.AUDITOR).see(f"/decisions/export?format={form}&kind=decision")

    assert answer.headers["Content-Disposition"].startswith(
        f"attachment; filename=decisions.{form}"
    )
    assert decision in answer.text


def test_a_receipt_from_the_page_verifies_offline(site: Site) -> None:
    decision = site.decide()["decision_id"]
    browser = site.reader()
    entry = browser.see(f"/decisions/{decision}/entry").data
    receipt = receipts.parse(browser.see(f"/decisions/{decision}/receipt").text)
    trusted = trust.of_key(note.parse_key(site.world.ports.log.key))

    receipts.verify(receipt, entry, trusted)
    with pytest.raises(ProofError):
        receipts.verify(receipt, entry + b" ", trusted)
    assert json.loads(entry)["decision_id"] == decision


def test_a_decision_names_every_document_that_it_rests_on_and_gives_no_other(site: Site) -> None:
    decision = site.decide()
    browser = site.reader()
    address = f"/decisions/{decision['decision_id']}"
    kept = browser.see(f"{address}/documents/{decision['input_sha256']}")
    other = site.decide(model={"namespace": "acme", "name": "other", "version": "2.0.0"})

    assert json.loads(kept.data)["schema"] == "countersign.dev/policy-input/v1"
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert kept.content_type == "application/octet-stream"
    assert browser.see(f"{address}/documents/{other['input_sha256']}").status_code == 404


def test_the_attestation_is_the_one_of_the_api(site: Site) -> None:
    decision = site.decide()["decision_id"]

    answer = site.reader().see(f"/decisions/{decision}/attestation")

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith('"decision.sigstore.json"')


def test_a_decision_whose_policies_were_not_kept_cannot_be_replayed(site: Site) -> None:
    decision = site.decide()["decision_id"]
    page = f"/decisions/{decision}"

    answer = site.reader(Role.AUDITOR).send(f"{page}/replay", page)

    assert answer.status_code == 200
    assert "It cannot be replayed" in answer.text


def test_a_decision_that_does_not_exist_has_no_page(site: Site) -> None:
    answer = site.reader().see("/decisions/id-none")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_the_state_of_a_mark_is_said_in_words(site: Site) -> None:
    digest = site.decide()["release"]["digest"]
    lead = site.world.token("gail@acme.example", Role.GOVERNANCE_LEAD)
    marked = site.app.test_client().post(
        f"/v1/releases/{digest}/marks",
        json={"state": "under_review", "reason": "drift"},
        headers={"Authorization": f"Bearer {lead}"},
    )
    assert marked.status_code == 201, marked.text
    page = site.reader().see("/decisions?kind=release_marked").text

    assert '<span class="chip">under review</span>' in page
