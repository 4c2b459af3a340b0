from __future__ import annotations

import pytest

from app.domain.caller import Role
from app.domain.errors import NotFoundError
from app.domain.models.lineage import Edge
from app.domain.models.version import BaseModel
from app.domain.release import ModelVersion
from app.gate.models import trace
from tests.builders import a_caller, a_scope
from tests.versions import DEPLOYER, named, registered
from tests.worlds import World, a_world

LLAMA = BaseModel("meta/llama", "abc", "finetune")


@pytest.fixture
def world() -> World:
    """1.1.0 follows 1.0.0, which was made from a model of others; 2.0.0 from 1.1.0."""
    world = a_world()
    registered(world, "1.0.0", base_models=(LLAMA,))
    registered(world, "1.1.0", parent="1.0.0")
    registered(world, "2.0.0", base_models=(BaseModel("acme/scorer", "1.1.0", "quantized"),))
    return world


FIRST = Edge("acme/scorer:1.0.0", "meta/llama:abc", "finetune", is_exact=True)
SECOND = Edge("acme/scorer:1.1.0", "acme/scorer:1.0.0", "parent", is_exact=True)
THIRD = Edge("acme/scorer:2.0.0", "acme/scorer:1.1.0", "quantized", is_exact=True)


def test_a_version_is_followed_both_ways(world: World) -> None:
    found = trace.lineage(named("1.1.0"), DEPLOYER, world.ports)

    assert (found.up, found.down) == ((SECOND, FIRST), (THIRD,))
    assert found.is_whole


def test_what_is_built_on_a_model_of_others_is_told_all_the_way_down(world: World) -> None:
    assert trace.built_on("meta/llama", "abc", DEPLOYER, world.ports).down == (FIRST, SECOND, THIRD)
    assert trace.built_on("meta/llama", None, DEPLOYER, world.ports).down == (FIRST, SECOND, THIRD)


def test_another_revision_of_the_base_has_no_children(world: World) -> None:
    assert trace.built_on("meta/llama", "def", DEPLOYER, world.ports).down == ()
    assert trace.built_on("meta/llam", None, DEPLOYER, world.ports).down == ()


def test_a_child_that_named_no_revision_may_be_built_on_any(world: World) -> None:
    registered(world, "3.0.0", base_models=(BaseModel("meta/llama", None, None),))

    found = trace.built_on("meta/llama", "def", DEPLOYER, world.ports)

    assert found.down == (Edge("acme/scorer:3.0.0", "meta/llama", None, is_exact=False),)


def test_a_circle_is_walked_once() -> None:
    world = a_world()
    registered(world, "1.0.0", base_models=(BaseModel("acme/scorer", "2.0.0", None),))
    registered(world, "2.0.0", base_models=(BaseModel("acme/scorer", "1.0.0", None),))

    found = trace.lineage(named("1.0.0"), DEPLOYER, world.ports)

    assert [edge.base for edge in found.up] == ["acme/scorer:2.0.0", "acme/scorer:1.0.0"]
    assert [edge.child for edge in found.down] == ["acme/scorer:2.0.0", "acme/scorer:1.0.0"]


def test_where_there_is_too_much_the_answer_says_that_it_is_not_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "MOST_EDGES", 2)

    found = trace.built_on("meta/llama", "abc", DEPLOYER, world.ports)

    assert (found.down, found.is_whole) == ((FIRST, SECOND), False)


def test_a_version_that_nobody_registered_has_no_lineage(world: World) -> None:
    with pytest.raises(NotFoundError):
        trace.lineage(named("7.0.0"), DEPLOYER, world.ports)


def test_versions_of_other_projects_are_not_told(world: World) -> None:
    other = ModelVersion("globex", "copy", "1.0.0")
    registered(world, "9.0.0", model=other, base_models=(LLAMA,))
    theirs = a_caller("sam", Role.AUDITOR, scope=a_scope("globex"))

    found = trace.built_on("meta/llama", None, theirs, world.ports)

    assert [edge.child for edge in found.down] == ["globex/copy:1.0.0"]
    with pytest.raises(NotFoundError):
        trace.lineage(named("1.0.0"), theirs, world.ports)


def test_what_another_project_made_its_base_from_is_not_told(world: World) -> None:
    other = ModelVersion("globex", "copy", "1.0.0")
    registered(world, "9.0.0", model=other, base_models=(BaseModel("acme/scorer", "1.0.0", None),))
    theirs = a_caller("sam", Role.AUDITOR, scope=a_scope("globex"))

    found = trace.lineage(other, theirs, world.ports)

    assert [edge.base for edge in found.up] == ["acme/scorer:1.0.0"]
