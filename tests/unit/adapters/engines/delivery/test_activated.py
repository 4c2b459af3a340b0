from __future__ import annotations

import pytest

from app.adapters.engines.delivery.activated import ActivatedEngine, FollowedEngine
from app.domain.digest import Digest
from app.domain.errors import PolicyEngineError
from app.domain.rollout.activation import Activation
from app.ports import PolicyEngine
from tests.worlds import a_world


def an_activation(seq: int, revision: str) -> Activation:
    return Activation(revision, Digest.of(revision.encode()), "p-1", seq)


class Named:
    """An engine that can be told from others, and knows whether it was stopped."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_closed = False

    def ping(self) -> str:
        return self.name

    def practice(self) -> None: ...

    def evaluate(self, document: object) -> str:
        del document
        return self.name

    def close(self) -> None:
        self.is_closed = True


class Rig:
    """An activated engine over engines of this test."""

    def __init__(self) -> None:
        self.active: Activation | None = None
        self.started: list[Named] = []
        self.failure: PolicyEngineError | None = None
        self.engine = ActivatedEngine(lambda: self.active, self._start)

    def _start(self, active: Activation | None) -> PolicyEngine:
        if self.failure:
            raise self.failure
        self.started.append(Named(active.revision if active else "folder"))
        return self.started[-1]  # type: ignore[return-value] # it answers with its name


def test_without_an_activation_the_folder_decides() -> None:
    assert Rig().engine.ping() == "folder"


def test_the_latest_activation_decides() -> None:
    rig = Rig()
    rig.active = an_activation(7, "second")

    assert rig.engine.ping() == "second"
    assert rig.engine.ping() == "second"
    assert [engine.name for engine in rig.started] == ["folder", "second"]


def test_who_was_told_a_practice_is_judged_by_the_same_policies() -> None:
    rig = Rig()
    rig.engine.practice()
    rig.active = an_activation(7, "second")

    assert [str(rig.engine.evaluate({})) for _ in range(2)] == ["folder", "second"]
    assert not rig.started[0].is_closed


def test_an_engine_is_stopped_with_the_change_after_the_one_that_replaced_it() -> None:
    rig = Rig()
    for seq in (7, 9):
        rig.active = an_activation(seq, f"at {seq}")
        rig.engine.ping()

    assert [engine.is_closed for engine in rig.started] == [True, False, False]


def test_activated_policies_that_cannot_run_are_an_error_and_not_the_old_ones() -> None:
    rig = Rig()
    rig.active = an_activation(7, "second")
    rig.failure = PolicyEngineError("cannot run")

    with pytest.raises(PolicyEngineError):
        rig.engine.evaluate({})
    rig.failure = None
    assert rig.engine.ping() == "second"


def test_an_opa_that_has_not_fetched_what_is_active_is_an_error() -> None:
    server = a_world().ports.engine
    here = server.ping()

    def followed(active: Activation | None) -> str:
        return FollowedEngine(server, lambda: active).ping()

    assert followed(None) == here
    assert followed(an_activation(7, here)) == here
    with pytest.raises(PolicyEngineError, match="ask again"):
        followed(an_activation(7, "sha256:other"))
