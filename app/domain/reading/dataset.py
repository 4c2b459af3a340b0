"""What a description of a data set says: who made it, under which license, of which files."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.digest import Digest
from app.domain.evidence import QualityFlag


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """One file of a data set, or a set of files; the digest is None if none is given."""

    name: str
    sha256: Digest | None
    url: str | None
    media_type: str | None
    is_set: bool


@dataclass(frozen=True, slots=True)
class DatasetDescription:
    """One description of a data set, read from its own file; it measures nothing."""

    format: str
    conforms_to: str | None
    name: str | None
    version: str | None
    license: tuple[str, ...]
    creators: tuple[str, ...]
    url: str | None
    published: str | None
    files: tuple[DatasetFile, ...]
    record_sets: int
    stated: tuple[str, ...]
    """Members of the responsible-AI vocabulary that say something, such as dataBiases."""
    quality: tuple[QualityFlag, ...]
