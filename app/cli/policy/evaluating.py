"""`countersign policy eval`: what do these policies say of one input, and why?"""

from __future__ import annotations

from pathlib import Path

import click

from app.cli import exits
from app.cli.policy import asking
from app.cli.policy.checking import FOLDER, OPA
from app.cli.policy.opa import Opa, found
from app.domain.canonical import canonical_json
from app.domain.decision import Point, Reason, Verdict

_FILE = exits.FILE


@click.command(
    "eval",
    cls=exits.Answering,
    epilog="Exit codes: 0 allow, 1 deny, 2 pending, 3 could not decide.",
)
@click.argument("policies", type=FOLDER)
@click.option("-i", "--input", "file", type=_FILE, required=True, help="The policy input (JSON).")
@click.option("--explain", is_flag=True, help="Show the expressions that failed.")
@OPA
def evaluate(policies: Path, *, file: Path, explain: bool, opa: Path | None) -> None:
    """Decide one policy input by POLICIES, and say which rule objects where."""
    binary = found(opa)
    document = asking.read_input(file)
    with asking.asking(binary, policies) as ask:
        (answer,) = ask([document])
    if explain:
        click.echo(Opa(binary, policies).explained(canonical_json(document)))
    if not isinstance(answer, Verdict):
        exits.could_not(f"{answer.message}: {answer.detail}")
    click.echo(f"{answer.outcome} by {answer.profile}: {', '.join(answer.checks)}")
    if answer.is_scoped():
        click.echo("  points: " + ", ".join(f"{point} {said}" for point, said in answer.points))
    for reason in answer.reasons:
        click.echo(_line("pends" if reason.is_pending else "denies", reason))
    for warning in answer.warnings:
        click.echo(_line("warns", warning))
    raise SystemExit(exits.BY_OUTCOME[answer.outcome])


def _line(effect: str, reason: Reason) -> str:
    where = "" if reason.points == tuple(Point) else f" (only {', '.join(reason.points)})"
    said = f"  {effect} {reason.code} at {reason.at}{where}: {reason.message}"
    return f"{said}\n    {reason.who}: {reason.how}"
