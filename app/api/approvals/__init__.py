"""HTTP of what people do about a release: votes, delegations, waivers, and an inbox."""

from __future__ import annotations

from app.api.approvals import delegations, glass, inbox, votes, waivers

BLUEPRINTS = (
    delegations.blueprint,
    glass.blueprint,
    inbox.blueprint,
    votes.blueprint,
    waivers.blueprint,
)
