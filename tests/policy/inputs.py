"""Builders of the smallest policy inputs: one that is allowed, and edits of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

Document = dict[str, Any]
Edits = Mapping[str, Any]

GONE: Final = object()
"""The value of an edit that takes the field out."""

NOW = 1795500000
DAY = 86400
RELEASE = "a" * 64
EARLIER = "b" * 64
ISSUER = "https://oidc.acme.example"
IDENTITY = "https://acme.example/models/release.yml@main"

TRUST: Document = {
    "signers": [
        {
            "trust_domain": "acme",
            "issuer": ISSUER,
            "identity": {"type": "uri", "value": IDENTITY},
            "claims": {"source_repository_uri": "https://acme.example/models"},
        }
    ],
    "ignorable_paths": [".git", "model.sig"],
    "unsigned_paths": [".gitattributes"],
}
TIERS: Document = {
    "rank": {"minimal": 1, "limited": 2, "high": 3},
    "default_floor": "minimal",
    "floors": {"acme/scorer": "high"},
}


def an_input(stage: str = "production", risk_tier: str = "high") -> Document:
    """Build the smallest input that the shipped policies allow, with TRUST and TIERS."""
    return {
        "schema": "countersign.dev/policy-input/v1",
        "now": NOW,
        "calendar": a_calendar(),
        "release": _release(stage, risk_tier),
        "signatures": {
            "submitted": 1,
            "verified": 1,
            "refused": [],
            "signers": [a_signer()],
        },
        "model_card": a_card(),
        "evaluations": {"submitted": 1, "reports": [a_report()]},
        "approvals": {
            "is_quorum_known": True,
            "seats": [
                a_seat("data_scientist", ["dora"]),
                a_seat("governance_lead", ["gus"]),
                a_seat("product_owner", ["pia"]),
                a_seat("risk_compliance", ["rita", "rolf"]),
            ],
            "vetoes": {"count": 0, "by": []},
            "not_counted": [],
            "break_glass": {"count": 0, "opened": []},
        },
    }


def a_calendar() -> Document:
    """Build the calendar of NOW: a Tuesday, before noon."""
    return {
        "utc": "2026-11-24T06:00:00Z",
        "zone": "UTC",
        "weekday": "tuesday",
        "time": "06:00",
    }


def _release(stage: str, risk_tier: str) -> Document:
    return {
        "digest": RELEASE,
        "model": {"namespace": "acme", "name": "scorer", "version": "2.0.0"},
        "stage": stage,
        "risk_tier": risk_tier,
        "files": {"count": 3, "size": 1000},
        "submitted_by": "sam",
        "change_note": {"chars": 40, "sha256": "c" * 64},
        "rollback": {"version": "1.9.0", "release_digest": EARLIER, "is_released": True},
        "residences_count": 1,
        "residences": [{"stage": "staging", "seconds": 86400, "verification": "passed"}],
        "marks": {
            "release": "clear",
            "rollback": "clear",
            "is_whole": True,
            "ancestors_count": 0,
            "ancestors": [],
        },
    }


def a_signer() -> Document:
    """Build a trusted signer of all files."""
    nothing = {"count": 0, "paths": []}
    return {
        "trust_domain": "acme",
        "trust_root_sha256": "d" * 64,
        "issuer": ISSUER,
        "identity": {"type": "uri", "value": IDENTITY},
        "claims": {"source_repository_uri": "https://acme.example/models"},
        "signed": {"count": 3},
        "changed": dict(nothing),
        "unsigned": dict(nothing),
        "missing": dict(nothing),
        "ignored": dict(nothing),
    }


def a_card() -> Document:
    """Build a model card that says everything that is asked."""
    return {
        "status": "read",
        "sha256": "e" * 64,
        "format": "hugging_face",
        "license": {"id": "apache-2.0", "scheme": "hf"},
        "owners": ["models@acme.example"],
        "base_models": [],
        "base_models_count": 0,
        "datasets": [],
        "languages": [],
        "sections": {
            "intended_use": {"state": "present", "chars": 120, "at": "Uses"},
            "limitations": {"state": "present", "chars": 80, "at": "Bias, Risks"},
        },
        "reported_results": [],
        "contradictions": {"count": 0, "found": []},
        "quality": [],
    }


def a_report() -> Document:
    """Build a report that gives both metrics that production demands of high risk."""
    results = [
        a_result("sciq", value=0.864, low=0.8427, high=0.8853, n=1000),
        a_result("lambada_openai", value=0.5833, low=0.5698, high=0.5968, n=5153),
    ]
    return {
        "status": "read",
        "sha256": "f" * 64,
        "format": "lm_eval",
        "tool": "lm-eval",
        "tool_version": "0.4.13",
        "binding": "digest_match",
        "subject": {"sha256": RELEASE},
        "run": {"status": "complete", "finished_at": NOW - DAY},
        "results_count": len(results),
        "results": results,
        "quality": [],
    }


def a_result(dataset: str, *, value: float, low: float, high: float, n: int) -> Document:
    """Build an accuracy over a whole data set, with its interval."""
    return {
        "dataset": dataset,
        "metric": "accuracy",
        "native_metric": "acc",
        "params": {"filter": "none"},
        "unit": "fraction",
        "direction": "higher",
        "status": "ok",
        "value": value,
        "n": n,
        "uncertainty": {
            "method": "reported_stderr",
            "computed_by": "tool",
            "stderr": 0.0108,
            "ci_low": low,
            "ci_high": high,
            "level": 0.95,
        },
        "slice": {},
        "slice_role": "overall",
        "is_aggregate": False,
        "at": f"/results/{dataset}/acc,none",
    }


def a_seat(role: str, people: list[str], required: int | None = None) -> Document:
    """Build the seats of a role; all of them are filled unless more are required."""
    seats = len(people) if required is None else required
    return {
        "role": role,
        "required": seats,
        "filled": len(people),
        "open": seats - len(people),
        "people": people,
    }


def edited(document: Document, edits: Edits) -> Document:
    """Copy a document with the values at these JSON Pointers set, or GONE."""
    changed = copy.deepcopy(document)
    for pointer, value in edits.items():
        *path, last = pointer.split("/")[1:]
        parent: Any = changed
        for token in path:
            parent = parent[int(token) if isinstance(parent, list) else token]
        key: Any = int(last) if isinstance(parent, list) else last
        if value is GONE:
            del parent[key]
        elif isinstance(parent, list) and key == len(parent):
            parent.append(value)
        else:
            parent[key] = value
    return changed


def a_waiver(code: str) -> Document:
    """Build a waiver of one reason code that is in force."""
    return {
        "id": "w-17",
        "code": code,
        "release_digest": RELEASE,
        "stage": "production",
        "requested_by": "pia",
        "approved_by": "gus",
        "approved_as": "governance_lead",
        "not_before": NOW - DAY,
        "expires_at": NOW + DAY,
    }
