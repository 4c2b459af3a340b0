"""Lineage: which version was made from which model, upwards and downwards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edge:
    """One step: this child says that it was made from this base."""

    child: str
    """`namespace/name:version`."""
    base: str
    """`namespace/name:revision`, or the id alone if no revision was named."""
    relation: str | None
    is_exact: bool
    """False when the child named no revision: it may have been made from this one."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a model was made from and what was made from it, nearest first."""

    of: str
    up: tuple[Edge, ...]
    down: tuple[Edge, ...]
    is_whole: bool
    """False when there is more than was followed."""
