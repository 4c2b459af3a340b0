"""A registered version: its release, what it was made from, and how it could be made again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.domain.digest import Digest
from app.domain.entry import Entry
from app.domain.models.mark import State
from app.domain.release import ModelVersion

_NAME = r"([A-Za-z0-9][A-Za-z0-9._-]{0,127})"
_LABEL = re.compile(rf"{_NAME}/{_NAME}:([A-Za-z0-9][A-Za-z0-9.+_-]{{0,127}})")
PARENT = "parent"
"""Relation of a version to the version of the same model that it follows."""


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A model that this one was made from: a registered one, or any by its id."""

    id: str
    """`namespace/name`, as registered here or elsewhere."""
    revision: str | None
    """Its version, or its revision elsewhere; None if nobody said."""
    relation: str | None
    """finetune, adapter, merge, quantized, distilled."""


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """The run that made the weights, as its tracker names it."""

    id: str
    uri: str | None


@dataclass(frozen=True, slots=True)
class Code:
    """The code that made the weights."""

    repository: str
    commit: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Data that the model was trained or measured on, by digest."""

    name: str
    sha256: Digest
    role: str | None
    """train, validation or test."""


@dataclass(frozen=True, slots=True)
class Reproducibility:
    """What somebody needs who wants to make the same weights again."""

    environment_sha256: Digest | None
    """Digest of the lock file or image of the environment."""
    command: str | None
    seed: int | None
    hardware: str | None
    determinism: str | None
    """bitwise, statistical or none: what a second run is expected to give."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What a team says of one version. It is never changed: other bytes are another version."""

    model: ModelVersion
    release_digest: Digest
    parent: str | None
    """Version of the same model that this one follows."""
    base_models: tuple[BaseModel, ...]
    training_run: TrainingRun | None
    code: Code | None
    datasets: tuple[Dataset, ...]
    changelog: str | None
    reproducibility: Reproducibility | None


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version as it stands now."""

    registration: Registration
    registered_by: str
    at: int
    """Microseconds since the epoch, when it was registered."""
    seq: int
    """Place of the registration in the log."""
    state: State
    """The mark on its release."""
    state_seq: int
    """Place of the newest entry about its release: what a later mark or promotion expects."""


def name(model: ModelVersion) -> str:
    """Name the model of a version: `namespace/name`."""
    return f"{model.namespace}/{model.name}"


def label(model: ModelVersion) -> str:
    """Name a version in full: `namespace/name:version`."""
    return f"{name(model)}:{model.version}"


def bases(registration: Registration) -> tuple[BaseModel, ...]:
    """List what a version says it was made from: its parent first, then its base models."""
    if registration.parent is None:
        return registration.base_models
    parent = BaseModel(name(registration.model), registration.parent, PARENT)
    return (parent, *registration.base_models)


def split(text: str) -> ModelVersion | None:
    """Read `namespace/name:version` back; None for what no version can be called."""
    parts = _LABEL.fullmatch(text)
    return ModelVersion(*parts.groups()) if parts else None


def written(registration: Registration) -> dict[str, Any]:
    """Write a registration as JSON members; what was not said is left out."""
    members: dict[str, Any] = _present(asdict(registration))
    del members["model"], members["release_digest"]
    return members


def read(entry: Entry) -> Registration:
    """Read a registration back from its entry."""
    body: dict[str, Any] = json.loads(entry.body)
    release = body["release"]
    digest = Digest(release["digest"])
    return stated(ModelVersion(**release["model"]), digest, body["registration"])


def stated(model: ModelVersion, release: Digest, members: Mapping[str, Any]) -> Registration:
    """Read what is said of a version from JSON members that fit their schema."""
    run, code, again = (members.get(k) for k in ("training_run", "code", "reproducibility"))
    return Registration(
        model=model,
        release_digest=release,
        parent=members.get("parent"),
        base_models=tuple(
            BaseModel(one["id"], one.get("revision"), one.get("relation"))
            for one in members.get("base_models", ())
        ),
        training_run=run and TrainingRun(run["id"], run.get("uri")),
        code=code and Code(code["repository"], code["commit"]),
        datasets=tuple(
            Dataset(one["name"], Digest(one["sha256"]), one.get("role"))
            for one in members.get("datasets", ())
        ),
        changelog=members.get("changelog"),
        reproducibility=again and _reproducibility(again),
    )


def _reproducibility(members: Mapping[str, Any]) -> Reproducibility:
    environment = members.get("environment_sha256")
    return Reproducibility(
        environment_sha256=None if environment is None else Digest(environment),
        command=members.get("command"),
        seed=members.get("seed"),
        hardware=members.get("hardware"),
        determinism=members.get("determinism"),
    )


def _present(value: Any) -> Any:  # noqa: ANN401 - any part of a registration
    if isinstance(value, Mapping):
        return {key: _present(member) for key, member in value.items() if member is not None}
    if isinstance(value, tuple | list):
        return [_present(member) for member in value]
    return value
