"""`countersign admission path`: the path of a webhook, with a token in it as a key."""

from __future__ import annotations

import click

from app.domain.enforcement import key

PROTOCOLS = ("admission", "gatekeeper", "kyverno")


@click.command(epilog="Exit codes: 0.")
@click.option("--stage", required=True, help="Stage that the cluster serves, such as production.")
@click.option("--cluster", required=True, help="Name of the cluster.")
@click.option("--protocol", type=click.Choice(PROTOCOLS), default="admission", show_default=True)
@click.option("--token", envvar="COUNTERSIGN_TOKEN", required=True, help="The cluster's token.")
def path(stage: str, cluster: str, protocol: str, token: str) -> None:
    """Print the path that a cluster is to ask at, for `clientConfig.service.path`.

    An API server sends no header, and takes only lower-case letters and digits in a path: so
    the token (best one of its own, with the role deployer) is written in base32. Whoever
    reads the path can ask as the cluster: it is as secret as the token.

    \b
    countersign admission path --stage production --cluster eu-1
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    click.echo(f"/v1/enforcement/kubernetes/{protocol}/{stage}/{cluster}/{key.write(token)}")
