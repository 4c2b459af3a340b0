"""`countersign admission check`: would the gate let manifests in?"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import click
from rich.console import Console
from rich.markup import escape

from app.cli import exits
from app.cli.admission.listing import title
from app.cli.admission.objects import ManifestError, Piece, pieces
from app.cli.client import Client, ClientError

_PATH = "/v1/enforcement/kubernetes/admission"
_CODES = {"allow": exits.ALLOWED, "pending": exits.PENDING}
_COULD_NOT = 503


@click.command(
    cls=exits.Answering,
    epilog="Exit codes: 0 all is let in, 1 something is not, 2 something waits for people, "
    "3 could not ask, or the gate could not tell.",
)
@click.option(
    "-f", "--file", "files", multiple=True, required=True, help="A manifest, a folder, or -."
)
@click.option("--stage", required=True, help="Stage that the cluster serves, such as production.")
@click.option("--cluster", default="any", help="Name of the cluster, as its webhook gives it.")
@click.option("--url", envvar="COUNTERSIGN_URL", default="http://127.0.0.1:8080", show_default=True)
@click.option("--token", envvar="COUNTERSIGN_TOKEN", required=True, help="A deployer's token.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(  # noqa: PLR0913, PLR0917 - options by name
    files: tuple[str, ...], stage: str, cluster: str, url: str, token: str, output: str
) -> None:
    """Ask the gate whether Kubernetes manifests would be let in, before they are applied.

    Each object is sent as the cluster would send it when it is created, as a rehearsal:
    nothing is recorded. The gate answers from recorded decisions and decides nothing.

    \b
    countersign admission check -f inferenceservice.yaml --stage production
    kustomize build . | countersign admission check -f - --stage production \\
        --cluster eu-1
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    client = Client(url, token)
    try:
        read = list(pieces(files))
        answers = [_asked(client, one, f"{_PATH}/{stage}/{cluster}") for one in read]
    except (ManifestError, ClientError) as error:
        exits.could_not(str(error))
    rows = [_row(one, said) for one, said in zip(read, answers, strict=True)]
    if output == "json":
        click.echo(json.dumps({"objects": rows}, indent=2))
    else:
        _print(read, rows)
    raise SystemExit(_exit(answers))


def _asked(client: Client, piece: Piece, path: str) -> dict[str, Any]:
    request = {
        "uid": str(uuid4()),
        "operation": "CREATE",
        "namespace": piece.manifest.namespace or "",
        "dryRun": True,
        "object": piece.object,
    }
    review = {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": request,
    }
    response: dict[str, Any] = client.post(path, review)["response"]
    if response.get("uid") != request["uid"] or not isinstance(response.get("allowed"), bool):
        raise ClientError("the gate answered another question")
    return response


def _row(piece: Piece, said: dict[str, Any]) -> dict[str, Any]:
    read = piece.manifest
    return {
        "file": piece.file,
        "document": piece.document,
        "kind": read.kind,
        "namespace": read.namespace,
        "name": read.name,
        "allowed": said["allowed"],
        "outcome": _outcome(said),
        "message": said.get("status", {}).get("message", ""),
        "warnings": said.get("warnings", []),
    }


def _outcome(said: dict[str, Any]) -> str:
    default = "allow" if said["allowed"] else "unknown"
    return str(said.get("auditAnnotations", {}).get("outcome", default))


def _print(read: list[Piece], rows: list[dict[str, Any]]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for piece, row in zip(read, rows, strict=True):
        named = len(piece.manifest.references) + len(piece.manifest.unread)
        if not named and row["allowed"]:
            continue
        console.print(f"{row['outcome'].upper():<9} [bold]{escape(title(piece))}[/bold]")
        for line in (*row["message"].splitlines(), *(f"note: {w}" for w in row["warnings"])):
            console.print(f"{'':10}{escape(line)}")
    refused = sum(not row["allowed"] for row in rows)
    console.print(f"{len(rows)} objects, {refused} not let in")


def _exit(answers: list[dict[str, Any]]) -> int:
    refused = [one for one in answers if not one["allowed"]]
    if any(one.get("status", {}).get("code") == _COULD_NOT for one in refused):
        return exits.COULD_NOT_DECIDE
    codes = {_CODES.get(_outcome(one), exits.DENIED) for one in refused}
    return exits.DENIED if exits.DENIED in codes else max(codes, default=exits.ALLOWED)
