"""`countersign policy`: the workbench of policy authors."""

from __future__ import annotations

import click

from app.cli.policy.activating import activate, proposals, propose, shadow, vote
from app.cli.policy.building import build
from app.cli.policy.checking import check
from app.cli.policy.differing import diff
from app.cli.policy.evaluating import evaluate
from app.cli.policy.scaffolding import new
from app.cli.policy.testing import test


@click.group()
def policy() -> None:
    """Write, check, test, build, compare and activate policies.

    What reads Rego needs the opa executable (--opa, COUNTERSIGN_OPA_BINARY, or on PATH).
    To see which past decisions a change would flip, there is `countersign replay`.
    """


for command in (
    activate,
    build,
    check,
    diff,
    evaluate,
    new,
    proposals,
    propose,
    shadow,
    test,
    vote,
):
    policy.add_command(command)
