from __future__ import annotations

from app.adapters.evaluations.rows.pyrit_scorers import PyRITScorersReader
from tests.evidence import one, sample


def test_scorer_metrics_speak_of_the_judge() -> None:
    report = PyRITScorersReader().parse((sample("evals/pyrit/exploits_metrics.jsonl"),))

    row = one(report, "/0/metrics/mean_absolute_error")
    assert row.metric.params["judge"] == "gpt-4o"
    assert (row.dataset.id, row.n) == ("exploits.csv", 80)
    assert row.uncertainty is not None
    assert row.uncertainty.stderr == 0.03673703002421398
