"""Decisions as OSCAL assessment results 1.1.3 (NIST), for tools of governance and compliance.

Each decision is an observation. Each check that ran is a finding: satisfied when no release
that it ran on broke it, not satisfied when one did. The gate's own record stays the evidence:
an observation gives its place in the log, its leaf hash and where its receipt is.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.canonical import canonical_json
from app.domain.entry import Entry, Kind
from app.domain.log import merkle

VERSION = "1.1.3"
NAMESPACE = "https://countersign.dev/ns/oscal"
MOST_RELATED = 1000
"""Observations that one finding refers to; its description counts them all."""
_UUIDS = bytes.fromhex("a35ab6f0d7ea4ec1a0c9e8f2b1f0c5d7")
"""The namespace of every UUID made here (RFC 4122, version 5)."""


@dataclass(slots=True)
class _Tally:
    ran: Counter[str] = field(default_factory=Counter)
    broken: dict[str, list[str]] = field(default_factory=dict)
    times_broken: Counter[str] = field(default_factory=Counter)
    first: str | None = None
    last: str | None = None
    archived: int = 0
    """Decisions that are in an archive, and so not in here."""

    def add(self, body: Mapping[str, Any], observation: str) -> None:
        """Count the checks that ran on a decision, and those that it broke."""
        self.first = self.first or body["at"]
        self.last = body["at"]
        self.ran.update(body.get("policy", {}).get("checks", ()))
        for check in {reason["code"].partition(".")[0] for reason in body.get("reasons", ())}:
            self.times_broken[check] += 1
            related = self.broken.setdefault(check, [])
            if len(related) < MOST_RELATED:
                related.append(observation)


def assessment_results(entries: Iterable[Entry], signed: str, at: str) -> Iterator[bytes]:
    """Write the decisions among the entries, piece by piece.

    `signed` is the checkpoint that the export stands under, `at` the time of the export
    (RFC 3339).
    """
    tally = _Tally()
    uuid = _uuid(f"results {signed}")
    yield b'{"assessment-results":{"uuid":' + canonical_json(uuid) + b',"results":[{'
    is_first = True
    for entry in entries:
        if entry.kind is not Kind.DECISION:
            continue
        if entry.is_archived:
            tally.archived += 1
            continue
        yield b'"observations":[' if is_first else b","
        is_first = False
        yield canonical_json(_observation(entry, tally))
    rest = _result(tally, signed, at)
    head = b"" if is_first else b"],"
    yield head + canonical_json(rest)[1:-1] + b"}],"
    yield canonical_json(_frame(signed, at))[1:] + b"}\n"


def _observation(entry: Entry, tally: _Tally) -> dict[str, Any]:
    body = json.loads(entry.body)
    uuid = _uuid(f"observation {entry.log} {entry.seq}")
    tally.add(body, uuid)
    columns = body["entry"]
    props = {
        "outcome": body.get("outcome"),
        "model": columns.get("model"),
        "version": body.get("release", {}).get("model", {}).get("version"),
        "stage": columns.get("stage"),
        "release-digest": columns.get("release_digest"),
        "policy-revision": body.get("policy", {}).get("revision"),
        "submitted-by": columns.get("actor"),
        "log": entry.log,
        "seq": str(entry.seq),
        "leaf-sha256": merkle.leaf_hash(entry.body).hex(),
    }
    codes = sorted({reason["code"] for reason in body.get("reasons", ())})
    told = f"{body.get('outcome')}: {', '.join(codes)}" if codes else str(body.get("outcome"))
    proof = {
        "href": f"/v1/decisions/{entry.id}/receipt",
        "description": "Proof that the decision is in the log (C2SP tlog-proof).",
    }
    return {
        "uuid": uuid,
        "title": f"Decision {entry.id}",
        "description": told,
        "methods": ["TEST"],
        "types": ["control-objective"],
        "collected": body["at"],
        "props": [_prop(name, value) for name, value in props.items() if value],
        "relevant-evidence": [proof],
    }


def _result(tally: _Tally, signed: str, at: str) -> dict[str, Any]:
    members = {
        "uuid": _uuid(f"result {signed}"),
        "title": "Decisions on model releases",
        "description": "What the gate decided, each time before the release could go on."
        + (f" {tally.archived} decisions are in archives, and not in here." * bool(tally.archived)),
        "start": tally.first or at,
        "end": tally.last or at,
        "reviewed-controls": {
            "description": "The checks of the gate's policies.",
            "control-selections": [{"include-all": {}}],
        },
    }
    findings = [_finding(check, tally, signed) for check in sorted({*tally.ran, *tally.broken})]
    return {**members, "findings": findings} if findings else members


def _finding(check: str, tally: _Tally, signed: str) -> dict[str, Any]:
    ran, broken = tally.ran[check], tally.times_broken[check]
    members = {
        "uuid": _uuid(f"finding {check} {signed}"),
        "title": f"Check {check}",
        "description": f"It ran in {ran} decisions; {broken} decisions gave a reason of it.",
        "target": {
            "type": "objective-id",
            "target-id": check,
            "status": {"state": "not-satisfied" if broken else "satisfied"},
        },
    }
    related = [{"observation-uuid": uuid} for uuid in tally.broken.get(check, ())]
    return {**members, "related-observations": related} if related else members


def _frame(signed: str, at: str) -> dict[str, Any]:
    return {
        "import-ap": {
            "href": "#" + _uuid("plan"),
            "remarks": "The plan is the policies: each decision names their revision.",
        },
        "metadata": {
            "title": "Decisions of a Countersign gate",
            "last-modified": at,
            "version": at,
            "oscal-version": VERSION,
        },
        "back-matter": {
            "resources": [
                {"uuid": _uuid("plan"), "title": "Policies of the gate"},
                {
                    "uuid": _uuid(f"checkpoint {signed}"),
                    "title": "Signed checkpoint of the log (C2SP tlog-checkpoint)",
                    "description": signed,
                },
            ]
        },
    }


def _prop(name: str, value: object) -> dict[str, str]:
    return {"name": name, "ns": NAMESPACE, "value": " ".join(str(value).split())}


def _uuid(name: str) -> str:
    digest = hashlib.sha1(_UUIDS + name.encode(), usedforsecurity=False).digest()
    made = bytearray(digest[:16])
    made[6] = made[6] & 0x0F | 0x50
    made[8] = made[8] & 0x3F | 0x80
    text = made.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
