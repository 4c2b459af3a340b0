"""What the fake and the real sources of policies promise alike."""

from __future__ import annotations

import pytest

from app.adapters.engines import policy_folder
from app.adapters.engines.delivery.sources import FolderSources
from app.ports import PolicySources
from tests.contracts.test_policy_engine import POLICIES
from tests.fakes.engine import FakeSources

REVISION = policy_folder.read(POLICIES).revision


@pytest.fixture(params=["fake", "folder"])
def sources(request: pytest.FixtureRequest) -> PolicySources:
    if request.param == "fake":
        return FakeSources({REVISION: b"sources"})
    return FolderSources(POLICIES)


def test_sources_are_given_until_they_are_kept(sources: PolicySources) -> None:
    before = [sources.pending(REVISION) for _ in range(2)]
    sources.kept(REVISION)

    assert before[0] == before[1] is not None
    assert sources.pending(REVISION) is None


def test_there_are_no_sources_of_policies_that_are_not_at_hand(sources: PolicySources) -> None:
    assert sources.pending("sha256:" + "0" * 64) is None
    assert sources.pending(REVISION) is not None
