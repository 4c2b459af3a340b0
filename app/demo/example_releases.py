"""The example releases: what examples/ says of them, and their files made on the spot."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from app import shipped

_EXAMPLE = "support-router"
_WEIGHTS = 64 * 1024


@dataclass(frozen=True, slots=True)
class ExampleRelease:
    """One release to submit, and what the gate should answer."""

    version: str
    story: str
    change_note: str
    results: str
    rollback_to: str | None
    approved_by: tuple[str, ...]
    flip_a_byte_of: str | None
    outcome: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Example:
    """One model with its releases."""

    namespace: str
    name: str
    stage: str
    risk_tier: str
    releases: tuple[ExampleRelease, ...]

    @classmethod
    def read(cls) -> Example:
        """Read the example that comes with Countersign."""
        document = yaml.safe_load((_folder() / "releases.yaml").read_text(encoding="utf-8"))
        return cls(
            namespace=document["model"]["namespace"],
            name=document["model"]["name"],
            stage=document["stage"],
            risk_tier=document["risk_tier"],
            releases=tuple(_release(member) for member in document["releases"]),
        )


def write_model(release: ExampleRelease, folder: Path) -> None:
    """Write the model's files: those of examples/, and small weights of its version."""
    shutil.copytree(_folder() / "model", folder)
    (folder / "model.safetensors").write_bytes(_weights(release.version))


def write_results(release: ExampleRelease, file: Path, now: datetime) -> None:
    """Write the evaluation report, dated now: the evaluation is part of the play."""
    report = json.loads((_folder() / release.results).read_bytes())
    report["date"] = now.timestamp()
    file.write_text(json.dumps(report, indent=2), encoding="utf-8")


def flip_a_byte(file: Path) -> None:
    """Change the last byte of a file, as an attacker or a bad disk would."""
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def _folder() -> Path:
    return shipped.folder("examples") / _EXAMPLE


def _release(member: Mapping[str, Any]) -> ExampleRelease:
    return ExampleRelease(
        version=member["version"],
        story=member["story"],
        change_note=member["change_note"],
        results=member["results"],
        rollback_to=member.get("rollback_to"),
        approved_by=tuple(member["approved_by"]),
        flip_a_byte_of=member.get("flip_a_byte_of"),
        outcome=member["expected"]["outcome"],
        codes=frozenset(member["expected"]["codes"]),
    )


def _weights(version: str) -> bytes:
    # A safetensors file: the header's length, the header, the tensor's bytes.
    shape = {"weight": {"dtype": "U8", "shape": [_WEIGHTS], "data_offsets": [0, _WEIGHTS]}}
    header = json.dumps(shape).encode()
    blocks = (sha256(f"{version}:{block}".encode()).digest() for block in range(_WEIGHTS // 32))
    return len(header).to_bytes(8, "little") + header + b"".join(blocks)
