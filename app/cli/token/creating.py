"""`countersign token create`: make a token, over HTTP or straight into the data folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import click

from app.adapters.system.identifiers import new_id, new_secret
from app.bootstrap import storage
from app.cli import exits
from app.cli.client import Client, ClientError
from app.domain.caller import ANY, Role, Scope
from app.domain.errors import GateError
from app.gate.issue_token import TokenRequest, issue_token
from app.settings import Settings, SettingsError


@click.command(epilog="Exit codes: 0 created, 3 could not be created.")
@click.option("--subject", required=True, help="Whom it stands for, such as ada@example.org.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="A role of the subject; may be given several times.",
)
@click.option(
    "--project",
    "projects",
    multiple=True,
    default=[ANY],
    help="A project (namespace of models) it is for; several times for several. [default: all]",
)
@click.option(
    "--stage",
    "stages",
    multiple=True,
    default=[ANY],
    help="A stage it is for; several times for several. [default: all]",
)
@click.option(
    "--expires-in-days",
    type=click.IntRange(1, 366),
    default=90,
    show_default=True,
    help="Lifetime.",
)
@click.option("--url", envvar="COUNTERSIGN_URL", help="Ask a running gate, as an operator.")
@click.option("--token", "operator", envvar="COUNTERSIGN_TOKEN", help="The operator's token.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def create(  # noqa: PLR0913, PLR0917 - one argument an option
    subject: str,
    roles: tuple[str, ...],
    projects: tuple[str, ...],
    stages: tuple[str, ...],
    expires_in_days: int,
    url: str | None,
    operator: str | None,
    output: str,
) -> None:
    """Create a token and print it, this once.

    Without --url the token is written straight into the data folder (COUNTERSIGN_DATA_DIR),
    which only works while no gate is running on it: this is how the first one is made.

    \b
    countersign token create --subject ada@example.org --role operator
    countersign token create --subject ci@example.org --role submitter \\
        --project acme --stage staging
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    try:
        if url:
            asked = {
                "subject": subject,
                "roles": list(dict.fromkeys(roles)),
                "projects": list(dict.fromkeys(projects)),
                "stages": list(dict.fromkeys(stages)),
                "expires_in_days": expires_in_days,
            }
            issued = Client(url, operator or "").post("/v1/tokens", asked)
        else:
            scope = Scope(frozenset(projects), frozenset(stages))
            issued = _issue(subject, roles, scope, expires_in_days)
    except (ClientError, GateError, SettingsError) as error:
        exits.could_not(str(error))
    click.echo(json.dumps(issued) if output == "json" else issued["token"])


def _issue(
    subject: str, roles: tuple[str, ...], scope: Scope, expires_in_days: int
) -> dict[str, object]:
    asked = TokenRequest(
        subject=subject,
        roles=frozenset(Role(role) for role in roles),
        scope=scope,
        expires_at=datetime.now(UTC) + timedelta(days=expires_in_days),
    )
    with storage.opened_stores(Settings.from_environment()) as stores:
        issued = issue_token(asked, "console", stores.tokens, new_id, new_secret)
    return {
        "token": issued.token,
        "token_id": issued.caller.token_id,
        "subject": subject,
        "roles": sorted(set(roles)),
        "projects": sorted(scope.projects),
        "stages": sorted(scope.stages),
        "expires_at": issued.expires_at.isoformat(timespec="seconds"),
    }
