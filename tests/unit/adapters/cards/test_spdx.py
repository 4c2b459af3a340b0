from __future__ import annotations

from typing import Any

import pytest

from app.adapters.cards.spdx import SPDXCardReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import BaseModel, License, ModelCard, SectionState
from tests.evidence import document, one, sample

READER = SPDXCardReader()
SAMPLE = sample("model_cards/spdx3/example02_sbom.spdx3.json")


def a_graph(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": list(elements)}


def a_package(**members: object) -> dict[str, Any]:
    return {"type": "ai_AIPackage", "spdxId": "urn:m", "name": "m", **members}


def a_relation(kind: str, target: str) -> dict[str, Any]:
    return {
        "type": "Relationship",
        "spdxId": f"urn:{kind}",
        "from": "urn:m",
        "relationshipType": kind,
        "to": [target],
    }


def read(*elements: dict[str, Any]) -> ModelCard:
    return READER.parse((document("sbom.json", a_graph(*elements)),))


def test_a_real_ai_bom_is_read() -> None:
    card = READER.parse((SAMPLE,))

    assert READER.sniff((SAMPLE,))
    assert card.license == License("CC0-1.0", "spdx", None, None)
    assert [(d.id, d.role) for d in card.datasets] == [
        ("train.txt", "train"),
        ("valid.txt", "train"),
        ("test.txt", "test"),
    ]
    assert card.sections["intended_use"].state is SectionState.PRESENT
    assert card.sections["limitations"].state is SectionState.ABSENT
    row = one(card, "/@graph/20/ai_metric/2/value")
    assert (row.metric.id, row.value, row.value_native) == ("f1", 0.4669192, "0.4669192")


def test_relations_name_owner_license_and_ancestor() -> None:
    card = read(
        a_package(suppliedBy="urn:lab", software_packageVersion="2"),
        {"type": "Organization", "spdxId": "urn:lab", "name": "Lab"},
        {"type": "ai_X", "spdxId": "urn:base", "name": "base", "software_packageVersion": "1"},
        a_relation("descendantOf", "urn:base"),
        a_relation("hasDeclaredLicense", "https://spdx.org/licenses/MIT"),
    )

    assert (card.owners, card.version) == (("Lab",), "2")
    assert card.base_models == (BaseModel("base", "ancestor", "1", None),)
    assert card.license == License("MIT", "spdx", None, None)


@pytest.mark.parametrize(
    "native",
    [a_graph(), a_graph(a_package(), a_package(spdxId="urn:n")), {"@graph": [a_package()]}, []],
)
def test_what_is_not_one_ai_package_is_refused(native: object) -> None:
    with pytest.raises(UnreadableEvidenceError):
        READER.parse((document("sbom.json", native),))
