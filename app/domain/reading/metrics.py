"""The metric registry: what each metric counts, its range, and which way it gets better.

Every tool has its own spelling; policy speaks one. A metric that is not here keeps its own
name, with unit `other` and direction `unknown`: nothing is guessed about it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from app.domain.evidence import Direction, Unit

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """One metric of the registry."""

    id: str
    unit: Unit
    direction: Direction
    low: float
    high: float
    is_proportion: bool
    """Whether a value is a count of yes among n yes-or-no answers."""


def lookup(native_name: str) -> MetricDefinition | None:
    """Find the metric that a tool calls by this name, or None."""
    name = slug(native_name)
    return _BY_ID.get(_ALIASES.get(name, name))


def slug(native_name: str) -> str:
    """Write a name in the registry's spelling: lower case, words joined by one underscore."""
    return _NOT_IN_NAMES.sub("_", native_name.lower()).strip("_")[:LONGEST_NAME]


def _metrics(  # noqa: PLR0913 - one row of the registry, written as a row
    names: str,
    unit: Unit,
    direction: Direction,
    low: float = 0.0,
    high: float = 1.0,
    *,
    proportion: bool = False,
) -> list[MetricDefinition]:
    return [
        MetricDefinition(name, unit, direction, low, high, proportion) for name in names.split()
    ]


_UP, _DOWN, _OPEN = Direction.HIGHER, Direction.LOWER, Direction.UNKNOWN
_REGISTRY: tuple[MetricDefinition, ...] = (
    *_metrics(
        "accuracy accuracy_norm exact_match quasi_exact_match recall true_positive_rate"
        " true_negative_rate pass_rate pass_at_1 mc1 win_rate",
        Unit.FRACTION,
        _UP,
        proportion=True,
    ),
    *_metrics(
        "precision f1 balanced_accuracy roc_auc average_precision jaccard iou rouge1 rouge2"
        " rougel rougelsum mc2 ndcg map mrr hit_rate faithfulness answer_relevancy"
        " context_precision context_recall bert_score em_norm",
        Unit.FRACTION,
        _UP,
    ),
    *_metrics(
        "attack_success_rate false_positive_rate false_negative_rate error_rate",
        Unit.FRACTION,
        _DOWN,
        proportion=True,
    ),
    *_metrics("selection_rate refusal_rate", Unit.FRACTION, _OPEN, proportion=True),
    *_metrics("pct_stereotype", Unit.FRACTION, Direction.TARGET, proportion=True),
    *_metrics("hallucination toxicity bias", Unit.FRACTION, _DOWN),
    *_metrics("wer cer ter mer", Unit.FRACTION, _DOWN, 0.0, math.inf),
    *_metrics(
        "brier_score ece mce demographic_parity_difference equalized_odds_difference"
        " equal_opportunity_difference",
        Unit.FRACTION,
        _DOWN,
    ),
    *_metrics(
        "demographic_parity_ratio equalized_odds_ratio equal_opportunity_ratio",
        Unit.FRACTION,
        _UP,
    ),
    *_metrics("mcc cohen_kappa pearson spearman", Unit.SCORE, _UP, -1.0, 1.0),
    *_metrics("r2", Unit.SCORE, _UP, -math.inf, 1.0),
    *_metrics("bleu chrf sacrebleu", Unit.SCORE, _UP, 0.0, 100.0),
    *_metrics("mean_reward", Unit.SCORE, _UP, -math.inf, math.inf),
    *_metrics(
        "log_loss loss perplexity word_perplexity byte_perplexity bits_per_byte mse rmse mae"
        " mape likelihood_difference",
        Unit.LOSS,
        _DOWN,
        0.0,
        math.inf,
    ),
    *_metrics("p_value", Unit.P_VALUE, _OPEN),
    *_metrics(
        "count example_count support true_positives true_negatives false_positives false_negatives",
        Unit.COUNT,
        _OPEN,
        0.0,
        math.inf,
    ),
    *_metrics("latency inference_time runtime", Unit.SECONDS, _DOWN, 0.0, math.inf),
)
_BY_ID = {metric.id: metric for metric in _REGISTRY}
_ALIASES = {
    "acc": "accuracy",
    "accuracy_score": "accuracy",
    "acc_norm": "accuracy_norm",
    "em": "exact_match",
    "tpr": "true_positive_rate",
    "tnr": "true_negative_rate",
    "fpr": "false_positive_rate",
    "fnr": "false_negative_rate",
    "specificity": "true_negative_rate",
    "sensitivity": "recall",
    "recall_score": "recall",
    "precision_score": "precision",
    "f1_score": "f1",
    "f_score": "f1",
    "fscore": "f1",
    "balanced_accuracy_score": "balanced_accuracy",
    "auc": "roc_auc",
    "auroc": "roc_auc",
    "roc_auc_score": "roc_auc",
    "average_precision_score": "average_precision",
    "precision_recall_auc": "average_precision",
    "asr": "attack_success_rate",
    "pass_1": "pass_at_1",
    "rouge_1": "rouge1",
    "rouge_2": "rouge2",
    "rouge_l": "rougel",
    "rouge_lsum": "rougelsum",
    "ppl": "perplexity",
    "matthews_corrcoef": "mcc",
    "matthews_correlation": "mcc",
    "kappa": "cohen_kappa",
    "cohen_kappa_score": "cohen_kappa",
    "pearsonr": "pearson",
    "spearmanr": "spearman",
    "brier": "brier_score",
    "brier_score_loss": "brier_score",
    "expected_calibration_error": "ece",
    "maximum_calibration_error": "mce",
    "r2_score": "r2",
    "mean_squared_error": "mse",
    "root_mean_squared_error": "rmse",
    "mean_absolute_error": "mae",
    "mean_abs_error": "mae",
    "mean_absolute_percentage_error": "mape",
    "cross_entropy": "log_loss",
    "eval_loss": "loss",
    "word_error_rate": "wer",
    "character_error_rate": "cer",
    "sacre_bleu": "sacrebleu",
}
