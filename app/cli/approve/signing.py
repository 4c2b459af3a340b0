"""A vote, signed by the one who gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cli.client import Client
from app.cli.sign import signed_keyless, write
from app.domain.approvals.components import Component
from app.domain.approvals.standing import Subject, Vote
from app.domain.attestations import approving
from app.domain.canonical import canonical_json
from app.domain.digest import Digest


def statement(
    client: Client,
    release: str,
    seating: Mapping[str, Any],
    vote: Mapping[str, Any],
    given: Mapping[str, Any],
) -> str:
    """Sign the statement of a vote, and give the bundle. Raises ClientError, AttestorError."""
    on = Subject(
        release_digest=Digest(release),
        model=seating["model"],
        version=seating["version"],
        stage=seating["stage"],
        risk_tier=seating["risk_tier"],
        components={Component(name): d for name, d in seating["components"].items()},
    )
    approver = client.ask("GET", "/v1/caller")["subject"]
    stated = approving.statement(on, Vote(vote["vote"]), vote["comment"], approver)
    content = canonical_json(stated)
    if given["key"] is not None:
        from app.adapters.attestations import local_key  # noqa: PLC0415 - only what is used loads

        bundle = local_key.sign_statement(given["key"], content)
    else:
        bundle = signed_keyless(content, given["trust_config"], given["identity_token"])
    if given["bundle"] is not None:
        write(given["bundle"], bundle)
    return bundle.decode()
