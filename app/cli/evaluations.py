"""Evaluation reports as a submission refers to them, each with the mapping of its names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from app.cli import exits
from app.cli.client import Client, ClientError

_FILE = exits.FILE
_Command = TypeVar("_Command", bound=Callable[..., Any])


def takes_evaluations(command: _Command) -> _Command:
    """Give a command the options of evaluation reports: --eval and --map."""
    mapped = click.option(
        "--map",
        "mappings",
        multiple=True,
        metavar="[EVAL=]FILE",
        help="What the names in a table mean, in JSON, as for `evidence read`; with several"
        " --eval, of which: results.csv=map.json.",
    )
    reports = click.option(
        "--eval", "evaluations", type=_FILE, multiple=True, help="An evaluation report."
    )
    return reports(mapped(command))


def submitted(client: Client, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write the reports that the options name. Raises ClientError for a mapping of none."""
    paths: Sequence[Path] = given["evaluations"]
    mappings = _by_report(paths, given["mappings"])
    written = []
    for path in paths:
        piece: dict[str, Any] = {"files": [client.document(path)]}
        if path in mappings:
            piece["mapping"] = client.document(mappings[path])
        written.append(piece)
    return written


def _by_report(paths: Sequence[Path], named: Sequence[str]) -> dict[Path, Path]:
    found: dict[Path, Path] = {}
    for text in named:
        report, mapping = _parted(paths, text)
        if report in found:
            raise ClientError(f"--map {text}: {report} has a mapping already")
        if not mapping.is_file():
            raise ClientError(f"--map {text}: no such file: {mapping}")
        found[report] = mapping
    return found


def _parted(paths: Sequence[Path], text: str) -> tuple[Path, Path]:
    for path in dict.fromkeys(paths):
        if text.startswith(f"{path}="):
            return path, Path(text.removeprefix(f"{path}="))
    if len(set(paths)) == 1:
        return paths[0], Path(text)
    listed = ", ".join(str(path) for path in paths) or "none"
    raise ClientError(f"--map {text}: say of which --eval, as EVAL=FILE; given: {listed}")
