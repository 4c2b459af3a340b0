from __future__ import annotations

import pytest

from tests.policy.opa import Policies


@pytest.fixture(scope="session")
def policies() -> Policies:
    return Policies()
