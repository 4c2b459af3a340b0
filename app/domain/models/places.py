"""The places of the log that are about models, each name made in one way and here only.

No part of a name holds `:` or `|`, which part them (schemas/version_request.json).
"""

from __future__ import annotations

from app.domain.digest import Digest
from app.domain.models.version import BaseModel

MODELS = "model:"
REVOCATIONS = "revoked:"
ANY_REVISION = "*"
"""Stands for the revision that nobody named: no revision is written like that."""


def model(name: str) -> str:
    """The newest registration of a model."""
    return f"{MODELS}{name}"


def versions(name: str) -> str:
    """What the places of a model's versions begin with."""
    return f"version:{name}:"


def version(label: str) -> str:
    """The registration of one version: never moved."""
    return f"version:{label}"


def release(digest: Digest) -> str:
    """The newest entry about bytes: registered, promoted, rolled back to, marked."""
    return f"release:{digest}"


def revoked(digest: Digest) -> str:
    """The mark that revoked a release: never moved."""
    return f"{REVOCATIONS}{digest}"


def stages(name: str) -> str:
    """What the places of a model's stages begin with."""
    return f"stage:{name}:"


def stage(name: str, stage_name: str) -> str:
    """The newest promotion or rollback of a model on a stage."""
    return f"{stages(name)}{stage_name}"


def verification(name: str, stage_name: str) -> str:
    """The newest verification of what is on a stage of a model."""
    return f"verification:{name}:{stage_name}"


def aliases(name: str) -> str:
    """What the places of a model's aliases begin with."""
    return f"alias:{name}:"


def alias(name: str, alias_name: str) -> str:
    """The newest entry that says which version an alias names."""
    return f"{aliases(name)}{alias_name}"


def built_on(base: BaseModel, child: str) -> str:
    """The registration of a version that was made from this base."""
    return f"{children(base.id, base.revision or ANY_REVISION)}{child}"


def children(base_id: str, revision: str) -> str:
    """What the places of those begin with that were made from this revision of a base."""
    return f"built_on:{base_id}:{revision}|"


def any_children(base_id: str) -> str:
    """What the places of those begin with that were made from any revision of a base."""
    return f"built_on:{base_id}:"
