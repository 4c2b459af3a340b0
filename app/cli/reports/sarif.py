"""A decision as SARIF 2.1.0, as GitHub's code scanning and other viewers read it.

Every reason is a result with a file and a region (code scanning shows no others), a stable
rule (the reason's code) and a fingerprint that stays the same while the reason does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import __version__
from app.cli.reports.places import Sources
from app.domain.canonical import canonical_json
from app.domain.digest import Digest

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_HOME = "https://countersign.dev"
_LONGEST_DESCRIPTION = 1024
"""Characters of a rule's description that code scanning takes."""


def decided(body: Mapping[str, Any], sources: Sources) -> dict[str, Any]:
    """Write a decision: error for what must change, warning for what waits, note to know."""
    release = body["release"]
    model = f"{release['model']['namespace']}/{release['model']['name']}"
    found = [
        *((reason, "warning" if reason["is_pending"] else "error") for reason in body["reasons"]),
        *((warning, "note") for warning in body["warnings"]),
    ]
    rules: dict[str, dict[str, Any]] = {}
    results = []
    for reason, level in found:
        rules.setdefault(reason["code"], _rule(reason))
        index = list(rules).index(reason["code"])
        place = sources.place(reason)
        told = [model, release["stage"], reason["code"], reason["at"]]
        results.append(
            {
                "ruleId": reason["code"],
                "ruleIndex": index,
                "level": level,
                "message": {"text": f"{reason['message']}\n{_who(reason)}"},
                "locations": [_location(place.path, place.line)],
                "partialFingerprints": {
                    "primaryLocationLineHash": f"{Digest.of(canonical_json(told))[:16]}:1"
                },
            }
        )
    run = _run(list(rules.values()), results, {"executionSuccessful": True})
    run["automationDetails"] = {"id": f"countersign/{model}/{release['stage']}/"}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def undecided(message: str) -> dict[str, Any]:
    """Write that the gate could not decide: a failed run, which closes no alert."""
    invocation = {
        "executionSuccessful": False,
        "toolExecutionNotifications": [{"level": "error", "message": {"text": message}}],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run([], [], invocation)]}


def _run(
    rules: list[dict[str, Any]], results: list[dict[str, Any]], invocation: dict[str, Any]
) -> dict[str, Any]:
    driver = {
        "name": "Countersign",
        "informationUri": _HOME,
        "semanticVersion": __version__,
        "rules": rules,
    }
    return {"tool": {"driver": driver}, "invocations": [invocation], "results": results}


def _rule(reason: Mapping[str, Any]) -> dict[str, Any]:
    code: str = reason["code"]
    described = f"{code.replace('.', ': ').replace('_', ' ')}"
    return {
        "id": code,
        "shortDescription": {"text": described},
        "fullDescription": {"text": _who(reason)[:_LONGEST_DESCRIPTION]},
        "help": {"text": _who(reason)},
        "properties": {"tags": ["model-release"]},
    }


def _who(reason: Mapping[str, Any]) -> str:
    return f"{reason['fix']['who']}: {reason['fix']['how']}"


def _location(path: str, line: int) -> dict[str, Any]:
    region = {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 2}
    return {"physicalLocation": {"artifactLocation": {"uri": path}, "region": region}}
