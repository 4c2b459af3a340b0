from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.errors import NotFoundError, PolicyEngineError
from app.domain.rollout.served import ServedBundle
from app.gate.rollout.agreement import must_run_what_is_handed_out
from tests.builders import a_practice
from tests.contracts.test_policy_engine import VERDICTS
from tests.fakes.engine import FakeEngine


class FakeBundles:
    """Hands out one revision, or nothing."""

    def __init__(self, revision: str | None) -> None:
        self._revision = revision

    def current(self) -> ServedBundle:
        if self._revision is None:
            raise NotFoundError("this gate hands out no bundle")
        return ServedBundle(b"", self._revision)

    def wait_for_other(self, etag: str, limit: timedelta) -> ServedBundle:
        del etag, limit
        return self.current()


def an_engine(revision: str) -> FakeEngine:
    return FakeEngine(lambda _: None, a_practice({}), VERDICTS, revision)


@pytest.mark.parametrize("active", ["sha256:b", "authz=1,gate=sha256:b", "gate=sha256:b,org=2"])
def test_the_same_revision_agrees(active: str) -> None:
    must_run_what_is_handed_out(an_engine(active), FakeBundles("sha256:b"))


@pytest.mark.parametrize("active", ["sha256:a", "sha256:bb", "authz=sha256:c,gate=sha256:a", ""])
def test_another_revision_does_not(active: str) -> None:
    with pytest.raises(PolicyEngineError, match="hands out sha256:b"):
        must_run_what_is_handed_out(an_engine(active), FakeBundles("sha256:b"))


def test_a_gate_that_hands_out_nothing_has_nothing_to_agree_on() -> None:
    must_run_what_is_handed_out(an_engine("sha256:a"), FakeBundles(None))


def test_an_engine_that_does_not_answer_does_not_agree() -> None:
    engine = an_engine("sha256:b")
    engine.stop()

    with pytest.raises(PolicyEngineError):
        must_run_what_is_handed_out(engine, FakeBundles("sha256:b"))
