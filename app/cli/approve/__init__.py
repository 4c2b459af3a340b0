"""`countersign approve`: see what waits for you; approve, veto, comment or withdraw."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from app.cli import exits
from app.cli.approve import followed, shown, signing
from app.cli.client import Client, ClientError, segment
from app.cli.log.asking import asks, query
from app.domain.errors import GateError

DECLINED = 1
_PATH = exits.Given(dir_okay=False, path_type=Path)


@click.command(
    epilog="Exit codes: 0 recorded or shown, 1 not confirmed, 3 could not be recorded.",
)
@click.argument("release_digest", required=False)
@click.option("--inbox", is_flag=True, help="Show what waits for you.")
@click.option(
    "--vote",
    type=click.Choice(["approve", "veto", "comment"]),
    default="approve",
    show_default=True,
    help="What you say of the release.",
)
@click.option("--withdraw", metavar="APPROVAL_ID", help="Take back your own vote.")
@click.option("--comment", default="", help="Why, for those who read it later.")
@click.option("--stage", help="The stage, if it was submitted for several.")
@click.option("--key", type=_PATH, help="Sign the vote with this P-256 key in PEM.")
@click.option("--trust-config", type=_PATH, help="Sign it at this sigstore.")
@click.option("--identity-token", envvar="SIGSTORE_ID_TOKEN", help="If not the CI's own.")
@click.option("--bundle", type=_PATH, help="Keep the signed statement here, too.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@asks
def approve(release_digest: str | None, *, inbox: bool, output: str, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Approve the release of RELEASE_DIGEST: exactly the digests that are shown.

    Your roles come from your token. The vote is refused if the card, the evaluations, the
    weights or the policies have moved since they were shown to you.

    \b
    countersign approve --inbox
    countersign approve 9f2c...e1 --comment 'checked the slices'
    countersign approve 9f2c...e1 --vote veto --comment 'the test set leaked'
    countersign approve 9f2c...e1 --key me.pem --bundle approval.sigstore.json
    countersign approve --withdraw 01a20f39-e27e-7620-a68c-2af96c41349e
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    ways = [inbox, release_digest is not None, given["withdraw"] is not None]
    if given["key"] and given["trust_config"]:
        raise click.UsageError("sign with --key or with --trust-config, not both")
    if sum(ways) != 1:
        raise click.UsageError("give one of RELEASE_DIGEST, --inbox and --withdraw")
    if given["bundle"] and not (given["key"] or given["trust_config"]):
        raise click.UsageError("--bundle keeps a signed vote: give --key or --trust-config, too")
    if given["comment"] and release_digest is None:
        raise click.UsageError("--comment goes with a vote: give RELEASE_DIGEST")
    client = Client(given["url"], given["token"])
    try:
        if inbox:
            _show_inbox(client, output)
            return
        if given["withdraw"] is not None:
            made = client.post(f"/v1/approvals/{segment(given['withdraw'])}/withdraw", {})
        else:
            made = _voted(client, str(release_digest), output, given)
    except (ClientError, GateError) as error:
        exits.could_not(str(error))
    except OSError as error:
        exits.could_not(f"{error.filename}: {error.strerror}")
    _tell(made, output)


def _show_inbox(client: Client, output: str) -> None:
    found = client.ask("GET", "/v1/inbox")
    if output == "json":
        click.echo(json.dumps(found))
    else:
        shown.inbox(Console(highlight=False), found)


def _voted(client: Client, release: str, output: str, given: dict[str, Any]) -> dict[str, Any]:
    asked = query(release_digest=release, stage=given["stage"])
    found = client.ask("GET", f"/v1/approvals?{asked}")
    seating = found.get("seating")
    if seating is None:
        exits.could_not(f"no release with the digest {release} was ever submitted")
    if output == "text" or not given["yes"]:
        shown.seating(Console(highlight=False, stderr=output == "json"), release, seating)
    if not given["yes"] and not click.confirm(f"{given['vote']} exactly this?", err=True):
        _decline()
    vote = {
        "release_digest": release,
        "vote": given["vote"],
        "comment": given["comment"],
        "stage": seating["stage"],
        "components": seating["components"],
    }
    if given["key"] or given["trust_config"]:
        vote["statement"] = signing.statement(client, release, seating, vote, given)
    return client.post("/v1/approvals", vote)


def _decline() -> NoReturn:
    click.echo("nothing was recorded", err=True)
    raise SystemExit(DECLINED)


def _tell(made: dict[str, Any], output: str) -> None:
    if output == "json":
        click.echo(json.dumps(made))
        return
    roles = ", ".join(made["roles"]) or "no approver role"
    click.echo(f"recorded: {made['vote']} by {made['subject']} ({roles})")
    click.echo(f"          {made['approval_id']}, entry {made['seq']} of {made['log']}")
    followed.tell(made)
