from __future__ import annotations

import json

import pytest

from app.adapters.evaluations.rows.ragas import RagasReader
from app.domain.evidence import RunStatus
from app.domain.release import Document
from tests.evidence import codes, document


def jsonl(name: str, *rows: object) -> Document:
    return document(name, "".join(json.dumps(row) + "\n" for row in rows))


READER = RagasReader()
ROWS = [
    {"user_input": "q", "response": "a", "faithfulness": score}
    for score in (1.0, 0.5, float("nan"), 0.0)
]


def forms() -> list[Document]:
    columns = {key: {str(i): r[key] for i, r in enumerate(ROWS)} for key in ROWS[0]}
    lines = [
        "user_input,response,faithfulness",
        *(f"q,a,{r['faithfulness']}" for r in ROWS),
    ]
    return [
        document("r.json", ROWS),
        jsonl("r.jsonl", *ROWS),
        document("r.json", columns),
        document("r.csv", "\n".join(lines)),
    ]


def test_a_judge_that_failed_is_counted_in_every_form() -> None:
    for file in forms():
        assert READER.sniff((file,))
        report = READER.parse((file,))
        (row,) = report.results
        assert (row.value, row.n) == (0.5, 3)
        assert row.metric.params["unscored"] == "1"
        assert report.run.status is RunStatus.PARTIAL
        assert "ERRORS_PRESENT" in codes(report)


@pytest.mark.parametrize(
    "file",
    [
        document("r.json", [{"user_input": "q", "response": "a", "house": 1}]),
        document("r.json", [{"faithfulness": 1}]),
        document("r.csv", 'user_input,response,faithfulness\n"torn'),
        document("r.csv", "user_input,response,faithfulness\nq,a\n"),
    ],
)
def test_other_rows_are_not_guessed(file: Document) -> None:
    assert not READER.sniff((file,))
