"""`countersign policy propose|proposals|vote|activate|shadow`: from a change to active policies."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec
from urllib.parse import urlencode

import click

from app.adapters.engines import policy_folder
from app.adapters.engines.delivery import sources
from app.cli import exits
from app.cli.client import Client, ClientError
from app.cli.policy.checking import FOLDER
from app.domain.errors import PolicyEngineError

P = ParamSpec("P")
_CODES = "Exit codes: 0 done, 3 the gate refused or could not be asked."
_SHOWN = 10
"""Changed decisions that are shown; JSON has more."""


def _asks(command: Callable[P, None]) -> Callable[P, None]:
    @click.option("--url", envvar="COUNTERSIGN_URL", required=True, help="The gate's address.")
    @click.option("--token", envvar="COUNTERSIGN_TOKEN", required=True, help="Your token.")
    @click.option(
        "--output", type=click.Choice(["text", "json"]), default="text", show_default=True
    )
    @wraps(command)
    def asking(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (ClientError, PolicyEngineError) as error:
            exits.could_not(str(error))

    return asking


@click.command(epilog=_CODES)
@click.argument("folder", type=FOLDER)
@click.option("--summary", required=True, help="What changes, and why; people vote on it.")
@click.option(
    "--acknowledge",
    is_flag=True,
    help="Say that past decisions are meant to be allowed that were not.",
)
@click.option("--revert", is_flag=True, help="Say that policies come back that were active before.")
@_asks
def propose(  # noqa: PLR0913 - one argument an option
    folder: Path,
    *,
    summary: str,
    acknowledge: bool,
    revert: bool,
    url: str,
    token: str,
    output: str,
) -> None:
    """Propose the policies in FOLDER (role policy_author or policy_admin).

    The gate reads them, runs them on its latest decisions and records what would change.
    They become active when the seats of gate/activation/data.yaml agree: see `policy vote`.

    \b
    countersign policy propose policies --summary "accuracy 0.92 for high"
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    policy_folder.read(folder)
    content = base64.b64encode(sources.pack(folder)).decode()
    asked = {
        "sources": content,
        "summary": summary,
        "acknowledge_loosening": acknowledge,
        "reverts": revert,
    }
    _tell(Client(url, token).post("/v1/policies/proposals", asked), output)


@click.command(epilog=_CODES)
@_asks
def proposals(*, url: str, token: str, output: str) -> None:
    """List the latest proposals, each with what is missing."""
    page = Client(url, token).ask("GET", "/v1/policies/proposals")
    if output == "json":
        click.echo(json.dumps(page, indent=2))
        return
    if not page["proposals"]:
        click.echo("no policies were ever proposed")
    for proposal in page["proposals"]:
        _tell(proposal, output)


@click.command(epilog=_CODES)
@click.argument("proposal_id")
@click.argument("said", type=click.Choice(["approve", "veto", "withdrawn"]))
@_asks
def vote(proposal_id: str, said: str, *, url: str, token: str, output: str) -> None:
    """Agree to a proposal, object to it, or take that back; your latest word stands."""
    body = Client(url, token).post(f"/v1/policies/proposals/{proposal_id}/votes", {"vote": said})
    click.echo(json.dumps(body, indent=2) if output == "json" else f"recorded: {body['vote']}")


@click.command(epilog=_CODES)
@click.argument("proposal_id")
@_asks
def activate(proposal_id: str, *, url: str, token: str, output: str) -> None:
    """Make a proposal the active policies, once every seat agrees (role policy_admin)."""
    body = Client(url, token).post(f"/v1/policies/proposals/{proposal_id}/activation", {})
    revision = body["policy"]["revision"]
    click.echo(json.dumps(body, indent=2) if output == "json" else f"active: {revision}")


def _tell(proposal: dict[str, Any], output: str) -> None:
    if output == "json":
        click.echo(json.dumps(proposal, indent=2))
        return
    effect, standing = proposal["effect"], proposal["standing"]
    click.echo(f"proposal {proposal['proposal_id']}  by {proposal['proposed_by']}")
    click.echo(f"  {proposal['summary']}")
    click.echo(f"  revision {proposal['policy']['revision']}")
    click.echo(
        f"  {effect['replayed']} past decisions: {effect['same']} the same, "
        f"{effect['not_replayed']} not replayed"
    )
    for flip in effect["flips"]:
        click.echo(f"  {flip['count']} x {flip['from']} -> {flip['to']}")
    for change in effect["changes"][:_SHOWN]:
        click.echo(f"    {change['decision_id']}  {change['from']} -> {change['to']}")
        click.echo(f"      {change['release']}")
    for obstacle in standing["obstacles"]:
        click.echo(f"  waits: {obstacle}")
    if not standing["obstacles"]:
        click.echo("  ready, or active: every seat agrees")


@click.command(epilog="Exit codes: 0 shown, 3 the gate refused or could not be asked.")
@click.option("--limit", type=click.IntRange(1, 100), default=50, show_default=True)
@click.option("--cursor", help="The next page, as the last one told.")
@_asks
def shadow(*, limit: int, cursor: str | None, url: str, token: str, output: str) -> None:
    """Show what the candidate beside the active policies says otherwise, the newest first.

    The gate runs it on live decisions (COUNTERSIGN_SHADOW_POLICIES), records each difference
    and answers by the active policies alone. JSON has one line a difference.

    \b
    countersign policy shadow --limit 20
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    asked = {"kind": "shadow_difference", "limit": str(limit)}
    asked |= {"cursor": cursor} if cursor else {}
    page = Client(url, token).ask("GET", f"/v1/log?{urlencode(asked)}")
    for body in page["entries"]:
        if output == "json":
            click.echo(json.dumps(body))
            continue
        model, stage = body["release"]["model"], body["release"]["stage"]
        name = f"{model['namespace']}/{model['name']} {model['version']} for {stage}"
        codes = [f"+{code}" for code in body["new"]] + [f"-{code}" for code in body["gone"]]
        click.echo(f"{body['at'][:19]}  {body['from']} -> {body['to']}  {name}")
        click.echo(f"    decision {body['decision_id']}")
        click.echo(f"    candidate {body['candidate']['revision']}")
        for code in codes:
            click.echo(f"    {code}")
    if not page["entries"]:
        click.echo("no difference is recorded", err=True)
    if page.get("next_cursor"):
        click.echo(f"next page: --cursor {page['next_cursor']}", err=True)
