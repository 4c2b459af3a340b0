"""Where the files that come with Countersign lie: policies/ and schemas/. Imports none of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def folder(name: str) -> Path:
    """Find a folder that comes with Countersign: beside `app` in a checkout, here in a wheel."""
    here = Path(__file__).resolve().parent
    beside = here.parent.parent / name
    return beside if beside.is_dir() else here / name


def schema(name: str) -> Any:  # noqa: ANN401 - a JSON document
    """Read a schema of schemas/ by its name: `verdict` is schemas/verdict.json."""
    return json.loads((folder("schemas") / f"{name}.json").read_bytes())
