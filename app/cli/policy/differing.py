"""`countersign policy diff`: what do two folders of policies say of the same inputs?"""

from __future__ import annotations

from pathlib import Path

import click

from app.cli import exits
from app.cli.policy import asking
from app.cli.policy.checking import FOLDER, OPA
from app.cli.policy.fuzz import RANK
from app.cli.policy.opa import found
from app.domain.decision import Point

_POLICIES = exits.Given(exists=True, path_type=Path)


@click.command(
    epilog="Exit codes: 0 nothing is loosened, 1 an outcome becomes better, 3 could not compare."
)
@click.argument("before", type=_POLICIES)
@click.argument("after", type=_POLICIES)
@click.option("--inputs", type=FOLDER, required=True, help="Folder of policy inputs (*.json).")
@OPA
def diff(before: Path, after: Path, *, inputs: Path, opa: Path | None) -> None:
    """Decide the same inputs by BEFORE and AFTER, and show what differs.

    Each is a folder of policies, or a bundle.
    """
    binary, documents = found(opa), asking.inputs(inputs)
    answers = []
    for policies in (before, after):
        with asking.asking(binary, policies) as ask:
            answers.append(ask(list(documents.values())))
    loosened = 0
    for name, old, new in zip(documents, *answers, strict=True):
        gone, come = asking.codes(old) - asking.codes(new), asking.codes(new) - asking.codes(old)
        then, now = asking.outcome(old), asking.outcome(new)
        there = list(zip(asking.by_point(old), asking.by_point(new), strict=True))
        if then == now and not gone and not come and all(o == n for o, n in there):
            continue
        loosened += any(RANK.get(n, 0) > RANK.get(o, 0) for o, n in there)
        changes = [f"-{code}" for code in sorted(gone)] + [f"+{code}" for code in sorted(come)]
        changes += [
            f"{point}: {o} -> {n}"
            for point, (o, n) in zip(Point, there, strict=True)
            if o != n and (o, n) != (then, now)
        ]
        click.echo(f"{name}: {then} -> {now}  {' '.join(changes)}".rstrip())
    click.echo(f"{len(documents)} inputs, {loosened} loosened")
    raise SystemExit(1 if loosened else 0)
