from __future__ import annotations

import pytest

from app.adapters.cards.model_card_toolkit import ModelCardToolkitReader
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import License, SectionState
from tests.evidence import codes, document, one, sample

READER = ModelCardToolkitReader()


def test_the_second_schema_is_read() -> None:
    card = READER.parse((sample("model_cards/mct/full.json"),))

    assert (card.name, card.version, card.owners) == ("name", "v1.0", ("name1", "name2"))
    assert card.license == License("Apache-2.0", "spdx", None, None)
    assert [dataset.id for dataset in card.datasets] == ["data name"]
    row = one(card, "/quantitative_analysis/performance_metrics/0/value")
    assert (row.value, row.value_native, row.slice) == (0.9, "0.9", {})
    assert row.uncertainty is not None
    assert (row.uncertainty.ci_low, row.uncertainty.level) == (0.85, None)


def test_the_first_schema_is_read() -> None:
    card = READER.parse((sample("model_cards/mct/cats_vs_dogs_v0_0_1.json"),))

    row = one(card, "/quantitative_analysis/performance_metrics/1/value")
    assert (row.value, row.slice) == (0.9932885766029358, {"slice": "cat"})
    assert row.uncertainty is not None
    assert row.uncertainty.ci_high == 1.0
    assert card.license == License("Apache-2.0", "spdx", None, None)
    assert card.sections["limitations"].state is SectionState.PRESENT


def test_a_picture_is_no_description() -> None:
    card = READER.parse((sample("model_cards/mct/cats_vs_dogs_v0_0_1.json"),))

    assert card.sections["training_data"].state is SectionState.ABSENT


def test_own_terms_are_a_license() -> None:
    details = {"name": "m", "licenses": [{"custom_text": "Ask us."}]}
    file = document("card.json", {"model_details": details, "considerations": {}})

    assert READER.parse((file,)).license == License("other", "custom", "Ask us.", None)


def test_an_odd_leaf_is_absent() -> None:
    details = {"name": ["m"], "owners": "me", "version": 3, "licenses": [1]}
    file = document("card.json", {"model_details": details, "considerations": {"users": 7}})

    card = READER.parse((file,))

    assert (card.name, card.owners, card.version, card.license) == (None, (), None, None)
    assert codes(card) == set()


@pytest.mark.parametrize(
    "native",
    [{"model_details": {}}, {"model_details": {}, "considerations": {}, "extra": 1}, [], {"a": 1}],
)
def test_another_document_is_refused(native: object) -> None:
    assert not READER.sniff((document("x.json", native),))
    with pytest.raises(UnreadableEvidenceError):
        READER.parse((document("x.json", native),))


def test_nan_in_a_card_is_refused() -> None:
    file = document("x.json", '{"model_details": {"name": NaN}, "considerations": {}}')

    with pytest.raises(UnreadableEvidenceError, match="NaN"):
        READER.parse((file,))
