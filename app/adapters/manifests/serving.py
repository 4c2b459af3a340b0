"""What is special to KServe and to Seldon: images that are models, storage specs, graphs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.adapters.manifests import containers, tables, values
from app.domain.canonical import pointer
from app.domain.enforcement.manifest import FoundReference, Role, Unread

_NOT_MODELS = frozenset({"ROUTER", "COMBINER", "TRANSFORMER", "OUTPUT_TRANSFORMER"})
"""Types of units of a Seldon graph that serve no model."""


def storage_spec(
    spec: Mapping[str, Any], at: str, role: Role | None, format_: str | None
) -> Iterator[FoundReference]:
    """Write KServe's storage specification (key of a secret, path, parameters) as a URI."""
    path = spec.get("path")
    if not isinstance(path, str) or not path:
        return
    given = spec.get("parameters")
    parameters: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    bucket, kind = parameters.get("bucket"), parameters.get("type")
    inner = "/".join(str(part).strip("/") for part in (bucket, path) if part)
    uri = (
        f"{kind}://{inner}"
        if kind and bucket
        else f"storage://{spec.get('key', 'default')}/{inner}"
    )
    yield FoundReference(at + "/path", uri, role or Role.MODEL, format_)


def image_of_predictor(
    predictor: Mapping[str, Any], at: str, found: Sequence[FoundReference | Unread]
) -> Iterator[FoundReference]:
    """Take the image for the model where a custom predictor names no other."""
    if any(isinstance(one, FoundReference) for one in found):
        return
    listed = predictor.get("containers")
    custom = predictor.get("custom")
    alone = custom.get("container") if isinstance(custom, Mapping) else None
    rows = (
        [(pointer("containers", n), c) for n, c in enumerate(listed or [])]
        if isinstance(listed, list)
        else []
    )
    if isinstance(alone, Mapping):
        rows.append(("/custom/container", alone))
    for where, container in rows:
        if not isinstance(container, Mapping) or container.get("name") in tables.SIDECARS:
            continue
        if isinstance(container.get("image"), str):
            uri = containers.image_uri(container["image"])
            yield FoundReference(f"{at}{where}/image", uri, Role.IMAGE, "custom")


def llm_base(
    document: Mapping[str, Any], found: Sequence[FoundReference | Unread]
) -> Iterator[Unread]:
    """Tell that an LLMInferenceService takes its model from a configuration elsewhere."""
    spec = document.get("spec")
    bases = spec.get("baseRefs") if isinstance(spec, Mapping) else None
    is_named = any(isinstance(o, FoundReference) and o.path == "/spec/model/uri" for o in found)
    if is_named or not isinstance(bases, list):
        return
    for number, base in enumerate(bases):
        name = base.get("name") if isinstance(base, Mapping) else None
        why = f"the model stands in the LLMInferenceServiceConfig {name!r}: state spec.model.uri"
        yield Unread(pointer("spec", "baseRefs", number), why)


def graph(predictor: Mapping[str, Any], at: str) -> Iterator[FoundReference]:
    """List the models of a SeldonDeployment's graph: URIs, and images that serve their own."""
    images = dict(_images(predictor, at))
    yield from _unit(predictor["graph"], at + "/graph", images, 0)


def _unit(
    unit: Mapping[str, Any], at: str, images: Mapping[str, tuple[str, str]], depth: int
) -> Iterator[FoundReference]:
    implementation, name = unit.get("implementation"), unit.get("name")
    format_ = implementation if isinstance(implementation, str) else None
    uri = unit.get("modelUri")
    found: list[FoundReference] = []
    if isinstance(uri, str) and (text := values.storage(uri)):
        found.append(FoundReference(at + "/modelUri", text, Role.MODEL, format_))
    for number, one in enumerate(_list(unit.get("parameters"))):
        if isinstance(one, Mapping) and isinstance(one.get("value"), str):
            where = at + pointer("parameters", number, "value")
            around = values.Surroundings()
            found += containers.of_variable(str(one.get("name")), one["value"], where, around)
    is_own = format_ in {None, "UNKNOWN_IMPLEMENTATION"} and unit.get("type") not in _NOT_MODELS
    if not found and is_own and name in images:
        where, image = images[str(name)]
        found.append(FoundReference(where, containers.image_uri(image), Role.IMAGE, None))
    yield from found
    for number, child in enumerate(_list(unit.get("children"))):
        if isinstance(child, Mapping) and depth < 32:  # noqa: PLR2004 - deeper than any graph
            yield from _unit(child, at + pointer("children", number), images, depth + 1)


def _images(predictor: Mapping[str, Any], at: str) -> Iterator[tuple[str, tuple[str, str]]]:
    # a list of components, or the one that v1alpha1 has
    components = [
        (pointer("componentSpecs", n), one)
        for n, one in enumerate(_list(predictor.get("componentSpecs")))
    ]
    components.append((pointer("componentSpec"), predictor.get("componentSpec")))
    for inner, component in components:
        spec = component.get("spec") if isinstance(component, Mapping) else None
        listed = spec.get("containers") if isinstance(spec, Mapping) else None
        for place, container in enumerate(_list(listed)):
            if not isinstance(container, Mapping) or not isinstance(container.get("image"), str):
                continue
            beneath = at + inner + pointer("spec", "containers", place)
            found = containers.read(container, beneath, containers.Setting({}))
            if not any(True for _ in found):
                yield str(container.get("name")), (beneath + "/image", container["image"])


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
