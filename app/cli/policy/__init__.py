"""`countersign policy`: the workbench of policy authors."""

from __future__ import annotations

import click

from app.cli.policy.building import build
from app.cli.policy.checking import check
from app.cli.policy.differing import diff
from app.cli.policy.evaluating import evaluate
from app.cli.policy.scaffolding import new
from app.cli.policy.testing import test


@click.group()
def policy() -> None:
    """Write, check, test, build and compare policies.

    Needs the opa executable (--opa, COUNTERSIGN_OPA_BINARY, or on PATH). To see which past
    decisions a change would flip, there is `countersign replay`.
    """


for command in (build, check, diff, evaluate, new, test):
    policy.add_command(command)
