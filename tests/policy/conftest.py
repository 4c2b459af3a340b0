"""Every test of the policies runs on the real OPA."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.opa import Policies


@pytest.fixture(scope="session", autouse=True)
def policies(opa_binary: Path) -> Policies:  # noqa: ARG001 - without OPA these tests cannot run
    return Policies()
