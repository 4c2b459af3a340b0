from __future__ import annotations

import pytest

from app.domain.digest import Digest
from app.domain.errors import (
    ForbiddenError,
    InvalidSubmissionError,
    MarkedError,
    NotFoundError,
    VersionConflictError,
)
from app.domain.models import version
from app.domain.models.mark import State
from app.domain.models.version import (
    BaseModel,
    Code,
    Dataset,
    Reproducibility,
    TrainingRun,
)
from app.gate.models import ask, mark, register
from tests.builders import a_caller
from tests.versions import DEPLOYER, LEAD, a_registration, digest, named, registered
from tests.worlds import World, a_world


@pytest.fixture
def world() -> World:
    return a_world()


def test_everything_that_was_said_of_a_version_is_read_back(world: World) -> None:
    registered(world, "1.0.0")
    said = a_registration(
        "1.1.0",
        parent="1.0.0",
        base_models=(BaseModel("meta/base", "abc", "finetune"), BaseModel("b", None, None)),
        training_run=TrainingRun("run-7", "https://runs.example/7"),
        code=Code("https://git.example/scorer", "c" * 40),
        datasets=(Dataset("claims", Digest.of(b"claims"), "train"),),
        changelog="Knows more words.",
        reproducibility=Reproducibility(Digest.of(b"lock"), "make train", 7, "1 GPU", "bitwise"),
    )

    register.register(said, a_caller(), world.ports, None)

    found = ask.version_of(named("1.1.0"), DEPLOYER, world.ports)
    assert found.registration == said
    assert (found.registered_by, found.state) == ("ci@acme.example", State.CLEAR)


def test_the_same_version_with_other_bytes_is_refused_with_both_digests(world: World) -> None:
    registered(world, "1.0.0")

    with pytest.raises(VersionConflictError) as refused:
        registered(world, "1.0.0", release_digest=digest("other"))

    assert digest("1.0.0") in refused.value.message
    assert digest("other") in refused.value.message


def test_the_same_version_with_another_story_is_refused(world: World) -> None:
    registered(world, "1.0.0")

    with pytest.raises(VersionConflictError, match="another story"):
        registered(world, "1.0.0", changelog="Now with a changelog.")


def test_the_very_same_said_again_gives_the_same_entry(world: World) -> None:
    assert registered(world, "1.0.0") == registered(world, "1.0.0")


def test_a_parent_is_registered_before(world: World) -> None:
    with pytest.raises(InvalidSubmissionError, match=r"acme/scorer:0\.9\.0") as refused:
        registered(world, "1.0.0", parent="0.9.0")

    assert refused.value.pointer == "/parent"


def test_no_version_is_its_own_parent(world: World) -> None:
    with pytest.raises(InvalidSubmissionError):
        registered(world, "1.0.0", parent="1.0.0")


def test_the_same_bytes_may_have_two_names(world: World) -> None:
    registered(world, "1.0.0")
    registered(world, "1.0.1", release_digest=digest("1.0.0"))

    assert ask.version_of(named("1.0.1"), DEPLOYER, world.ports).state is State.CLEAR


@pytest.mark.parametrize("state", [State.UNDER_REVIEW, State.REVOKED])
def test_marked_bytes_get_no_other_name(world: World, state: State) -> None:
    registered(world, "1.0.0")
    mark.mark(digest("1.0.0"), state, "leaked data", LEAD, world.ports, None)

    with pytest.raises(MarkedError):
        registered(world, "1.0.1", release_digest=digest("1.0.0"))


def test_only_a_submitter_registers(world: World) -> None:
    with pytest.raises(ForbiddenError):
        register.register(a_registration(), DEPLOYER, world.ports, None)


def test_a_version_that_nobody_registered_is_not_found(world: World) -> None:
    with pytest.raises(NotFoundError, match=r"acme/scorer:1\.0\.0"):
        ask.version_of(named("1.0.0"), DEPLOYER, world.ports)


def test_models_and_versions_are_listed_by_name(world: World) -> None:
    registered(world, "1.1.0")
    registered(world, "1.0.0")

    page = ask.versions("acme/scorer", DEPLOYER, world.ports, limit=1)
    rest = ask.versions("acme/scorer", DEPLOYER, world.ports, after=page.next_after or "")

    assert [v.registration.model.version for v in page.versions] == ["1.0.0"]
    assert [v.registration.model.version for v in rest.versions] == ["1.1.0"]
    assert rest.next_after is None
    (model,) = ask.models(DEPLOYER, world.ports).models
    assert (model.name, model.newest) == ("acme/scorer", "1.0.0")
    assert ask.models(DEPLOYER, world.ports, after="acme/scorer").models == ()


@pytest.mark.parametrize("text", ["acme/scorer", "scorer:1.0", "/scorer:1.0", "acme/scorer:"])
def test_what_is_no_label_of_a_version_is_none(text: str) -> None:
    assert version.split(text) is None


def test_a_label_is_read_as_it_is_written() -> None:
    assert version.split(version.label(named("1.0.0"))) == named("1.0.0")
