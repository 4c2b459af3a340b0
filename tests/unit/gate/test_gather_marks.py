from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.digest import Digest
from app.domain.evidence import BaseModel as CardBase
from app.domain.evidence import CardReading, ModelCard
from app.domain.models.mark import Ancestor, Marks, State
from app.domain.models.version import BaseModel
from app.domain.release import Release, RollbackTarget
from app.gate import gather
from app.gate.models import mark
from tests.builders import a_release
from tests.versions import LEAD, decided, digest, files, named, registered
from tests.worlds import World, a_world, allow


@pytest.fixture
def world() -> World:
    """2.0.0 was made from 1.1.0, which follows 1.0.0."""
    world = a_world()
    registered(world, "1.0.0")
    registered(world, "1.1.0", parent="1.0.0")
    registered(world, "2.0.0", base_models=(BaseModel("acme/scorer", "1.1.0", None),))
    return world


def the_release(version: str, **changes: Any) -> Release:
    return a_release(model=named(version), files=files(version), digest=digest(version), **changes)


def marks(world: World, version: str, card: CardReading | None = None, **changes: Any) -> Marks:
    return gather.marks(the_release(version, **changes), card, world.ports.log)


def marked(world: World, version: str, state: State = State.REVOKED) -> None:
    mark.mark(digest(version), state, "poisoned", LEAD, world.ports, None)


def test_what_nobody_spoke_of_is_clear(world: World) -> None:
    found = marks(world, "1.0.0")

    assert found == Marks(State.CLEAR, None, (), is_whole=True)


def test_a_mark_on_the_release_is_told(world: World) -> None:
    marked(world, "1.0.0", State.UNDER_REVIEW)

    assert marks(world, "1.0.0").release is State.UNDER_REVIEW


def test_a_mark_is_told_of_all_that_was_made_from_it(world: World) -> None:
    marked(world, "1.0.0")

    assert marks(world, "2.0.0").ancestors == (
        Ancestor("acme/scorer:1.1.0", State.CLEAR),
        Ancestor("acme/scorer:1.0.0", State.REVOKED),
    )


def test_a_base_that_only_the_card_names_is_followed_too(world: World) -> None:
    card = a_card_on(CardBase("acme/scorer", None, "1.0.0", None))

    assert marks(world, "7.0.0", card).ancestors == (Ancestor("acme/scorer:1.0.0", State.CLEAR),)


@pytest.mark.parametrize("base_id", ["meta/llama", "no name", "\x00", "acme/scorer:1.0.0|x"])
def test_a_base_that_nobody_registered_has_no_mark(world: World, base_id: str) -> None:
    assert marks(world, "7.0.0", a_card_on(CardBase(base_id, None, "1.0.0", None))).ancestors == ()


def test_a_mark_on_the_rollback_target_is_told(world: World) -> None:
    marked(world, "1.0.0")
    target = RollbackTarget("1.0.0", digest("1.0.0"))

    assert marks(world, "2.0.0", rollback=target).rollback is State.REVOKED


def test_a_line_of_ancestors_that_is_too_long_is_not_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gather, "MOST_ANCESTORS", 1)

    found = marks(world, "2.0.0")

    assert (len(found.ancestors), found.is_whole) == (1, False)


def test_ancestors_in_a_circle_are_followed_once() -> None:
    world = a_world()
    registered(world, "1.0.0", base_models=(BaseModel("acme/scorer", "2.0.0", None),))
    registered(world, "2.0.0", base_models=(BaseModel("acme/scorer", "1.0.0", None),))

    assert [one.label for one in marks(world, "1.0.0").ancestors] == [
        "acme/scorer:2.0.0",
        "acme/scorer:1.0.0",
    ]


def test_policy_reads_what_was_revoked() -> None:
    read: list[Mapping[str, Any]] = []

    def policy(document: Mapping[str, Any]) -> object:
        read.append(document)
        return allow(document)

    world = a_world(policy)
    decided(world, "1.0.0")
    marked(world, "1.0.0")
    decided(world, "1.0.0")

    assert [document["release"]["marks"]["release"] for document in read] == ["clear", "revoked"]


def a_card_on(*bases: CardBase) -> CardReading:
    card = ModelCard(
        format="hugging_face",
        name=None,
        version=None,
        license=None,
        owners=(),
        base_models=bases,
        datasets=(),
        languages=(),
        task=None,
        library=None,
        sections={},
        reported_results=(),
        quality=(),
    )
    return CardReading(Digest.of(b"card"), card)
