"""`countersign versions`: register a version, show it with its lineage, revoke its release."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from app.cli import exits
from app.cli.approve import followed
from app.cli.client import ClientError
from app.cli.digest import list_model
from app.cli.github.asking import asks_as_job, client
from app.cli.log.asking import query
from app.cli.models import asking
from app.cli.models.listing import show_edges
from app.domain.canonical import read_json
from app.domain.errors import GateError
from app.domain.release import release_digest

_FILE = exits.FILE


@click.group()
def versions() -> None:
    """Register, show and revoke versions of models."""


@versions.command(epilog="Exit codes: 0 registered, 3 refused or not answered.")
@asking.MODEL
@click.argument("version")
@click.argument("model_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--parent", help="Version of this model that it follows.")
@click.option("--base", "bases", multiple=True, metavar="ID[:REVISION]", help="Made from this.")
@click.option("--code", metavar="REPOSITORY@COMMIT", help="The code that made it.")
@click.option("--run", help="The training run, as its tracker names it.")
@click.option("--dataset", "datasets", multiple=True, metavar="NAME=SHA256", help="Its data.")
@click.option("--changelog", help="What is new, for people.")
@click.option(
    "--reproducibility",
    type=_FILE,
    help="JSON: environment_sha256, command, seed, hardware, determinism.",
)
@asking.OUTPUT
@asks_as_job
def register(
    model: str,
    version: str,
    model_dir: Path,
    output: str,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Register VERSION of a model: this name means the bytes in MODEL_DIR for good.

    Every file is hashed; nothing of the model is uploaded. The same version with other
    bytes is refused.

    \b
    countersign versions register acme/scorer 1.4.0 ./model --parent 1.3.0 \\
      --base meta-llama/Llama-3.1-8B:0e9e39f --code https://git.example/scorer@$COMMIT
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        asked = {
            "version": version,
            "release_digest": release_digest(list_model(model_dir)),
            **_said(given),
        }
        made = client(given).post(asking.of_model(model, "versions"), asked)
    except (ClientError, GateError) as error:
        exits.could_not(str(error))
    if not asking.answered(made, output):
        click.echo(f"{model} {version}: {made['release_digest']}")


@versions.command(name="list", epilog="Exit codes: 0 answered, 3 not found or not answered.")
@asking.MODEL
@click.option("--after", help="List the versions after this one.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@asking.OUTPUT
@asks_as_job
def list_versions(model: str, after: str | None, limit: int, output: str, **given: Any) -> None:  # noqa: ANN401 - options by name
    """List the versions of a model, by name."""
    path = asking.of_model(model, "versions")
    try:
        page = client(given).ask("GET", f"{path}?{query(after=after, limit=limit)}")
    except ClientError as error:
        exits.could_not(str(error))
    if asking.answered(page, output):
        return
    rows = [
        (one["version"], one["state"], one["at"][:19], one["release_digest"][:12])
        for one in page["versions"]
    ]
    asking.show_table(("version", "state", "registered at", "release"), rows)
    if page["next_after"]:
        click.echo(f"next page: --after {page['next_after']}")


@versions.command(epilog="Exit codes: 0 answered, 3 not found or not answered.")
@asking.MODEL
@click.argument("version")
@asking.OUTPUT
@asks_as_job
def show(model: str, version: str, output: str, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Show what was said of a version, how to make it again, and its lineage."""
    path = asking.of_model(model, "versions", version)
    try:
        gate = client(given)
        found = gate.ask("GET", path)
        lineage = gate.ask("GET", f"{path}/lineage")
    except ClientError as error:
        exits.could_not(str(error))
    if asking.answered({**found, "lineage": lineage}, output):
        return
    facts = {name: found[name] for name in ("release_digest", "state", "registered_by", "at")}
    facts |= {name: _text(value) for name, value in found["registration"].items()}
    asking.show_table(("fact", "value"), list(facts.items()))
    show_edges(lineage["up"] + lineage["down"])


@versions.command(epilog="Exit codes: 0 marked, 3 refused or not answered.")
@asking.MODEL
@click.argument("version")
@click.argument("state", type=click.Choice(["under_review", "clear", "revoked"]))
@click.option("--reason", required=True, help="Why.")
@asking.OUTPUT
@asks_as_job
def mark(model: str, version: str, state: str, reason: str, output: str, **given: Any) -> None:  # noqa: ANN401 - options by name, one argument an option
    """Mark the release of VERSION; what is revoked is never promoted again, under no name.

    \b
    countersign versions mark acme/scorer 1.4.0 revoked --reason "trained on leaked data"
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        gate = client(given)
        found = gate.ask("GET", asking.of_model(model, "versions", version))
        asked = {"state": state, "reason": reason}
        made = gate.post(f"/v1/releases/{found['release_digest']}/marks", asked)
    except ClientError as error:
        exits.could_not(str(error))
    if not asking.answered(made, output):
        click.echo(f"{made['state']}: {', '.join(made['versions'])}")
        followed.tell(made)


def _said(given: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if given["parent"]:
        said["parent"] = given["parent"]
    if given["bases"]:
        said["base_models"] = [_base(text) for text in given["bases"]]
    if given["code"]:
        repository, _, commit = given["code"].rpartition("@")
        if not repository:
            raise click.UsageError(f"--code {commit}: expected REPOSITORY@COMMIT")
        said["code"] = {"repository": repository, "commit": commit}
    if given["run"]:
        said["training_run"] = {"id": given["run"]}
    if given["datasets"]:
        said["datasets"] = [_dataset(text) for text in given["datasets"]]
    if given["changelog"]:
        said["changelog"] = given["changelog"]
    if given["reproducibility"]:
        said["reproducibility"] = _document(given["reproducibility"])
    return said


def _base(text: str) -> dict[str, str]:
    base_id, colon, revision = text.partition(":")
    return {"id": base_id, "revision": revision} if colon else {"id": base_id}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _dataset(text: str) -> dict[str, str]:
    name, _, sha256 = text.rpartition("=")
    if not name:
        raise click.UsageError(f"--dataset {text}: expected NAME=SHA256")
    return {"name": name, "sha256": sha256}


def _document(path: Path) -> object:
    try:
        return read_json(path.read_bytes())
    except GateError as error:
        exits.could_not(f"{path}: {error}")
    except OSError as error:
        exits.could_not(f"{path}: {error.strerror}")
