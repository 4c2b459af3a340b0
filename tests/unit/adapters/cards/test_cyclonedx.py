from __future__ import annotations

from typing import Any

import pytest

from app.adapters.cards.cyclonedx import CycloneDXCardReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import BaseModel, Dataset, License, ModelCard, SectionState
from tests.evidence import codes, document, one, sample

READER = CycloneDXCardReader()


def a_bom(*components: dict[str, Any], **members: object) -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": list(components),
        **members,
    }


def a_model(**members: object) -> dict[str, Any]:
    return {"type": "machine-learning-model", "name": "m", "bom-ref": "model", **members}


def read(bom: dict[str, Any]) -> ModelCard:
    return READER.parse((document("bom.json", bom),))


@pytest.mark.parametrize("version", ["1.5", "1.6"])
def test_the_specifications_examples_are_read(version: str) -> None:
    files = (sample(f"model_cards/cyclonedx/spec_valid-machine-learning-{version}.json"),)

    card = READER.parse(files)

    assert READER.sniff(files)
    assert (card.name, card.version) == ("CompVis/stable-diffusion", "1.4")
    assert card.datasets == (Dataset("Training Data"),)
    present = {key for key, s in card.sections.items() if s.state is SectionState.PRESENT}
    assert present == {
        "intended_use",
        "limitations",
        "training_data",
        "evaluation",
        "ethical_considerations",
    }


def test_a_card_that_speaks_of_energy_only_has_no_sections() -> None:
    name = "spec_valid-machine-learning-considerations-env-1.7.json"
    card = READER.parse((sample(f"model_cards/cyclonedx/{name}"),))

    assert card.owners == ("Hugging Face", "meta")
    assert {s.state for s in card.sections.values()} == {SectionState.ABSENT}


def test_a_model_without_a_card_is_read_as_far_as_it_goes() -> None:
    card = READER.parse((sample("model_cards/cyclonedx/aibomgen_output_aibom_1.5.json"),))

    assert "CARD_MISSING" in codes(card)
    revisions = {dataset.revision for dataset in card.datasets}
    assert "5dd4d822cab3e20099239bc9d433d587ae3ce00e084d191079dd30b38380b336" in revisions


def test_metrics_are_text_and_their_interval_has_no_level() -> None:
    metric = {
        "type": "accuracy",
        "value": "93.5",
        "confidenceInterval": {"lowerBound": "90", "upperBound": "95.5"},
    }
    model = a_model(modelCard={"quantitativeAnalysis": {"performanceMetrics": [metric]}})

    row = one(
        read(a_bom(model)),
        "/components/0/modelCard/quantitativeAnalysis/performanceMetrics/0/value",
    )

    assert row.value == pytest.approx(0.935)
    assert row.uncertainty is not None
    assert row.uncertainty.ci_low == pytest.approx(0.9)
    assert row.uncertainty.level is None


@pytest.mark.parametrize(
    ("entry", "license_"),
    [
        ({"license": {"id": "MIT"}}, License("MIT", "spdx", None, None)),
        ({"expression": "MIT OR Apache-2.0"}, License("MIT OR Apache-2.0", "spdx", None, None)),
        ({"license": {"name": "House"}}, License("other", "custom", "House", None)),
    ],
)
def test_a_license_is_read(entry: dict[str, Any], license_: License) -> None:
    assert read(a_bom(a_model(licenses=[entry]))).license == license_


def test_ancestors_are_base_models() -> None:
    ancestor = a_model(name="base", group="org", version="2", licenses=[{"license": {"id": "MIT"}}])
    del ancestor["bom-ref"]

    card = read(a_bom(a_model(pedigree={"ancestors": [ancestor]})))

    assert card.base_models == (BaseModel("org/base", "ancestor", "2", "MIT"),)


def test_the_described_component_is_the_model_though_others_are_listed() -> None:
    bom = a_bom(a_model(name="base", **{"bom-ref": "b"}), metadata={"component": a_model()})

    assert read(bom).name == "m"


@pytest.mark.parametrize(
    ("bom", "problem"),
    [
        (a_bom(a_model(), a_model(name="n", **{"bom-ref": "n"})), "2 models"),
        (a_bom(a_model(surprise=1)), "schema"),
        (a_bom(a_model(), specVersion="1.4"), "version"),
        (a_bom(), "0 models"),
    ],
)
def test_a_bom_that_is_not_valid_or_not_of_one_model_is_refused(
    bom: dict[str, Any], problem: str
) -> None:
    with pytest.raises(UnreadableEvidenceError, match=problem):
        read(bom)


@pytest.mark.parametrize("bom", [a_bom(), a_bom({"type": "library", "name": "l"}), [], {}])
def test_a_bom_without_a_model_is_not_sniffed(bom: object) -> None:
    assert not READER.sniff((document("bom.json", bom),))
