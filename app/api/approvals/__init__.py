"""HTTP of what people do about a release: votes, delegations, waivers, and an inbox."""

from __future__ import annotations

from app.api.approvals import delegations, inbox, votes, waivers

BLUEPRINTS = (
    delegations.blueprint,
    inbox.blueprint,
    votes.blueprint,
    waivers.blueprint,
)
