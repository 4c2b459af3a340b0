"""`countersign policy check`: may these policies be shipped?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from app.cli.policy import asking, lint
from app.cli.policy.fuzz import faults
from app.cli.policy.opa import Opa, found

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
OPA = click.option(
    "--opa",
    envvar="COUNTERSIGN_OPA_BINARY",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The opa executable.",
)


@click.command(epilog="Exit codes: 0 nothing is wrong, 1 something is, 3 could not check.")
@click.argument("policies", type=FOLDER)
@click.option("--inputs", type=FOLDER, help="Folder of policy inputs (*.json) to fuzz.")
@OPA
def check(policies: Path, *, inputs: Path | None, opa: Path | None) -> None:
    """Check format, strict compilation, schema and soundness of POLICIES.

    With --inputs, every field of each input is taken out in turn: what is absent must never
    turn a deny or pending into an allow, nor pass where another value would deny.

    \b
    countersign policy check ./policies --inputs ./policy-inputs
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    author = Opa(found(opa), policies)
    wrong = [*_static(author, policies)]
    if inputs is None:
        click.echo("no --inputs: that absent fields deny was not tried")
    elif not wrong:
        wrong = [*_fuzzed(author.binary, policies, inputs)]
    for line in wrong:
        click.echo(line)
    click.echo(f"{len(wrong)} found" if wrong else "nothing found")
    raise SystemExit(1 if wrong else 0)


def _static(author: Opa, policies: Path) -> Iterator[str]:
    for name in author.unformatted():
        yield f"{name}: not as opa fmt writes it"
    checked = author.checked()
    if not checked.is_good:
        yield checked.complaint
        return
    for file in sorted(policies.rglob("*.rego")):
        if file.name.endswith("_test.rego"):
            continue
        for complaint in lint.complaints(str(file), author.parsed(file)):
            where = f"{complaint.file}:{complaint.row}"
            yield f"{where}: {complaint.rule}: {complaint.message}"


def _fuzzed(binary: Path, policies: Path, folder: Path) -> Iterator[str]:
    with asking.asking(binary, policies) as ask:
        for name, document in asking.inputs(folder).items():
            whole, found_faults = faults(
                document, lambda documents: [asking.outcome(answer) for answer in ask(documents)]
            )
            click.echo(f"{name}: {whole}, {len(found_faults)} found by deletion")
            for fault in found_faults:
                yield f"{name}: {fault.at}: {fault.message}"
