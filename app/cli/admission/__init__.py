"""`countersign admission`: the models in Kubernetes manifests, and whether they are let in."""

from __future__ import annotations

import click

from app.cli.admission.checking import check
from app.cli.admission.listing import refs
from app.cli.admission.path import path


@click.group()
def admission() -> None:
    """Read the models that Kubernetes manifests name, and ask whether they are let in."""


for command in (check, path, refs):
    admission.add_command(command)
