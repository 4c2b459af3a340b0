"""What a Kubernetes manifest says about models: where it takes each of them from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a reference is to the workload."""

    MODEL = "model"
    ADAPTER = "adapter"
    """LoRA weights that are put on a model."""
    DRAFT = "draft"
    """A smaller model that guesses ahead: speculative decoding."""
    TOKENIZER = "tokenizer"
    EXPLAINER = "explainer"
    TRANSFORMER = "transformer"
    IMAGE = "image"
    """A container image that serves a model of its own: nothing else names one."""
    CODE = "code"
    """Code that is fetched at start and may fetch a model."""


@dataclass(frozen=True, slots=True)
class FoundReference:
    """One reference to a model in a manifest."""

    path: str
    """JSON Pointer into the document; in text within a string it ends at the string."""
    uri: str
    """With a scheme: `hf://` before a bare repository id, `oci://` before an image."""
    role: Role
    format: str | None
    """Framework, format or server, as the manifest names it."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A place where a model is named in a way that cannot be read from the manifest."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object of a cluster, and the models that it names."""

    api_version: str
    kind: str
    namespace: str | None
    name: str | None
    references: tuple[FoundReference, ...]
    unread: tuple[Unread, ...]
    """Never empty only to be forgotten: what cannot be read is refused."""
