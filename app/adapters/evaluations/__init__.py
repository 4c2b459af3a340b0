"""Evaluation reports: one file a format, each as the tool writes it. No tool is imported."""

from __future__ import annotations

from collections.abc import Sequence

from app.adapters.evaluations.rows import case_scores
from app.adapters.evaluations.rows.deepeval import DeepEvalReader
from app.adapters.evaluations.rows.garak import GarakReader
from app.adapters.evaluations.rows.promptfoo import PromptfooReader
from app.adapters.evaluations.rows.pyrit import PyRITReader
from app.adapters.evaluations.rows.pyrit_scorers import PyRITScorersReader
from app.adapters.evaluations.rows.ragas import RagasReader
from app.adapters.evaluations.scores import helm_instances, inspect_samples
from app.adapters.evaluations.scores.every_eval_ever import EveryEvalEverReader
from app.adapters.evaluations.scores.evidently import EvidentlyReader
from app.adapters.evaluations.scores.helm import HELMReader
from app.adapters.evaluations.scores.inspect_ai import InspectReader
from app.adapters.evaluations.scores.native import NativeReportReader
from app.adapters.evaluations.tables import lm_eval_samples
from app.adapters.evaluations.tables.grouped.fairlearn import FairlearnReader
from app.adapters.evaluations.tables.grouped.flat_metrics import FlatMetricsReader
from app.adapters.evaluations.tables.lighteval import LightevalReader
from app.adapters.evaluations.tables.lm_eval import LMEvalReader
from app.adapters.evaluations.tables.mlflow import MLflowReader
from app.adapters.evaluations.tables.mteb import MTEBReader
from app.adapters.evaluations.tables.sklearn_report import SklearnReportReader
from app.domain.evidence import Scores
from app.domain.release import Document
from app.ports import ReportReader

READERS: tuple[ReportReader, ...] = (
    DeepEvalReader(),
    EveryEvalEverReader(),
    EvidentlyReader(),
    FairlearnReader(),
    FlatMetricsReader(),
    GarakReader(),
    HELMReader(),
    InspectReader(),
    LightevalReader(),
    LMEvalReader(),
    MLflowReader(),
    MTEBReader(),
    NativeReportReader(),
    PromptfooReader(),
    PyRITReader(),
    PyRITScorersReader(),
    RagasReader(),
    SklearnReportReader(),
)
"""Every reader of evaluation reports; the line that makes a format count."""


def scores_by_sample(files: Sequence[Document]) -> tuple[Scores, ...]:
    """Read scores by sample where files hold them.

    They do of lm-evaluation-harness, Inspect, HELM, promptfoo and DeepEval.
    """
    sources = (lm_eval_samples, inspect_samples, helm_instances, case_scores)
    return tuple(scores for source in sources for scores in source.scores(files))
