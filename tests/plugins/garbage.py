"""Python looks for garbage less often while tests run: it took half of the time of many a test.

Nothing that collecting 11,000 tests makes is garbage before the run ends, and looking through
it again took 0.2 s each time. What tests leave is still found, some tests later.
"""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest

THRESHOLDS = (50_000, 10, 10)
"""New objects before a look through the new ones: a gate is some 10,000."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect tests without a look, and leave them out of every later one."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        gc.enable()
