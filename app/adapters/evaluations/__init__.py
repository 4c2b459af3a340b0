"""Evaluation reports: one file a format, each as the tool writes it. No tool is imported."""

from __future__ import annotations

from app.adapters.evaluations.lm_eval import LMEvalReader
from app.ports import ReportReader

READERS: tuple[ReportReader, ...] = (LMEvalReader(),)
"""Every reader of evaluation reports; the line that makes a format count."""
