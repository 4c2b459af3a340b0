from __future__ import annotations

import pytest

from app.domain.approvals.standing import Vote
from app.domain.caller import Role
from app.domain.entry import Kind
from app.domain.errors import StoreError
from app.gate.submissions import acts, concerned
from tests.builders import a_caller
from tests.versions import decided, digest
from tests.worlds import World, a_world

ADA = a_caller("ada", Role.DATA_SCIENTIST)


def test_an_act_whose_releases_are_not_found_just_now_is_recorded_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world: World = a_world()
    decided(world, "1.0.0")

    def fail(*_: object) -> None:
        raise StoreError("the log did not answer")

    monkeypatch.setattr(concerned, "by_vote", fail)
    act = acts.vote(digest("1.0.0"), Vote.VETO, "", ADA, world.ports, None)

    assert world.ports.log.find(act.entry.id, Kind.APPROVAL) is not None
    assert (act.again.decided, act.again.is_all) == ((), False)
