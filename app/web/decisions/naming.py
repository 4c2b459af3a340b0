"""What an entry of the log is about, in a few words, and the page that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.domain.entry import Kind
from app.web.seeing import Seen

_LONGEST = 90


@dataclass(frozen=True, slots=True)
class Named:
    """What one entry is about."""

    text: str
    version: str
    address: str
    """The page that shows it; empty where none does."""
    outcome: str
    """Of a decision; else what was done, or nothing."""
    stage: str


def of(seen: Seen) -> Named:
    """Name what an entry is about: a release, a model, a proposal, a person."""
    stated: Mapping[str, Any] = seen.body.get("entry", {})
    stage = str(stated.get("stage", ""))
    outcome = str(seen.body.get("outcome", stated.get("outcome", "")))
    text = _text(seen.body, stated) or seen.entry.id
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return Named(short, _version(seen.body), _address(seen, stated, stage), outcome, stage)


def _text(body: Mapping[str, Any], stated: Mapping[str, Any]) -> str:
    model = stated.get("model") or body.get("model")
    if isinstance(model, str):
        return model
    for name in ("summary", "name", "subject", "location"):
        if isinstance(body.get(name), str):
            return str(body[name])
    revision = body.get("policy", {}).get("revision", "")
    return str(revision).removeprefix("sha256:")


def _version(body: Mapping[str, Any]) -> str:
    named = body.get("release", {}).get("model", {})
    on = body.get("on", {})
    return str(named.get("version") or on.get("version") or body.get("version") or "")


def _address(seen: Seen, stated: Mapping[str, Any], stage: str) -> str:
    digest, model = stated.get("release_digest"), str(stated.get("model") or "")
    if seen.entry.kind is Kind.POLICY_PROPOSED:
        return url_for("web.proposals.page", proposal_id=seen.entry.id)
    if digest is not None:
        is_decided = seen.entry.kind in {Kind.DECISION, Kind.APPROVAL, Kind.BREAK_GLASS}
        return url_for("web.releases.page", digest=digest, stage=stage if is_decided else None)
    if model.count("/") == 1:
        namespace, _, name = model.partition("/")
        return url_for("web.models.page", namespace=namespace, name=name)
    return ""
