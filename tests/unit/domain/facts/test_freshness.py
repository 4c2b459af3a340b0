from __future__ import annotations

import pytest

from app.domain.evidence import Run, RunStatus
from app.domain.facts.freshness import age_seconds


def a_run(finished_at: int | None) -> Run:
    return Run(RunStatus.COMPLETE, None, finished_at, None, None, None)


@pytest.mark.parametrize(
    ("finished_at", "age"), [(900, 100), (1000, 0), (1001, None), (None, None)]
)
def test_age_is_told_only_of_a_known_past(finished_at: int | None, age: int | None) -> None:
    assert age_seconds(a_run(finished_at), now=1000) == age
