"""Where the files that come with Countersign lie: policies/ and schemas/. Imports nothing."""

from __future__ import annotations

from pathlib import Path


def folder(name: str) -> Path:
    """Find a folder that comes with Countersign: beside `app` in a checkout, here in a wheel."""
    here = Path(__file__).resolve().parent
    beside = here.parent.parent / name
    return beside if beside.is_dir() else here / name
