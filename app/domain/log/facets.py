"""What an entry can be found by, beside its columns: read from its own body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.log import question

_MOST_WORDS = 8000
"""Characters of text that are searched of one entry."""


@dataclass(frozen=True, slots=True)
class Facets:
    """Version of the model, policy revision, reason codes, and words for people's search."""

    version: str | None
    policy: str | None
    reasons: tuple[str, ...]
    words: str
    """Empty for a plain allow: nobody looks for words in it."""


def facets(body: Mapping[str, Any]) -> Facets:
    """Read the facets of a body; what is absent or of another type is not there to be found."""
    release, policy = _object(body.get("release")), _object(body.get("policy"))
    model = _object(release.get("model"))
    reasons = [_object(reason) for reason in _list(body.get("reasons"))]
    codes = [reason["code"] for reason in reasons if isinstance(reason.get("code"), str)]
    code = body.get("code")
    if isinstance(code, str):
        codes.append(code)
    is_plain_allow = not codes and body.get("outcome") == "allow"
    return Facets(
        version=_text(model.get("version")),
        policy=_text(policy.get("revision")),
        reasons=tuple(sorted(set(codes))),
        words="" if is_plain_allow else _words(body, model, reasons, codes),
    )


def _words(
    body: Mapping[str, Any],
    model: Mapping[str, Any],
    reasons: list[Mapping[str, Any]],
    codes: list[str],
) -> str:
    texts = [*codes, *(reason.get("message") for reason in reasons)]
    texts += [body.get(name) for name in ("comment", "message", "subject", "submitted_by")]
    texts += [model.get("namespace"), model.get("name"), model.get("version")]
    text = " ".join(t for t in texts if isinstance(t, str) and t)
    return " ".join(dict.fromkeys(question.words(text[:_MOST_WORDS])))


def _object(value: object) -> Mapping[str, Any]:
    # A dict first: to ask whether it is a Mapping costs five times as much, for each entry.
    return value if isinstance(value, (dict, Mapping)) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
