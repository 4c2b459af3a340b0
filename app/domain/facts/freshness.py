"""How old a report is."""

from __future__ import annotations

from app.domain.evidence import Run


def age_seconds(run: Run, now: int) -> int | None:
    """Tell the age of a run's results at `now`; None when it is not known, or lies ahead.

    A report from the future is not fresh: its clock, or its date, was wrong.
    """
    if run.finished_at is None or run.finished_at > now:
        return None
    return now - run.finished_at
