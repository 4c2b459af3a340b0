from __future__ import annotations

import pytest

from app.adapters.evaluations.tables.sklearn_report import SklearnReportReader
from app.domain.release import Document
from tests.evidence import codes, document

READER = SklearnReportReader()
PRINTED = """
              precision    recall  f1-score   support

   a b class       0.75      0.60      0.67         5
           1       0.67      0.80      0.73         5

    accuracy                           0.70        10
   macro avg       0.71      0.70      0.70        10
weighted avg       0.71      0.70      0.70        10
"""
ROW = {"precision": 0.75, "recall": 0.6, "f1-score": 0.67, "support": 5.0}
WHOLE = {**ROW, "support": 10.0}
ONE = dict.fromkeys(ROW, 0.7)
BY_LABEL = {"a b class": ROW, "accuracy": ONE, "macro avg": WHOLE, "weighted avg": WHOLE}
BY_COLUMN = {name: {label: row[name] for label, row in BY_LABEL.items()} for name in ROW}
CSV = ",precision,recall,f1-score,support\n" + "".join(
    f"{label},{','.join(str(cell) for cell in row.values())}\n" for label, row in BY_LABEL.items()
)


@pytest.mark.parametrize(
    "file",
    [
        document("report.txt", PRINTED),
        document("report.csv", CSV),
        document("by_label.json", BY_LABEL),
        document("by_column.json", BY_COLUMN),
    ],
    ids=lambda file: str(file.name),
)
def test_a_report_is_read_in_every_form_that_people_keep(file: Document) -> None:
    rows = {row.at: row for row in READER.parse((file,)).results}

    assert READER.sniff((file,))
    recall, accuracy = rows["/a b class/recall"], rows["/accuracy"]
    assert (recall.value, recall.n, recall.slice) == (0.6, 5, {"class": "a b class"})
    assert (accuracy.value, accuracy.n, accuracy.slice) == (0.7, 10, {})
    assert rows["/macro avg/recall"].is_aggregate


def test_printed_numbers_are_told_as_rounded_and_others_are_not() -> None:
    assert "ROUNDED" in codes(READER.parse((document("report.txt", PRINTED),)))
    assert "ROUNDED" not in codes(READER.parse((document("report.csv", CSV),)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "precision recall f1-score support\n",
        PRINTED.replace("0.75", "high"),
        PRINTED.replace("weighted avg", "other"),
        PRINTED + "epoch 2 of 3\n",
        CSV.replace("0.75", "high", 1),
        CSV.replace(",support", ",rows"),
        CSV + "1,2\n",
    ],
)
def test_other_text_is_no_report(text: str) -> None:
    assert not READER.sniff((document("report.txt", text),))
