"""NIST's own JSON Schema of OSCAL, from the Go module that tools/oscal pins.

Like the second verifier it needs Go: tests that take `oscal_schema` bear the marker
`needs_opa` and are counted with those where Go is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[2] / "tools" / "oscal"
MODULE = "github.com/defenseunicorns/go-oscal"
SCHEMA = "src/internal/schemas/oscal_complete_schema-1-1-3.json"


@pytest.fixture(scope="session")
def oscal_schema() -> dict[str, Any]:
    """Read the schema; Go compares what it fetches with go.sum."""
    go = shutil.which("go") or str(Path(sys.executable).with_name("go"))
    told = subprocess.run(  # noqa: S603 - Go, on a module of our own
        [go, "mod", "download", "-json", MODULE],
        cwd=SOURCE,
        check=True,
        capture_output=True,
        timeout=600,
        env={"HOME": str(Path.home()), **os.environ},  # where Go keeps what it fetched
    )
    text = (Path(json.loads(told.stdout)["Dir"]) / SCHEMA).read_text(encoding="utf-8")
    # Python's expressions know no Unicode properties.
    for theirs, ours in ((r"\\p{L}", r"[^\\W\\d_]"), (r"\\p{N}", r"\\d")):
        text = text.replace(theirs, ours)
    schema: dict[str, Any] = json.loads(text)
    return schema
