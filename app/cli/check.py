"""`countersign check`: ask the gate about a model folder, with the evidence that is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.digest import Memory, list_model, remembers
from app.cli.evaluations import submitted, takes_evaluations
from app.cli.github.asking import asks_as_job, client
from app.cli.reports.places import Sources
from app.cli.reports.writing import Reports, reports
from app.domain.canonical import canonical_json
from app.domain.decision import Point
from app.domain.errors import GateError

_FILE = exits.FILE


@click.command(
    cls=exits.Answering, epilog="Exit codes: 0 allow, 1 deny, 2 pending, 3 could not decide."
)
@click.argument("model_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", required=True, metavar="NAMESPACE/NAME", help="The model's name.")
@click.option("--version", "version", required=True, help="Version of this release.")
@click.option("--stage", required=True, help="Stage to release to, such as production.")
@click.option("--tier", required=True, help="Risk tier: minimal, limited or high.")
@click.option("--card", type=_FILE, help="The model card, such as MODEL_DIR/README.md.")
@takes_evaluations
@click.option("--bundle", "bundles", type=_FILE, multiple=True, help="A signature bundle.")
@click.option("--change-note", help="What changed.")
@click.option("--rollback", metavar="VERSION:DIGEST", help="The release to go back to.")
@click.option(
    "--receipt",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the answer with its proof here, for `countersign log verify`.",
)
@click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="URI",
    help="Where deployments take it from, such as oci://HOST/NAME@sha256:...",
)
@click.option("--cluster", "clusters", multiple=True, help="Let it in only on this cluster.")
@click.option("--rehearse", is_flag=True, help="Decide, but record nothing.")
@click.option("--at", metavar="TIME", help="Rehearse as of this date, such as 2026-12-24.")
@click.option(
    "--point",
    type=click.Choice([point.value for point in Point]),
    help="Rehearse what is so at one point; otherwise the strictest over all counts.",
)
@remembers
@asks_as_job
@reports
def check(
    model_dir: Path,
    *,
    receipt: Path | None,
    rehearse: bool,
    at: str | None,
    point: str | None,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Ask the gate whether the model in MODEL_DIR may be released.

    Hashes every file (nothing of the model is uploaded), submits the card, the evaluation
    reports and the signature bundles, and prints what is wrong and who can mend it.

    \b
    countersign check ./model --model acme/scorer --version 1.4.0 \\
      --stage production --tier limited --card ./model/README.md \\
      --eval results.json --bundle model.sigstore.json
    countersign check ./model ... --eval by_group.csv --map mapping.json
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    told = Reports.asked(given)
    asked = {name: value for name, value in (("at", at), ("point", point)) if value is not None}
    try:
        gate = client(given)
        submission = submission_of(gate, model_dir, given)
        body = _answer(gate, submission, receipt, rehearse=rehearse, asked=asked)
    except (ClientError, GateError) as error:
        told.could_not(str(error))
    told.tell(body, Sources(model_dir, given["card"], given["evaluations"]))


def _answer(
    gate: Client,
    submission: dict[str, Any],
    receipt: Path | None,
    *,
    rehearse: bool,
    asked: dict[str, str],
) -> dict[str, Any]:
    if rehearse:
        if receipt is not None:
            raise ClientError("a rehearsal is recorded nowhere, so it has no receipt")
        return gate.post(f"/v1/rehearsals?{urlencode(asked)}".rstrip("?"), submission)
    if "at" in asked:
        raise ClientError("only a rehearsal can be made as of another time: give --rehearse too")
    if "point" in asked:
        raise ClientError("a decision answers for all points: give --rehearse too")
    body = gate.post("/v1/decisions", submission, "receipt" if receipt else None)
    if receipt is not None:
        receipt.write_bytes(canonical_json(body))
        if "receipt" not in body:
            click.echo("the gate gave no receipt now: fetch it with `log proof`", err=True)
        body.pop("receipt", None)
    return body


def submission_of(client: Client, model_dir: Path, given: dict[str, Any]) -> dict[str, Any]:
    """Write the submission that the options of `check` state. Raises ClientError, GateError."""
    namespace, _, name = given["model"].partition("/")
    memory = Memory(given["digest_cache"], rehash=given["rehash"])
    files = [
        {"path": file.path, "size": file.size, "sha256": file.sha256}
        for file in list_model(model_dir, memory)
    ]
    submission: dict[str, Any] = {
        "model": {"namespace": namespace, "name": name, "version": given["version"]},
        "files": files,
        "stage": given["stage"],
        "risk_tier": given["tier"],
        "evaluations": submitted(client, given),
        "bundles": [client.document(path) for path in given["bundles"]],
    }
    if given["card"]:
        submission["model_card"] = {"files": [client.document(given["card"])]}
    if given["change_note"]:
        submission["change_note"] = given["change_note"]
    if given["rollback"]:
        version, _, release_digest = given["rollback"].rpartition(":")
        submission["rollback"] = {"version": version, "release_digest": release_digest}
    for name in ("references", "clusters"):
        if given[name]:
            submission[name] = list(given[name])
    return submission
