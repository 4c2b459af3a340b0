"""`countersign submit new|add|show`: submit once, complete later, see what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from app.cli import exits
from app.cli.check import check, submission_of
from app.cli.client import Client, ClientError
from app.cli.evaluations import submitted, takes_evaluations
from app.cli.github.asking import asks_as_job, client
from app.cli.models import asking
from app.cli.reports.places import Sources
from app.cli.reports.writing import Reports, reports
from app.domain.errors import GateError

_FILE = exits.FILE
_NOTHING_ADDED = (
    "nothing to add: give --card, --eval, --bundle, --change-note or --rollback; a vote needs no "
    "addition: `countersign check` again counts it"
)
_EXITS = "Exit codes: 0 allow, 1 deny, 2 pending, 3 could not decide."


@click.group()
def submit() -> None:
    """Submit a release now, and complete it with evidence as it comes."""


def _new(model_dir: Path, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Submit the model in MODEL_DIR with what is there already; it is decided at once.

    As `countersign check`, but what is missing can be added later.

    \b
    countersign submit new ./model --model acme/scorer --version 1.4.0 \\
      --stage production --tier limited --card ./model/README.md
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    told = Reports.asked(given)
    try:
        gate = client(given)
        body = gate.post("/v1/submissions", submission_of(gate, model_dir, given))
    except (ClientError, GateError) as error:
        told.could_not(str(error))
    told.tell(body, Sources(model_dir, given["card"], given["evaluations"]))


_OF_A_DECISION_ALONE = ("rehearse", "receipt", "at")
# A submission says what a check says: so it has its options, and no list of its own.
submit.add_command(
    exits.Answering(
        "new",
        callback=_new,
        params=[p for p in check.params if p.name not in _OF_A_DECISION_ALONE],
        help=_new.__doc__,
        epilog=_EXITS,
    )
)


@submit.command(cls=exits.Answering, epilog=_EXITS)
@asking.MODEL
@click.argument("version")
@click.argument("stage")
@click.option("--card", type=_FILE, help="A model card, in place of the one before.")
@takes_evaluations
@click.option("--bundle", "bundles", type=_FILE, multiple=True, help="A signature bundle.")
@click.option("--change-note", help="What changed, in place of what was said before.")
@click.option("--rollback", metavar="VERSION:DIGEST", help="The release to go back to.")
@asks_as_job
@reports
def add(model: str, version: str, stage: str, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Add to a submission; it is decided anew with what was there.

    \b
    countersign submit add acme/scorer 1.4.0 production --eval results.json
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    told = Reports.asked(given)
    try:
        gate = client(given)
        body = gate.post(f"{_path(model, version, stage)}/additions", _addition(gate, given))
    except (ClientError, GateError) as error:
        told.could_not(str(error))
    told.tell(body, Sources(Path(), given["card"], given["evaluations"]))


@submit.command(
    cls=exits.Answering,
    epilog="Exit codes: 0 allow, 1 deny, 2 pending, 3 not found or not answered.",
)
@asking.MODEL
@click.argument("version")
@click.argument("stage")
@asking.OUTPUT
@asks_as_job
def show(model: str, version: str, stage: str, output: str, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Show how a submission stands: what is missing, and who can give it."""
    try:
        found = client(given).ask("GET", _path(model, version, stage))
    except ClientError as error:
        exits.could_not(str(error))
    if not asking.answered(found, output):
        click.echo(f"{found['outcome'].upper()}  {model} {version} for {stage}")
        rows = [(one["who"], one["how"], " ".join(one["codes"])) for one in found["missing"]]
        asking.show_table(("who", "can", "which mends"), rows)
    raise SystemExit(exits.BY_OUTCOME[found["outcome"]])


def _path(model: str, version: str, stage: str) -> str:
    return asking.of_model(model, version, stage).replace("/v1/models", "/v1/submissions", 1)


def _addition(gate: Client, given: dict[str, Any]) -> dict[str, Any]:
    addition: dict[str, Any] = {}
    if given["card"]:
        addition["model_card"] = {"files": [gate.document(given["card"])]}
    reports_given = submitted(gate, given)
    if reports_given:
        addition["evaluations"] = reports_given
    if given["bundles"]:
        addition["bundles"] = [gate.document(path) for path in given["bundles"]]
    if given["change_note"]:
        addition["change_note"] = given["change_note"]
    if given["rollback"]:
        version, _, release_digest = given["rollback"].rpartition(":")
        addition["rollback"] = {"version": version, "release_digest": release_digest}
    if not addition:
        raise ClientError(_NOTHING_ADDED)
    return addition
