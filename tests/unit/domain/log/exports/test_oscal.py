from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from app.domain.entry import Draft, Entry, Kind, seal
from app.domain.log import merkle
from app.domain.log.exports import oscal

AT = "2026-11-25T12:00:00.000000Z"
SIGNED = "gate.test/log\n3\nroot\n\n\u2014 gate.test/log signature\n"
MINUTE = 60_000_000
ALLOWED: dict[str, Any] = {
    "outcome": "allow",
    "reasons": [],
    "policy": {"revision": "sha256:1", "checks": ["model_card", "signatures"]},
    "release": {"model": {"version": "1.4.0"}},
}
DENIED: dict[str, Any] = {
    **ALLOWED,
    "outcome": "deny",
    "reasons": [
        {"code": "signatures.missing"},
        {"code": "signatures.missing"},
        {"code": "signatures.untrusted"},
    ],
}


def an_entry(seq: int, body: dict[str, Any], kind: Kind = Kind.DECISION) -> Entry:
    draft = Draft(f"d-{seq}", kind, "ci@acme.example", body, model="acme/scorer", stage="dev")
    at = seq * MINUTE
    return Entry(
        "gate.test/log", seq, draft.id, kind, at, "ci", seal(draft, "gate.test/log", seq, at)
    )


def document(*entries: Entry) -> dict[str, Any]:
    pieces = oscal.assessment_results(entries, SIGNED, AT)
    written: dict[str, Any] = json.loads(b"".join(pieces))["assessment-results"]
    return written


def states(written: dict[str, Any]) -> dict[str, str]:
    return {
        finding["target"]["target-id"]: finding["target"]["status"]["state"]
        for finding in written["results"][0]["findings"]
    }


@pytest.mark.needs_opa
@pytest.mark.parametrize(
    "entries",
    [
        (),
        (an_entry(0, ALLOWED),),
        (an_entry(0, ALLOWED), an_entry(1, DENIED), an_entry(2, {}, Kind.APPROVAL)),
        (an_entry(0, {}),),
    ],
)
def test_what_is_written_fits_the_schema_of_nist(
    oscal_schema: dict[str, Any], entries: tuple[Entry, ...]
) -> None:
    validator = Draft7Validator(oscal_schema)
    written = {"assessment-results": document(*entries)}

    assert [fault.message for fault in validator.iter_errors(written)] == []
    broken = {"assessment-results": {**document(*entries), "uuid": "1"}}
    assert not validator.is_valid(broken)


def test_each_decision_is_an_observation_with_its_place_and_leaf() -> None:
    entry = an_entry(7, DENIED)

    (observation,) = document(entry)["results"][0]["observations"]
    props = {prop["name"]: prop["value"] for prop in observation["props"]}
    assert (props["seq"], props["outcome"]) == ("7", "deny")
    assert props["leaf-sha256"] == merkle.leaf_hash(entry.body).hex()
    assert observation["relevant-evidence"][0]["href"] == "/v1/decisions/d-7/receipt"
    assert observation["collected"] == "1970-01-01T00:07:00.000000Z"


def test_what_is_no_decision_is_no_observation() -> None:
    assert "observations" not in document(an_entry(0, {}, Kind.APPROVAL))["results"][0]


def test_a_check_that_nothing_broke_is_satisfied_and_one_that_something_broke_is_not() -> None:
    written = document(an_entry(0, ALLOWED), an_entry(1, DENIED))

    assert states(written) == {"model_card": "satisfied", "signatures": "not-satisfied"}


def test_a_finding_names_the_decisions_that_broke_its_check_once_each() -> None:
    written = document(an_entry(0, ALLOWED), an_entry(1, DENIED))["results"][0]

    observations = [observation["uuid"] for observation in written["observations"]]
    (finding,) = [f for f in written["findings"] if "related-observations" in f]
    assert finding["related-observations"] == [{"observation-uuid": observations[1]}]
    assert finding["description"].startswith("It ran in 2 decisions; 1 decisions gave")


def test_the_period_is_that_of_the_decisions() -> None:
    written = document(an_entry(1, ALLOWED), an_entry(5, ALLOWED))["results"][0]

    assert written["start"] == "1970-01-01T00:01:00.000000Z"
    assert written["end"] == "1970-01-01T00:05:00.000000Z"


def test_the_same_entries_are_the_same_document() -> None:
    assert document(an_entry(1, DENIED)) == document(an_entry(1, DENIED))
