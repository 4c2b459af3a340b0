"""Signatures and files: who signed what, when, and which file nobody signed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.release import File

MOST_FILES = 200
_STATES = ("changed", "unsigned", "ignored")


@dataclass(frozen=True, slots=True)
class Signer:
    """One verified signer, and how many files it covers how."""

    identity: str
    issuer: str
    trust_domain: str
    signed: int
    others: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Bundle:
    """One submitted bundle: its digest, the place in a transparency log, and the time there."""

    sha256: str
    log_index: str
    logged_at: int | None
    refused: str


@dataclass(frozen=True, slots=True)
class FileShown:
    """One file of the release, and what the signatures say of it."""

    path: str
    size: int
    sha256: str
    state: str


def signers(document: Mapping[str, Any]) -> list[Signer]:
    """Show the verified signers of a policy input."""
    return [_signer(one) for one in document.get("signatures", {}).get("signers", [])]


def bundles(
    document: Mapping[str, Any], stored: Sequence[tuple[str, bytes | None]]
) -> list[Bundle]:
    """Show the bundles that were submitted: digest and content each."""
    refused = {
        one["bundle_sha256"]: f"{one['code']}: {one['message']}"
        for one in document.get("signatures", {}).get("refused", [])
    }
    return [_bundle(sha256, content, refused.get(sha256, "")) for sha256, content in stored]


def files(document: Mapping[str, Any], listed: Sequence[File]) -> list[FileShown]:
    """Show files with the best that any signer says of each; at most MOST_FILES.

    What policy read names at most 20 paths of a state: where there are more, a file that is
    not named is `not told`, never `signed`.
    """
    laid = document.get("signatures", {}).get("signers", [])
    return [
        FileShown(file.path, file.size, file.sha256, _best(file.path, laid))
        for file in listed[:MOST_FILES]
    ]


def _best(path: str, laid: Sequence[Mapping[str, Any]]) -> str:
    states = [_state(path, one) for one in laid]
    order = ("signed", "not told", "ignored", "changed", "unsigned")
    return min(states, key=order.index, default="unsigned")


def _state(path: str, one: Mapping[str, Any]) -> str:
    for name in _STATES:
        if path in one.get(name, {}).get("paths", []):
            return name
    told = [one.get(name, {}) for name in _STATES]
    is_whole = all("paths" in part and part.get("count") == len(part["paths"]) for part in told)
    return "signed" if is_whole else "not told"


def _signer(one: Mapping[str, Any]) -> Signer:
    names = ("changed", "unsigned", "missing", "ignored")
    counts = [(name, one.get(name, {}).get("count", 0)) for name in names]
    return Signer(
        identity=str(one.get("identity", {}).get("value", "")),
        issuer=str(one.get("issuer", "")),
        trust_domain=str(one.get("trust_domain", "")),
        signed=one.get("signed", {}).get("count", 0),
        others=[(name, count) for name, count in counts if count],
    )


def _bundle(sha256: str, content: bytes | None, refused: str) -> Bundle:
    entry = _log_entry(content)
    logged = str(entry.get("integratedTime", ""))
    is_time = logged.isascii() and logged.isdigit() and 0 < int(logged[:11]) < 2**34
    return Bundle(
        sha256=sha256,
        log_index=str(entry.get("logIndex", ""))[:24],
        logged_at=int(logged) if is_time and len(logged) < 12 else None,  # noqa: PLR2004 - a time
        refused=refused,
    )


def _log_entry(content: bytes | None) -> Mapping[str, Any]:
    # A bundle may be anything at all: it was submitted, and perhaps refused.
    try:
        entries = json.loads(content or b"{}")["verificationMaterial"]["tlogEntries"]
        first = entries[0]
    except (ValueError, LookupError, TypeError, RecursionError):
        return {}
    return first if isinstance(first, Mapping) else {}
