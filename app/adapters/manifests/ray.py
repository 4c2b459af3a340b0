"""From the YAML text within Ray objects to the models that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.adapters.manifests import containers, documents, values
from app.adapters.manifests.values import Surroundings
from app.domain.enforcement.manifest import FoundReference, Role, Unread
from app.domain.errors import MalformedDocumentError

TEXTS = frozenset({"serveConfigV2", "runtimeEnvYAML", "serveConfig"})
"""Fields of Ray objects that hold YAML in a string."""
_CODE = frozenset({"working_dir"})
_IMAGES = frozenset({"image_uri", "image"})
_MOST = 20_000


def read(text: str, at: str) -> Iterator[FoundReference | Unread]:
    """List the models that a Serve configuration or a runtime environment names."""
    try:
        document = documents.one_yaml(text)
    except MalformedDocumentError as error:
        yield Unread(at, error.message)
        return
    budget = [_MOST]
    yield from _walk(document, at, budget)


def _walk(node: object, at: str, budget: list[int]) -> Iterator[FoundReference | Unread]:
    budget[0] -= 1
    if budget[0] < 0:
        if budget[0] == -1:
            yield Unread(at, f"more than {_MOST} values in one text")
        return
    if isinstance(node, list):
        for member in node:
            yield from _walk(member, at, budget)
    if not isinstance(node, Mapping):
        return
    loading = node.get("model_loading_config")
    if isinstance(loading, Mapping):
        yield from _loading(loading, at)
    yield from _of_members(node, at)
    for name, member in node.items():
        if name not in {"model_loading_config", "env_vars"}:
            yield from _walk(member, at, budget)


def _loading(loading: Mapping[str, Any], at: str) -> Iterator[FoundReference | Unread]:
    # ray.serve.llm: the source if there is one, and else the id is a repository of Hugging Face
    source = loading.get("model_source", loading.get("model_id"))
    around = Surroundings(takes_bare_names=True)
    members = ("bucket_uri", "hf_model_id", "model_id")
    given = [source.get(n) for n in members] if isinstance(source, Mapping) else [source]
    uris = [values.uri(text, around) for text in given if isinstance(text, str)]
    for uri in filter(None, uris):
        yield FoundReference(at, uri, Role.MODEL, "ray.serve.llm")
    if not any(uris):
        yield Unread(at, "a model_loading_config names no source that can be read")
    tokenizer = loading.get("tokenizer_source")
    named = values.uri(tokenizer, around) if isinstance(tokenizer, str) else None
    if named:
        yield FoundReference(at, named, Role.TOKENIZER, "ray.serve.llm")


def _of_members(node: Mapping[str, Any], at: str) -> Iterator[FoundReference | Unread]:
    for name, member in node.items():
        if isinstance(member, str):
            yield from _of_text(str(name), member, at)
    listed = node.get("models")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, str) and one.endswith((".yaml", ".yml")):
            yield Unread(at, f"a model is named in the file {one[:100]}, which is not here")
    modules = node.get("py_modules")
    for one in modules if isinstance(modules, list) else ():
        if isinstance(one, str) and "://" in one:
            yield FoundReference(at, one, Role.CODE, None)
    variables = node.get("env_vars")
    around = Surroundings(takes_bare_names=True)
    for name, value in variables.items() if isinstance(variables, Mapping) else ():
        if isinstance(value, str):
            yield from containers.of_variable(str(name), value, at, around)


def _of_text(name: str, text: str, at: str) -> Iterator[FoundReference]:
    plain = name.lower()
    if plain in _CODE and "://" in text:
        yield FoundReference(at, text, Role.CODE, None)
    elif plain in _IMAGES and text:
        yield FoundReference(at, containers.image_uri(text), Role.IMAGE, None)
    else:
        yield from containers.of_variable(plain, text, at, Surroundings())


def is_text(name: str, value: object) -> bool:
    """Tell whether a field holds YAML in a string."""
    return name in TEXTS and isinstance(value, str) and bool(value.strip())
