"""From an object of a cluster to the models that it names. Implements the port ManifestReader.

One walk over all of the object: a pod's specification is read wherever it stands (in a
Deployment, an InferenceService, a resource nobody has heard of), fields that hold storage URIs
by their name, and what is special to KServe, Seldon and Ray by the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.adapters.manifests import commands, containers, ray, tables, values
from app.adapters.manifests.containers import Setting
from app.adapters.manifests.serving import graph, image_of_predictor, llm_base, storage_spec
from app.domain.canonical import pointer
from app.domain.enforcement.manifest import FoundReference, Manifest, Role, Unread

_MOST = 100_000
_DEEPEST = 64
_UNREAD_KINDS = frozenset({"CustomResourceDefinition", "ConfigMap", "Secret"})
"""Kinds that run nothing themselves."""
_UNREAD_MEMBERS = frozenset({"status", "managedFields", "openAPIV3Schema", "logger"})
_KSERVE = frozenset({"serving.kserve.io", "serving.kubeflow.org"})
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")


class KubernetesManifests:
    """Reads any Kubernetes object."""

    def read(self, document: Mapping[str, Any]) -> Manifest:
        """List the models that an object names, in the order in which they stand."""
        metadata = document.get("metadata")
        names = metadata if isinstance(metadata, Mapping) else {}
        found = _found(document)
        api_version, kind = _text(document.get("apiVersion")), _text(document.get("kind"))
        return Manifest(
            api_version=api_version or "",
            kind=kind or "",
            namespace=_text(names.get("namespace")),
            name=_text(names.get("name")) or _text(names.get("generateName")),
            references=tuple(dict.fromkeys(o for o in found if isinstance(o, FoundReference))),
            unread=tuple(dict.fromkeys(one for one in found if isinstance(one, Unread))),
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is, and what holds there."""

    at: str
    group: str
    kind: str
    depth: int = 0
    volumes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    role: Role | None = None
    format: str | None = None
    name: str = ""

    def into(self, *parts: str | int, name: str | None = None) -> _Place:
        """Go down by one member."""
        name = str(parts[-1]) if name is None else name
        role = tables.PATH_ROLES.get(name, self.role)
        framework = name if name in tables.FRAMEWORKS - {"custom"} else self.format
        return replace(
            self,
            at=self.at + pointer(*parts),
            depth=self.depth + 1,
            role=role,
            format=framework,
            name=name,
        )


Found = FoundReference | Unread


def _found(document: Mapping[str, Any]) -> list[Found]:
    kind = _text(document.get("kind")) or ""
    if kind in _UNREAD_KINDS:
        return []
    group = (_text(document.get("apiVersion")) or "").rpartition("/")[0]
    budget = [_MOST]
    start = _Place("", group, kind)
    found: list[Found] = []
    metadata = document.get("metadata")
    if isinstance(metadata, Mapping):
        found += _annotations(metadata, "/metadata")
    for name, member in document.items():
        if name not in {"metadata", "apiVersion", "kind", *_UNREAD_MEMBERS}:
            found += _walk(member, start.into(name), budget)
    if kind == "LLMInferenceService":
        found += llm_base(document, found)
    return found


def _walk(node: object, place: _Place, budget: list[int]) -> list[Found]:
    budget[0] -= 1
    if budget[0] < 0 or place.depth > _DEEPEST:
        return [Unread(place.at, f"more than {_MOST} values or {_DEEPEST} levels in one object")]
    if isinstance(node, list):
        found: list[Found] = []
        for number, member in enumerate(node):
            if isinstance(member, dict | list):
                found += _walk(member, place.into(number, name=place.name), budget)
        return found
    return _object(node, place, budget) if isinstance(node, Mapping) else []


def _object(node: Mapping[str, Any], above: _Place, budget: list[int]) -> list[Found]:
    place = _informed(node, above)
    found = list(_of_object(node, place))
    for name, member in node.items():
        if name in _UNREAD_MEMBERS or _is_read_here(name, member, place):
            continue
        if name == "metadata" and isinstance(member, Mapping):
            found += _annotations(member, place.into(name).at)
        elif isinstance(member, dict | list):
            found += _walk(member, place.into(str(name)), budget)
    if place.name == "predictor" and place.group in _KSERVE:
        found += image_of_predictor(node, place.at, found)
    return found


def _informed(node: Mapping[str, Any], place: _Place) -> _Place:
    named = node.get("modelFormat")
    format_ = _text(named.get("name")) if isinstance(named, Mapping) else None
    format_ = format_ or _text(node.get("framework")) or _text(node.get("implementation"))
    wanted = node.get("requirements")
    if not format_ and isinstance(wanted, list) and wanted:
        format_ = _text(wanted[0])
    volumes = node.get("volumes")
    if isinstance(volumes, list):
        by_name = {str(v.get("name")): v for v in volumes if isinstance(v, Mapping)}
        place = replace(place, volumes=by_name)
    return replace(place, format=format_ or place.format)


def _is_read_here(name: str, member: object, place: _Place) -> bool:
    return (name in _CONTAINERS and isinstance(member, list)) or (
        name == "graph" and place.group == "machinelearning.seldon.io"
    )


def _of_object(node: Mapping[str, Any], place: _Place) -> Iterator[Found]:
    yield from _of_fields(node, place)
    setting = Setting(place.volumes, place.role, place.format)
    for member in _CONTAINERS:
        for number, container in enumerate(_list(node.get(member))):
            if isinstance(container, Mapping):
                at = place.at + pointer(member, number)
                yield from containers.read(container, at, setting)
    is_container = any(isinstance(node.get(n), list) for n in ("args", "command", "env"))
    if is_container and place.group and place.name not in _CONTAINERS:
        yield from containers.read(node, place.at, setting)
    for number, volume in enumerate(_list(node.get("volumes"))):
        image = volume.get("image") if isinstance(volume, Mapping) else None
        if isinstance(image, Mapping) and isinstance(image.get("reference"), str):
            at = place.at + pointer("volumes", number, "image", "reference")
            yield FoundReference(at, containers.image_uri(image["reference"]), Role.MODEL, None)
    if place.group == "machinelearning.seldon.io" and isinstance(node.get("graph"), Mapping):
        yield from graph(node, place.at)
    if place.group == "ray.io":
        yield from _of_ray(node, place)


def _of_fields(node: Mapping[str, Any], place: _Place) -> Iterator[Found]:
    for name, member in node.items():
        if isinstance(member, str) and place.group:
            yield from _of_text(name, member, place)
        elif name == "storage" and isinstance(member, Mapping) and "path" in member:
            yield from storage_spec(member, place.at + "/storage", place.role, place.format)
        elif name == "parameters" and place.group.endswith("seldon.io"):
            yield from _of_parameters(member, place)


def _of_text(name: str, text: str, place: _Place) -> Iterator[FoundReference]:
    role, around = tables.FIELDS.get(name), values.Surroundings()
    if name == "uri":
        role = tables.URI_OWNERS.get(place.name)
    elif name == "url" and (place.kind == "Model" or place.name == "adapters"):
        role = Role.MODEL
    if role is Role.ADAPTER and place.kind.endswith("Claim"):
        role = Role.MODEL  # AIBrix: a ModelClaim names the model itself where an adapter stands
    uri = values.storage(text) if role else values.model_uri("", text, around)
    if source := tables.SOURCES.get((place.name, name)):
        role, uri = source, values.uri(text, around)
    elif uri and "://" not in uri:
        uri = values.uri(text, around) or uri
    elif name == "mountPoint" and place.kind == "Dataset":
        uri = values.model_uri(name, text, around)
    if uri:
        role = place.role if role in {None, Role.MODEL} and place.role else role or Role.MODEL
        yield FoundReference(place.at + pointer(name), uri, role, place.format)


def _of_parameters(member: object, place: _Place) -> Iterator[Found]:
    around = values.Surroundings()
    for number, one in enumerate(_list(member)):
        if isinstance(one, Mapping) and isinstance(one.get("value"), str):
            at = place.at + pointer("parameters", number, "value")
            yield from containers.of_variable(str(one.get("name")), one["value"], at, around)


def _of_ray(node: Mapping[str, Any], place: _Place) -> Iterator[Found]:
    for name, member in node.items():
        at = place.at + pointer(name)
        if ray.is_text(name, member):
            yield from ray.read(member, at)
        elif name == "entrypoint" and isinstance(member, str):
            for one in commands.named_in_text(member, values.Surroundings(takes_bare_names=False)):
                yield FoundReference(at, one.uri, one.role, None)


def _annotations(metadata: Mapping[str, Any], at: str) -> Iterator[FoundReference]:
    given = metadata.get("annotations")
    for name, value in given.items() if isinstance(given, Mapping) else ():
        if tables.ANNOTATION.search(str(name)) and isinstance(value, str) and "://" in value:
            yield FoundReference(at + pointer("annotations", str(name)), value, Role.MODEL, None)


def _list(value: object) -> Iterable[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
