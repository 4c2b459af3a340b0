"""Numbers read off the sample files by hand, and the place of every number checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.adapters.evaluations import READERS
from app.domain.evidence import EvaluationReport
from app.domain.release import Document
from app.ports import ReportReader
from tests.evidence import SAMPLES, document, one, sample

BY_FORMAT = {reader.format: reader for reader in READERS}
OWN_LM_EVAL = "lm_eval/results_2026-11-24T18-26-15.009855.json"
PYTHIA = "lm_eval/pythia_1.4b-deduped_step63000_zero-shot.json"
ARITHMETIC = "inspect/2026-11-24T18-24-18-00-00_arithmetic_RYcqBuBSKtmQuBvMbkFgnZ.json"
ARITHMETIC_EVAL = "inspect/2026-11-24T18-24-22-00-00_arithmetic_QeaLCujtYqyHK535eopMbw.eval"
MULTI = "inspect/2026-11-24T18-33-46-00-00_multi-score_JVFmXQXFSgU5XjjRL87xcr.json"
NAN_REPORT = "sklearn/sklearn_classification_report_nan_seed42.json"
SUBSET = "sklearn/sklearn_classification_report_label_subset_seed42.json"
SUMMARY = "fairlearn/fairlearn_metricframe_summary_seed42.json"
RECORDS = "fairlearn/fairlearn_intersectional_records_seed42.json"
COLUMNS = "fairlearn/fairlearn_by_group_orient_columns_seed42.json"
INDEX = "fairlearn/fairlearn_by_group_orient_index_seed42.json"
DRIFT = "evidently/evidently_drift_with_tests_seed42.json"
CLASSIFICATION = "evidently/evidently_classification_seed42.json"
MLFLOW = "mlflow/evaluate_metrics.json"
MLFLOW_RUN = "mlflow/mlflow_run_to_dictionary_seed42.json"
PROMPTFOO = "promptfoo/promptfoo_a.json"
HELM = "helm/hellaswag_pythia-1b/stats.json"
EEE = "every_eval_ever/hfopenllm_v2_LLaMA-Pro.json"
STS22 = "mteb/STS22.json"
SCORERS = "pyrit/exploits_metrics.jsonl"
BY_HAND = [
    (OWN_LM_EVAL, "lm_eval", "/results/tiny_mc_a/acc,none", 0.3, 60),
    (OWN_LM_EVAL, "lm_eval", "/results/tiny_mc_a/acc_norm,none", 0.25, 60),
    (OWN_LM_EVAL, "lm_eval", "/results/tiny_gen_a/exact_match,flexible-extract", 0.0, 60),
    (OWN_LM_EVAL, "lm_eval", "/results/tiny_ppl_a/word_perplexity,none", 1.6409542647927544, 60),
    (OWN_LM_EVAL, "lm_eval", "/results/tiny_ppl_a/bits_per_byte,none", 0.10207643284402754, 60),
    (PYTHIA, "lm_eval", "/results/piqa/acc", 0.7067464635473341, None),
    (PYTHIA, "lm_eval", "/results/piqa/acc_norm", 0.7013057671381937, None),
    (PYTHIA, "lm_eval", "/results/lambada_openai/ppl", 7.190190632277677, None),
    (PYTHIA, "lm_eval", "/results/arc_easy/acc", 0.5753367003367004, None),
    (ARITHMETIC, "inspect", "/results/scores/0/metrics/accuracy/value", 0.05, 40),
    (ARITHMETIC, "inspect", "/results/scores/0/metrics/low/value", 0.08333333333333333, 12),
    (ARITHMETIC, "inspect", "/results/scores/0/metrics/high/value", 0.03571428571428571, 28),
    (ARITHMETIC_EVAL, "inspect", "/results/scores/0/metrics/accuracy/value", 0.05, 40),
    (MULTI, "inspect", "/results/scores/0/metrics/mean/value", 0.35, 8),
    (MULTI, "inspect", "/results/scores/1/metrics/accuracy/value", 0.5, 8),
    ("lighteval/docs_gpt2_gsm8k.json", "lighteval", "/results/gsm8k|0/em", 0.0, 1),
    (NAN_REPORT, "sklearn_classification_report", "/accuracy", 0.6933333333333334, 75),
    (NAN_REPORT, "sklearn_classification_report", "/virginica/recall", 0.0, 23),
    (NAN_REPORT, "sklearn_classification_report", "/unseen/recall", None, 0),
    (NAN_REPORT, "sklearn_classification_report", "/macro avg/precision", 0.75, 75),
    (SUBSET, "sklearn_classification_report", "/micro avg/recall", 0.9712230215827338, 139),
    (SUMMARY, "fairlearn", "/overall/accuracy", 0.99, 200),
    (SUMMARY, "fairlearn", "/by_group/medium/accuracy", 0.975609756097561, 82),
    (SUMMARY, "fairlearn", "/difference/selection_rate", 0.8665516249640495, None),
    (SUMMARY, "fairlearn", "/demographic_parity_ratio", 0.10193740685543964, None),
    (RECORDS, "fairlearn", "/0/recall", None, None),
    (RECORDS, "fairlearn", "/3/accuracy", 0.9787234043, 47),
    (COLUMNS, "fairlearn", "/selection_rate/large", 0.0983606557, 61),
    (INDEX, "fairlearn", "/large/selection_rate", 0.0983606557, 61),
    (CLASSIFICATION, "evidently", "/metrics/6/value", 0.013333333333333334, None),
    (CLASSIFICATION, "evidently", "/metrics/8/value/1", 0.992, None),
    (DRIFT, "evidently", "/metrics/0/value/share", 0.25, None),
    (DRIFT, "evidently", "/metrics/1/value", 1.4275699621532978e-12, None),
    (MLFLOW, "mlflow", "/accuracy_score", 0.9824561403508771, 171),
    (MLFLOW, "mlflow", "/recall_score", 0.9814814814814815, 108),
    (MLFLOW_RUN, "mlflow", "/data/metrics/val_f1", 0.986046511627907, None),
    (MLFLOW_RUN, "mlflow", "/data/metrics/val_nan", None, None),
    ("flat_metrics/metrics.json", "flat_metrics", "/roc_auc", 0.9986133333333334, 200),
    ("flat_metrics/metrics.json", "flat_metrics", "/log_loss", 0.05813564747051243, 200),
    (PROMPTFOO, "promptfoo", "/results/prompts/0/metrics/testPassCount", 1 / 3, 3),
    (PROMPTFOO, "promptfoo", "/results/prompts/0/metrics/namedScores/factual", 1.0, 2),
    (PROMPTFOO, "promptfoo", "/results/prompts/1/metrics/namedScores/safety", 0.5, 2),
    (HELM, "helm", "/16/mean", 0.3, 10),
    (EEE, "every_eval_ever", "/evaluation_results/2/score_details/score", 0.0249, None),
    (STS22, "mteb", "/test/ar/cos_sim/pearson", 0.05006610360999117, None),
    (STS22, "mteb", "/test/de-en/euclidean/spearman", 0.44038685024247604, None),
    (SCORERS, "pyrit_scorer_metrics", "/0/metrics/mean_absolute_error", 0.3375, 80),
    ("garak/report_test.report.jsonl", "garak", "/lines/19", 0.0, 8),
    ("garak/agg.report.jsonl", "garak", "/lines/13", 0.0, 1),
    (
        "deepeval/test_run_20261124_183002.json",
        "deepeval",
        "/testCases/0/metricsData/0/score",
        (0.22499999999999998 + 0.975 + 0.95 + 0.975 + 0.975 + 0.95) / 6,
        6,
    ),
]
HINTED = frozenset(("fairlearn", "flat_metrics"))
AVERAGED = frozenset(("deepeval", "garak", "promptfoo", "pyrit_scorer_metrics"))
"""Formats whose values are counted up from rows: the place is where the counting begins."""


def read(path: str, format_: str) -> EvaluationReport:
    return BY_FORMAT[format_].parse((sample(f"evals/{path}"),))


@pytest.mark.parametrize(("path", "format_", "at", "value", "n"), BY_HAND)
def test_a_number_is_the_one_in_the_file(
    path: str, format_: str, at: str, value: float | None, n: int | None
) -> None:
    row = one(read(path, format_), at)

    assert row.value == (None if value is None else pytest.approx(value, rel=1e-12))
    assert row.n == n


@pytest.mark.parametrize(("path", "format_"), sorted({row[:2] for row in BY_HAND}))
def test_each_sample_has_its_one_label_or_needs_a_hint(path: str, format_: str) -> None:
    files = (sample(f"evals/{path}"),)
    labels = [reader.format for reader in READERS if reader.sniff(files)]

    assert labels in ([format_], []) if format_ in HINTED else labels == [format_]


def _whole_json() -> list[tuple[Path, ReportReader]]:
    files = [path for path in (SAMPLES / "evals").rglob("*.json") if "inspect" not in str(path)]
    pairs = [(path, reader) for path in files for reader in READERS if _reads(reader, path)]
    return [(path, reader) for path, reader in pairs if reader.format not in AVERAGED]


def _reads(reader: ReportReader, path: Path) -> bool:
    return reader.sniff(_files(path)) or (reader.format in HINTED and reader.format in str(path))


def _files(path: Path) -> tuple[Document, ...]:
    return (document(path.name, path.read_bytes()),)


@pytest.mark.parametrize(("path", "reader"), _whole_json())
def test_every_number_stands_where_the_report_says(path: Path, reader: ReportReader) -> None:
    whole = json.loads(path.read_bytes(), parse_constant=str)

    for row in reader.parse(_files(path)).results:
        found = whole
        for token in row.at.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            found = found[int(key)] if isinstance(found, list) else found[key]
        assert row.value_native == found
