"""Prints a decision and writes it into the files that were asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

import click
from rich.console import Console

from app.cli import exits, reasons
from app.cli.reports import junit, sarif, workflow
from app.cli.reports.places import Sources
from app.domain.canonical import canonical_json

Command = Callable[..., Any]
_FILE = click.Path(dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option(
        "--output",
        type=click.Choice(["text", "json", "github"]),
        default="text",
        show_default=True,
        help="`github`: annotations, summary and outputs of the step.",
    ),
    click.option("--sarif", type=_FILE, help="Write SARIF 2.1.0 here, for code scanning."),
    click.option("--junit", type=_FILE, help="Write JUnit XML here, a case a check."),
    click.option("--step-summary", envvar="GITHUB_STEP_SUMMARY", type=_FILE, hidden=True),
    click.option("--step-output", envvar="GITHUB_OUTPUT", type=_FILE, hidden=True),
)


def reports(command: Command) -> Command:
    """Give a command the options of what it prints and writes; it gets them by name."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Reports:
    """How a decision is printed, and the files that it is written to."""

    output: str
    sarif: Path | None
    junit: Path | None
    step_summary: Path | None
    step_output: Path | None

    @classmethod
    def asked(cls, given: Mapping[str, Any]) -> Reports:
        """Take what a command with these options was given."""
        names = ("output", "sarif", "junit", "step_summary", "step_output")
        return cls(**{name: given[name] for name in names})

    def tell(self, body: Mapping[str, Any], sources: Sources) -> NoReturn:
        """Tell of a decision, and exit with the code of its outcome."""
        _write(self.sarif, canonical_json(sarif.decided(body, sources)))
        _write(self.junit, junit.decided(body))
        if self.output == "json":
            click.echo(json.dumps(body, indent=2))
        else:
            reasons.show(Console(highlight=False), body)
        if self.output == "github":
            for line in workflow.commands(body, sources):
                click.echo(line)
            _append(self.step_summary, workflow.summary(body))
            _append(self.step_output, workflow.outputs(body))
        raise SystemExit(exits.BY_OUTCOME[body["outcome"]])

    def could_not(self, message: str) -> NoReturn:
        """Tell that nothing was decided, in every file that was asked for, and exit with 3."""
        _write(self.sarif, canonical_json(sarif.undecided(message)))
        _write(self.junit, junit.undecided(message))
        if self.output == "github":
            click.echo(workflow.failure(message))
            _append(self.step_output, "outcome=could_not_decide\n")
        exits.could_not(message)


def _append(file: Path | None, text: str) -> None:
    # Other steps, and other lines of this step, have written there before.
    _write(file, text.encode(), "ab")


def _write(file: Path | None, content: bytes, mode: Literal["wb", "ab"] = "wb") -> None:
    if file is None:
        return
    try:
        with file.open(mode) as end:
            end.write(content)
    except OSError as error:
        exits.could_not(f"{file} cannot be written: {error.strerror}")
