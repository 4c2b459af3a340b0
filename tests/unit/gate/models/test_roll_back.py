from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.caller import Caller, Role
from app.domain.digest import Digest
from app.domain.entry import Idempotency, Kind
from app.domain.errors import (
    ForbiddenError,
    MarkedError,
    MovedError,
    RollbackRefusedError,
    VerifierError,
)
from app.domain.finding import Signer
from app.domain.log.contention import Expected
from app.domain.models.mark import State
from app.domain.models.pointer import Pointer
from app.gate.models import ask, mark, promote, roll_back
from tests.builders import a_caller, a_signer
from tests.fakes.signatures import Told
from tests.fakes.stores import InMemoryDocuments
from tests.versions import (
    DEPLOYER,
    LEAD,
    MODEL,
    bundle,
    decided,
    digest,
    promoted,
    promotion,
    registered,
    rollback,
    rolled_back,
)
from tests.worlds import World, a_world


@pytest.fixture
def world() -> World:
    """A stage on which 1.2.0 followed 1.1.0, which followed 1.0.0."""
    world = a_world()
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        promoted(world, version)
    return world


def current(world: World) -> Pointer:
    return ask.stage(MODEL, "production", DEPLOYER, world.ports)


def resigned(world: World, version: str, signer: Signer | None = None) -> None:
    """Let the bundle of a version be signed by another, or by nobody."""
    told = world.signatures.told.pop(Digest.of(bundle(version)))
    if signer is not None:
        world.signatures.tell(bundle(version), replace(told, signer=signer))


def test_a_rollback_goes_to_the_version_before_and_says_who_and_why(world: World) -> None:
    moved = rolled_back(world)

    assert (moved.kind, moved.version, moved.previous) == (Kind.ROLLED_BACK, "1.1.0", "1.2.0")
    assert (moved.by, moved.note) == ("cd@acme.example", "errors doubled")
    assert current(world) == moved


def test_a_rollback_rests_on_the_decision_that_once_allowed_its_target(world: World) -> None:
    first, second, _ = ask.stage_history(MODEL, "production", DEPLOYER, world.ports)

    assert rolled_back(world, "1.0.0").decision_id == first.decision_id
    assert second.decision_id != first.decision_id


def test_it_works_while_the_policy_engine_is_broken(world: World) -> None:
    world.engine.stop()

    assert rolled_back(world).version == "1.1.0"


def test_it_works_after_the_allow_ran_out_and_was_turned_down(world: World) -> None:
    world.clock.advance(world.ports.validity.total_seconds() * 2)

    assert rolled_back(world).version == "1.1.0"


def test_a_rollback_is_not_rolled_back_by_itself(world: World) -> None:
    rolled_back(world)

    with pytest.raises(RollbackRefusedError, match="name the version"):
        rolled_back(world)

    assert current(world).version == "1.1.0"


def test_somebody_may_go_further_back_by_name(world: World) -> None:
    rolled_back(world)

    assert rolled_back(world, "1.0.0").version == "1.0.0"


def test_what_was_rolled_back_from_is_no_place_to_go_back_to(world: World) -> None:
    rolled_back(world)

    with pytest.raises(RollbackRefusedError, match="itself rolled back from"):
        rolled_back(world, "1.2.0")


def test_what_was_promoted_again_is_known_to_be_good_again(world: World) -> None:
    rolled_back(world)
    promote.promote(promotion("1.2.0"), DEPLOYER, world.ports, None)
    promoted(world, "1.3.0")

    assert rolled_back(world).version == "1.2.0"


def test_the_version_before_is_the_last_one_that_did_not_fail(world: World) -> None:
    rolled_back(world)
    promoted(world, "1.3.0")

    assert rolled_back(world).version == "1.1.0"


def test_what_was_never_on_the_stage_is_not_rolled_back_to(world: World) -> None:
    registered(world, "0.9.0")
    decided(world, "0.9.0")

    with pytest.raises(RollbackRefusedError, match="never on this stage"):
        rolled_back(world, "0.9.0")


def test_what_is_there_is_not_rolled_back_to(world: World) -> None:
    with pytest.raises(RollbackRefusedError, match="already"):
        rolled_back(world, "1.2.0")


@pytest.mark.parametrize("count", [0, 1])
def test_without_a_version_before_there_is_nowhere_to_go(count: int) -> None:
    world = a_world()
    for version in ("1.0.0", "1.1.0")[:count]:
        promoted(world, version)

    with pytest.raises(RollbackRefusedError):
        rolled_back(world)


@pytest.mark.parametrize("state", [State.UNDER_REVIEW, State.REVOKED])
def test_a_marked_release_is_not_rolled_back_to(world: World, state: State) -> None:
    mark.mark(digest("1.1.0"), state, "poisoned", LEAD, world.ports, None)

    with pytest.raises(MarkedError):
        rolled_back(world)

    assert current(world).version == "1.2.0"


def test_a_marked_release_is_rolled_back_from(world: World) -> None:
    mark.mark(digest("1.2.0"), State.REVOKED, "poisoned", LEAD, world.ports, None)

    assert rolled_back(world).version == "1.1.0"


def test_a_signature_that_no_longer_verifies_stops_the_rollback(world: World) -> None:
    resigned(world, "1.1.0")

    with pytest.raises(RollbackRefusedError, match="no longer verifies"):
        rolled_back(world)


def test_the_signature_of_another_is_not_the_one_that_was_allowed(world: World) -> None:
    resigned(world, "1.1.0", a_signer(identity="https://elsewhere.example"))

    with pytest.raises(RollbackRefusedError, match="no longer verifies"):
        rolled_back(world)


def test_a_trust_root_that_got_a_new_key_keeps_the_signature(world: World) -> None:
    resigned(world, "1.1.0", a_signer(trust_root_sha256=Digest.of(b"a newer root")))

    assert rolled_back(world).version == "1.1.0"


def test_a_signature_that_now_covers_less_stops_the_rollback(world: World) -> None:
    world.signatures.tell(bundle("1.1.0"), Told(a_signer(), 1_764_000_000, {}))

    with pytest.raises(RollbackRefusedError, match="no longer verifies"):
        rolled_back(world)


def test_what_was_allowed_without_a_signature_is_not_rolled_back_to() -> None:
    world = a_world()
    registered(world, "1.0.0")
    decided(world, "1.0.0", is_signed=False)
    promote.promote(promotion("1.0.0"), DEPLOYER, world.ports, None)
    promoted(world, "1.1.0")

    with pytest.raises(RollbackRefusedError, match="without a signature"):
        rolled_back(world)


def test_without_anything_to_verify_against_nothing_is_rolled_back(world: World) -> None:
    world.signatures.is_down = True

    with pytest.raises(VerifierError):
        rolled_back(world)


@pytest.mark.parametrize(
    "caller",
    [a_caller(role.value, role) for role in Role if role is not Role.DEPLOYER],
    ids=lambda caller: str(caller.subject),
)
def test_only_a_deployer_rolls_back(world: World, caller: Caller) -> None:
    with pytest.raises(ForbiddenError, match="deployer"):
        roll_back.roll_back(rollback(), caller, world.ports, None)


def test_whoever_saw_an_earlier_pointer_rolls_nothing_back(world: World) -> None:
    seen = ask.stage_history(MODEL, "production", DEPLOYER, world.ports)[0].seq

    asked = rollback(expected=Expected(seen))
    with pytest.raises(MovedError):
        roll_back.roll_back(asked, DEPLOYER, world.ports, None)


def test_the_same_key_rolls_back_once(world: World) -> None:
    key = Idempotency("cd@acme.example", "k-1", Digest.of(b"request"))

    first = roll_back.roll_back(rollback(), DEPLOYER, world.ports, key)

    assert roll_back.roll_back(rollback(), DEPLOYER, world.ports, key) == first


def test_what_the_decision_rests_on_must_be_there(world: World) -> None:
    emptied = replace(world.ports, documents=InMemoryDocuments())

    with pytest.raises(RollbackRefusedError, match="is gone"):
        roll_back.roll_back(rollback(), DEPLOYER, emptied, None)


def test_the_decision_that_allowed_the_target_must_be_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.stores.log, "find", lambda *_: None)

    with pytest.raises(RollbackRefusedError, match="not in the log"):
        rolled_back(world)
