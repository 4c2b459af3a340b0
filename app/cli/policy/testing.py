"""`countersign policy test`: do these policies decide as their author means them to?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml

from app.cli import exits
from app.cli.policy import asking, deletion
from app.cli.policy.checking import FOLDER, OPA
from app.cli.policy.deletion import Document
from app.cli.policy.opa import Opa, found
from app.domain.decision import Point

GONE = "GONE"
"""What an edit writes to take a field out."""
_FILE = exits.FILE


@dataclass(frozen=True, slots=True)
class Case:
    """A named release, and what the whole gate must say of it."""

    name: str
    document: Document
    outcome: str
    codes: frozenset[str]
    points: Mapping[str, str]
    """Outcomes at single points; those that are not named are not compared."""


@click.command(epilog="Exit codes: 0 all pass, 1 some fail, 3 could not test.")
@click.argument("policies", type=FOLDER)
@click.option("--cases", type=_FILE, multiple=True, help="A table of cases (YAML).")
@click.option("--coverage", type=click.FloatRange(0, 100), default=100, show_default=True)
@OPA
def test(policies: Path, *, cases: tuple[Path, ...], coverage: float, opa: Path | None) -> None:
    """Run the Rego tests of POLICIES with coverage, and tables of cases through the gate.

    A table names an input that is its starting point, and cases that edit it:

    \b
    input: allowed.json
    cases:
      nobody says what changed:
        edit: {/release/change_note: GONE}
        outcome: deny
        codes: [change.note_missing]
        points: {ci: allow}      # where a rule is attached more mildly there
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    binary = found(opa)
    tested = Opa(binary, policies).tested(coverage)
    failures = [] if tested.is_good else [tested.complaint]
    click.echo(tested.output.strip())
    tables = [case for file in cases for case in read_table(file)]
    if tables:
        failures += _failures(binary, policies, tables)
        click.echo(f"cases: {len(tables)}")
    for failure in failures:
        click.echo(failure)
    raise SystemExit(1 if failures else 0)


def read_table(file: Path) -> list[Case]:
    """Read a table of cases; exit when it is not one."""
    try:
        table = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(table, dict) or not {"input", "cases"} <= set(table):
            exits.could_not(f"{file} is no table of cases: expected `input` and `cases`")
        start = asking.read_input(file.parent / table["input"])
        cases = [_case(name, start, row) for name, row in table["cases"].items()]
    except KeyError as error:
        exits.could_not(f"{file} is no table of cases: a case lacks {error}")
    except RecursionError:
        exits.could_not(f"{file} is no table of cases: nested too deeply")
    except (OSError, ValueError, yaml.YAMLError, AttributeError, IndexError, TypeError) as error:
        exits.could_not(f"{file} is no table of cases: {error}")
    if not cases:
        exits.could_not(f"{file}: no cases, which shows nothing")
    return cases


def _case(name: str, start: Document, row: Mapping[str, Any]) -> Case:
    document = start
    for place, value in row.get("edit", {}).items():
        document = deletion.edited(document, place, ... if value == GONE else value)
    points = row.get("points", {})
    if unknown := sorted(set(points) - set(Point)):
        raise ValueError(f"{name}: no point {unknown[0]}: expected {', '.join(Point)}")
    return Case(name, document, row["outcome"], frozenset(row["codes"]), points)


def _failures(binary: Path, policies: Path, cases: list[Case]) -> Iterator[str]:
    with asking.asking(binary, policies) as ask:
        answers = ask([case.document for case in cases])
    for case, answer in zip(cases, answers, strict=True):
        outcome, codes = asking.outcome(answer), asking.codes(answer)
        if outcome != case.outcome or codes != case.codes:
            expected = f"{case.outcome} {' '.join(sorted(case.codes))}".rstrip()
            yield f"{case.name}: expected {expected}, got {outcome} {' '.join(sorted(codes))}"
        for point, there in zip(Point, asking.by_point(answer), strict=True):
            if case.points.get(point.value, there) != there:
                yield f"{case.name}: expected {case.points[point]} at {point}, got {there}"
