"""The mapping beside a table: what its names mean, as whoever submits them declares."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from app import shipped
from app.domain.canonical import in_json, pointer
from app.domain.errors import UnreadableEvidenceError
from app.domain.evidence import Dataset, Direction, QualityFlag, Run, RunStatus
from app.domain.reading.composing import UNKNOWN_RUN
from app.domain.reading.files import json_with
from app.domain.reading.quantity import count
from app.domain.reading.shape import epoch, mapping
from app.domain.release import Document

SCHEMA = "countersign.dev/evidence-mapping/v1"


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping that fits schemas/evidence_mapping.json."""

    document: Mapping[str, Any]

    @property
    def dataset(self) -> Dataset:
        """Tell what was evaluated on."""
        named = self.document["dataset"]
        return Dataset(named["id"], named.get("split"), named.get("revision"))

    @property
    def run(self) -> Run:
        """Tell what is declared of the run."""
        told = self.document.get("run")
        if told is None:
            return UNKNOWN_RUN
        finished = epoch(told.get("finished_at"))
        status = RunStatus.COMPLETE if told.get("is_complete") is True else RunStatus.UNKNOWN
        return Run(status, None, finished, None, None, None)

    @property
    def slices(self) -> tuple[str, ...]:
        """Tell the attributes that tell groups apart."""
        return tuple(self.document.get("slices", ()))

    @property
    def controls(self) -> tuple[str, ...]:
        """Tell the control features: groups are compared within one level of these."""
        return tuple(self.document.get("controls", ()))

    @property
    def orient(self) -> str | None:
        """Tell how a table is laid out."""
        orient: str | None = self.document.get("orient")
        return orient

    @property
    def metrics(self) -> Mapping[str, Mapping[str, Any]]:
        """Tell each metric by its name in the table."""
        metrics: Mapping[str, Mapping[str, Any]] = self.document["metrics"]
        return metrics


def parted(files: Sequence[Document]) -> tuple[tuple[Document, ...], Document | None]:
    """Part a table from the mapping beside it; None without one."""
    mappings = [file for file in files if _is_mapping(file)]
    if len(mappings) != 1:
        return tuple(files), None
    return tuple(file for file in files if file is not mappings[0]), mappings[0]


def is_for(files: Sequence[Document], format_: str) -> bool:
    """Tell whether there is one table with a mapping that says it is of this format."""
    tables, named = parted(files)
    if named is None or len(tables) != 1:
        return False
    return mapping(json_with(named, "schema", "format")).get("format") == format_


def read(document: Document) -> TableMapping:
    """Read a mapping. Raises UnreadableEvidenceError with where it does not fit."""
    content = json_with(document, "schema")
    errors = sorted(_validator().iter_errors(content), key=lambda error: list(error.absolute_path))
    if errors:
        at = pointer(*errors[0].absolute_path) or "/"
        told = in_json(errors[0].message, errors[0].instance, errors[0].validator_value)[:200]
        raise UnreadableEvidenceError(f"the mapping does not fit at {at}: {told}")
    return TableMapping(content)


def on_unit(raw: object, described: Mapping[str, Any]) -> object:
    """Write percent as such, so that it is no guess."""
    is_number = isinstance(raw, (int, float)) and not isinstance(raw, bool)
    return f"{raw!r}%" if is_number and described["unit"] == "percent" else raw


def direction_of(described: Mapping[str, Any]) -> Direction | None:
    """Tell which way is better, if that is declared."""
    declared = described.get("direction")
    return None if declared is None else Direction(declared)


def size_of(described: Mapping[str, Any], beside: Mapping[str, Any]) -> int | None:
    """Tell n: as declared, or as it stands beside the number."""
    declared = described.get("n")
    return count(beside.get(declared) if isinstance(declared, str) else declared)


def unmapped(names: Sequence[str], mapped: TableMapping) -> Iterator[QualityFlag]:
    """Flag the names that the mapping does not tell."""
    sizes = {described.get("n") for described in mapped.metrics.values()}
    known = {
        *mapped.metrics,
        *mapped.slices,
        *mapped.controls,
        *(n for n in sizes if isinstance(n, str)),
    }
    for name in names:
        if name not in known:
            detail = f"the mapping does not name {name[:200]}"
            yield QualityFlag("METRIC_UNMAPPED", pointer(name[:200]), detail)


def _is_mapping(file: Document) -> bool:
    return mapping(json_with(file, "schema", "format", "metrics")).get("schema") == SCHEMA


@cache
def _validator() -> Draft202012Validator:
    schema = (shipped.folder("schemas") / "evidence_mapping.json").read_bytes()
    return Draft202012Validator(json.loads(schema))
