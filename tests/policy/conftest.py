from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.opa import Policies


@pytest.fixture(scope="session")
def policies(opa_binary: Path) -> Policies:
    """Give the shipped policies, evaluated by the real OPA."""
    return Policies(opa=opa_binary)
