"""What every test has: the real OPA where there is one, and no network but this machine."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "same each time",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same each time")

pytest_plugins = [
    "pytester",
    "tests.plugins.compiled_once",
    "tests.plugins.garbage",
    "tests.plugins.real_opa",
    "tests.plugins.real_chromium",
    "tests.plugins.real_postgresql",
    "tests.plugins.go_verifier",
    "tests.plugins.oscal_schema",
]


@pytest.fixture(autouse=True)
def _own_digest_cache(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep what commands remember of files out of the home of whoever runs the tests."""
    cache: Path = tmp_path_factory.getbasetemp() / "digests.db"
    monkeypatch.setenv("COUNTERSIGN_DIGEST_CACHE", str(cache))


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Give the process its log back: a gate that a test builds writes to that test's stream."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
