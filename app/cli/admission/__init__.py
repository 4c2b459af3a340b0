"""`countersign admission`: the models in Kubernetes manifests, and whether they are let in."""

from __future__ import annotations

import click

from app.cli.admission.listing import refs


@click.group()
def admission() -> None:
    """Read the models that Kubernetes manifests name, and ask whether they are let in."""


for command in (refs,):
    admission.add_command(command)
