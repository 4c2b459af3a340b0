"""Versions in a world: registered, signed, decided and promoted, in few words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.domain.caller import Role
from app.domain.digest import Digest
from app.domain.entry import Entry
from app.domain.models import pointer
from app.domain.models.pointer import Pointer
from app.domain.models.version import Registration
from app.domain.release import DocumentReference, File, ModelVersion, release_digest
from app.gate.decide import decide
from app.gate.models import promote, register, roll_back
from tests.builders import a_caller, a_signer, a_submission
from tests.fakes.signatures import Told
from tests.worlds import World

MODEL = "acme/scorer"
TEAM = a_caller("ci@acme.example", Role.SUBMITTER)
DEPLOYER = a_caller("cd@acme.example", Role.DEPLOYER)
LEAD = a_caller("gail@acme.example", Role.GOVERNANCE_LEAD)
RISK = a_caller("rob@acme.example", Role.RISK_COMPLIANCE)


def named(version: str) -> ModelVersion:
    return ModelVersion("acme", "scorer", version)


def files(version: str) -> tuple[File, ...]:
    """The files of a version: other weights for each."""
    content = f"weights of {version}".encode()
    return (File("model.safetensors", len(content), Digest.of(content)),)


def digest(version: str) -> Digest:
    return release_digest(files(version))


def a_registration(version: str = "1.0.0", **changes: Any) -> Registration:
    """A version of which only its bytes are said."""
    registration = Registration(
        model=named(version),
        release_digest=digest(version),
        parent=None,
        base_models=(),
        training_run=None,
        code=None,
        datasets=(),
        changelog=None,
        reproducibility=None,
    )
    return replace(registration, **changes)


def registered(world: World, version: str = "1.0.0", **changes: Any) -> Entry:
    return register.register(a_registration(version, **changes), TEAM, world.ports, None)


def bundle(version: str) -> bytes:
    return f"signature of {version}".encode()


def decided(
    world: World, version: str, stage: str = "production", *, is_signed: bool = True
) -> str:
    """Have a version decided with its signature; give the id of the decision."""
    listed = files(version)
    signed = {file.path: file.sha256 for file in listed}
    world.signatures.tell(bundle(version), Told(a_signer(), 1_764_000_000, signed))
    reference = DocumentReference("model.sig", None, bundle(version))
    submission = a_submission(
        model=named(version), files=listed, stage=stage, bundles=(reference,) if is_signed else ()
    )
    return decide(submission, TEAM, world.ports, None).decision_id or ""


def promotion(version: str, **changes: Any) -> promote.Promotion:
    return replace(promote.Promotion(named(version), "production", "", None), **changes)


def promoted(world: World, version: str) -> Pointer:
    """Register a version, have it decided, and promote it."""
    registered(world, version)
    decided(world, version)
    return pointer.read(promote.promote(promotion(version), DEPLOYER, world.ports, None))


def rollback(version: str | None = None, **changes: Any) -> roll_back.Rollback:
    asked = roll_back.Rollback(MODEL, "production", version, "errors doubled", None)
    return replace(asked, **changes)


def rolled_back(world: World, version: str | None = None) -> Pointer:
    return pointer.read(roll_back.roll_back(rollback(version), DEPLOYER, world.ports, None))
