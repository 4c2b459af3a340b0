"""What the gate states of a decision: a verification summary for an allow, never else.

Many verifiers look at the signature and the predicate type alone. So only an allowed
release is given the types that mean a pass (SLSA VSA v1.1, in-toto SVR v0.2); a release
that was not allowed has a type of its own, which nobody takes for a pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.decision import Outcome
from app.domain.release import File

STATEMENT = "https://in-toto.io/Statement/v1"
VSA = "https://slsa.dev/verification_summary/v1"
SVR = "https://in-toto.io/attestation/svr/v0.2"
NOT_ALLOWED = "https://countersign.dev/attestations/not-allowed/v1"
DECISION = "https://countersign.dev/attestations/decision/v1"
"""Name of the member that says which decision this is; VSA extensions are named by URI."""
POLICIES = "https://countersign.dev/policies/"
_ALWAYS_SAFE = re.compile(r"[^A-Za-z0-9._~-]")


@dataclass(frozen=True, slots=True)
class Verifier:
    """The gate as its statements name it."""

    id: str
    """A URI by which consumers know this gate."""
    version: str


def summary(decision: Mapping[str, Any], files: Iterable[File], verifier: Verifier) -> Any:  # noqa: ANN401 - a JSON object
    """State a decision as a verification summary, or as a release that was not allowed.

    The subjects are the release, by its digest, and each of its files, by theirs.
    """
    body = _verified(decision, verifier)
    if decision["outcome"] != Outcome.ALLOW.value:
        reasons = [{"code": r["code"], "message": r["message"]} for r in decision["reasons"]]
        body |= {"outcome": decision["outcome"], "reasons": reasons}
        return _statement(decision, files, NOT_ALLOWED, body)
    level = _ALWAYS_SAFE.sub("_", decision["release"]["stage"]).upper()
    body |= {
        "verificationResult": "PASSED",
        "verifiedLevels": [f"COUNTERSIGN_{level}"],
        "slsaVersion": "1.1",
    }
    return _statement(decision, files, VSA, body)


def simple_result(
    decision: Mapping[str, Any], files: Iterable[File], verifier: Verifier
) -> Any | None:  # noqa: ANN401 - a JSON object
    """State an allow as a simple verification result; None for anything but an allow."""
    if decision["outcome"] != Outcome.ALLOW.value:
        return None
    checks = [
        f"COUNTERSIGN_{_ALWAYS_SAFE.sub('_', c)}".upper() for c in decision["policy"]["checks"]
    ]
    predicate = {
        "verifier": {"id": verifier.id, "policies": [_policy(decision)]},
        "timeCreated": decision["at"],
        "properties": sorted(checks),
    }
    return _statement(decision, files, SVR, predicate)


def _statement(
    decision: Mapping[str, Any],
    files: Iterable[File],
    predicate_type: str,
    predicate: Mapping[str, Any],
) -> dict[str, Any]:
    release = decision["release"]
    whole = {"name": _resource(release["model"]), "digest": {"sha256": release["digest"]}}
    parts = [{"name": file.path, "digest": {"sha256": str(file.sha256)}} for file in files]
    return {
        "_type": STATEMENT,
        "subject": [whole, *parts],
        "predicateType": predicate_type,
        "predicate": dict(predicate),
    }


def _verified(decision: Mapping[str, Any], verifier: Verifier) -> dict[str, Any]:
    engine, release = decision["engine"], decision["release"]
    return {
        "verifier": {
            "id": verifier.id,
            "version": {"countersign": verifier.version, engine["name"]: engine["version"]},
        },
        "timeVerified": decision["at"],
        "resourceUri": _resource(release["model"]),
        "policy": _policy(decision),
        "inputAttestations": [
            {"digest": {"sha256": digest}} for digest in decision["evidence"]["bundles"]
        ],
        DECISION: {
            "decision_id": decision["decision_id"],
            "log": decision["log"],
            "seq": decision["seq"],
            "release_digest": release["digest"],
            "stage": release["stage"],
            "risk_tier": release["risk_tier"],
            "checks": decision["policy"]["checks"],
            "input_sha256": decision["input_sha256"],
        },
    }


def _policy(decision: Mapping[str, Any]) -> dict[str, Any]:
    policy = decision["policy"]
    named: dict[str, Any] = {"uri": POLICIES + policy["profile"]}
    algorithm, _, digest = policy["revision"].partition(":")
    if algorithm == "sha256":
        named["digest"] = {"sha256": digest}
    return named


def _resource(model: Mapping[str, str]) -> str:
    # A package URL; what is not plainly safe is percent-encoded (purl specification).
    namespace, name, version = (
        _ALWAYS_SAFE.sub(_percent, model[part]) for part in ("namespace", "name", "version")
    )
    return f"pkg:generic/{namespace}/{name}@{version}"


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{octet:02X}" for octet in match[0].encode())
