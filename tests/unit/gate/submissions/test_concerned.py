from __future__ import annotations

import json

import pytest

from app.domain.approvals.standing import Vote
from app.domain.entry import Entry
from app.gate import decide
from app.gate.approvals import voting
from app.gate.submissions import concerned
from tests.builders import a_submission
from tests.versions import LEAD, TEAM, digest, files, named
from tests.worlds import World, a_world


@pytest.fixture
def world() -> World:
    return a_world()


def submitted(world: World, *clusters: str, stage: str = "production") -> str:
    submission = a_submission(
        model=named("1.0.0"), files=files("1.0.0"), stage=stage, clusters=clusters
    )
    return decide.decide(submission, TEAM, world.ports, None).decision_id or ""


def vetoed(world: World) -> Entry:
    return voting.vote(digest("1.0.0"), Vote.VETO, "", LEAD, world.ports, None)


def found(world: World) -> list[str]:
    decisions = concerned.by_vote(vetoed(world), world.ports.log).decisions
    return [json.loads(entry.body)["decision_id"] for entry in decisions]


def test_a_later_decision_takes_the_place_of_an_earlier_one(world: World) -> None:
    submitted(world)

    second = submitted(world)

    assert found(world) == [second]


def test_a_decision_for_other_clusters_stands_beside_it(world: World) -> None:
    first, second = submitted(world, "eu", "us"), submitted(world, "asia")

    assert found(world) == [first, second]


@pytest.mark.parametrize("clusters", [(), ("eu", "us", "asia")], ids=["all", "more"])
def test_one_for_these_clusters_too_takes_its_place(
    world: World, clusters: tuple[str, ...]
) -> None:
    submitted(world, "eu", "us")

    second = submitted(world, *clusters)

    assert found(world) == [second]


def test_each_stage_is_found_in_the_order_of_the_log(world: World) -> None:
    production, staging = submitted(world), submitted(world, stage="staging")

    assert found(world) == [production, staging]
    again = submitted(world)
    assert found(world) == [staging, again]
