from __future__ import annotations

import pytest

from app.adapters.evaluations.tables.grouped.flat_metrics import FlatMetricsReader
from app.domain.errors import UnreadableEvidenceError
from tests.evidence import document, one

READER = FlatMetricsReader()


def test_numbers_are_read_with_their_n() -> None:
    report = READER.parse((document("m.json", {"accuracy": 0.9, "n": 100}),))

    (row,) = report.results
    assert (row.value, row.n, row.dataset.id) == (0.9, 100, "unknown")


def test_a_mapping_inside_is_a_data_set() -> None:
    report = READER.parse((document("m.json", {"dev": {"accuracy": 0.9, "count": 100}}),))

    row = one(report, "/dev/accuracy")
    assert (row.dataset.id, row.n) == ("dev", 100)


def test_it_is_never_guessed() -> None:
    assert not READER.sniff((document("m.json", {"accuracy": 0.9, "n": 100}),))


@pytest.mark.parametrize("native", [[], {}, "text", {"n": 3}])
def test_what_holds_no_number_is_refused(native: object) -> None:
    with pytest.raises(UnreadableEvidenceError):
        READER.parse((document("m.json", native),))
