"""Ask about models: what there is, where pointers stand and stood, what was promoted when."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.caller import ANY, Caller
from app.domain.entry import Entry, Kind, PlacedEntry
from app.domain.errors import NotFoundError
from app.domain.identity import tenancy
from app.domain.log.question import Field, Question, Term
from app.domain.models import places, pointer, version
from app.domain.models.pointer import Pointer
from app.domain.models.version import Version
from app.domain.release import ModelVersion
from app.gate.models import register
from app.ports import Log, Ports

MOST_POINTERS = 200
"""Stages and aliases of one model that are shown."""


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model by its newest version."""

    name: str
    """`namespace/name`."""
    newest: str
    """The version that was registered last."""
    at: int
    """Microseconds since the epoch, when that was."""


@dataclass(frozen=True, slots=True)
class ModelPage:
    """Some models, by name, and after which name the next page starts (None at the end)."""

    models: tuple[ModelSummary, ...]
    next_after: str | None


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Some versions of a model, by name, and after which the next page starts."""

    versions: tuple[Version, ...]
    next_after: str | None


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where every stage and alias of a model stands now."""

    stages: tuple[Pointer, ...]
    aliases: tuple[Pointer, ...]


def models(caller: Caller, ports: Ports, *, after: str = "", limit: int = 50) -> ModelPage:
    """List the models that have a registered version, by name. Raises StoreError."""
    start = places.model(after) if after else ""
    page: list[PlacedEntry] = []
    for prefix in _prefixes(caller):
        page += ports.log.places(prefix, after=start, limit=limit + 1)
    page = sorted(page, key=lambda placed: placed[0])[: limit + 1]
    found = tuple(_summary(place, entry) for place, entry in page[:limit])
    return ModelPage(found, found[-1].name if len(page) > limit else None)


def versions(
    name: str, caller: Caller, ports: Ports, *, after: str = "", limit: int = 50
) -> VersionPage:
    """List the versions of a model, by name. Raises NotFoundError, StoreError."""
    _must_exist(name, caller, ports.log)
    prefix = places.versions(name)
    start = f"{prefix}{after}" if after else ""
    page = ports.log.places(prefix, after=start, limit=limit + 1)
    found = tuple(register.standing(entry, ports.log) for _, entry in page[:limit])
    following = found[-1].registration.model.version if len(page) > limit else None
    return VersionPage(found, following)


def version_of(model: ModelVersion, caller: Caller, ports: Ports) -> Version:
    """Give one version as it stands now. Raises NotFoundError, StoreError."""
    _must_see(version.name(model), caller)
    return register.version_of(model, ports.log)


def pointers(name: str, caller: Caller, ports: Ports) -> Pointers:
    """Tell where every stage and alias of a model stands. Raises NotFoundError, StoreError."""
    _must_exist(name, caller, ports.log)
    return Pointers(_standing(places.stages(name), ports), _standing(places.aliases(name), ports))


def stage(
    name: str, stage_name: str, caller: Caller, ports: Ports, at: int | None = None
) -> Pointer:
    """Tell which version is on a stage, or was at a moment (microseconds since the epoch).

    Raises NotFoundError when nothing was, StoreError.
    """
    _must_see(name, caller)
    return _pointer(places.stage(name, stage_name), f"on {stage_name} of {name}", ports, at)


def alias(
    name: str, alias_name: str, caller: Caller, ports: Ports, at: int | None = None
) -> Pointer:
    """Tell which version an alias names, or named at a moment. As `stage`."""
    _must_see(name, caller)
    return _pointer(places.alias(name, alias_name), f"called {alias_name} of {name}", ports, at)


def stage_history(name: str, stage_name: str, caller: Caller, ports: Ports) -> tuple[Pointer, ...]:
    """List every promotion and rollback of a model on a stage, oldest first."""
    _must_see(name, caller)
    return tuple(pointer.read(e) for e in ports.log.moves(places.stage(name, stage_name)))


def alias_history(name: str, alias_name: str, caller: Caller, ports: Ports) -> tuple[Pointer, ...]:
    """List every move of an alias, oldest first."""
    _must_see(name, caller)
    return tuple(pointer.read(e) for e in ports.log.moves(places.alias(name, alias_name)))


def promoted(  # noqa: PLR0913 - each narrows the question
    caller: Caller,
    ports: Ports,
    *,
    since: int | None,
    until: int | None,
    name: str | None = None,
    stage_name: str | None = None,
    limit: int = 200,
) -> tuple[Pointer, ...]:
    """List what was promoted or rolled back between two moments, newest first, of any model.

    Times are microseconds since the epoch: `since` is included, `until` is not.
    """
    narrow = [Term(Field.MODEL, name)] if name else []
    narrow += [Term(Field.STAGE, stage_name)] if stage_name else []
    found: list[Entry] = []
    for kind in (Kind.PROMOTED, Kind.ROLLED_BACK):
        asked = Question((Term(Field.KIND, kind), *narrow), since=since, until=until)
        found += ports.log.search(tenancy.within(caller, asked), None, limit).entries
    newest = sorted(found, key=lambda entry: -entry.seq)
    return tuple(pointer.read(entry) for entry in newest[:limit])


def _summary(place: str, entry: Entry) -> ModelSummary:
    newest = version.read(entry).model.version
    return ModelSummary(place.removeprefix(places.MODELS), newest, entry.at)


def _prefixes(caller: Caller) -> list[str]:
    if caller.scope.covers_project(ANY):
        return [places.MODELS]
    return [places.model(f"{project}/") for project in sorted(caller.scope.projects)]


def _must_see(name: str, caller: Caller) -> None:
    tenancy.must_see_project(caller, tenancy.project_of(name), f"version of {name} is registered")


def _must_exist(name: str, caller: Caller, log: Log) -> None:
    _must_see(name, caller)
    if log.at_place(places.model(name)) is None:
        raise NotFoundError(f"no version of {name} is registered")


def _standing(prefix: str, ports: Ports) -> tuple[Pointer, ...]:
    page = ports.log.places(prefix, limit=MOST_POINTERS)
    return tuple(pointer.read(entry) for _, entry in page)


def _pointer(place: str, what: str, ports: Ports, at: int | None) -> Pointer:
    if at is None:
        entry = ports.log.at_place(place)
        found = None if entry is None else pointer.read(entry)
    else:
        history = [pointer.read(entry) for entry in ports.log.moves(place)]
        found = pointer.standing_at(history, at)
    if found is None:
        when = "" if at is None else " at that time"
        raise NotFoundError(f"no version is {what}{when}")
    return found
