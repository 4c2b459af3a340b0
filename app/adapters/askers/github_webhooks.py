"""Reads GitHub's webhooks: which deployment, commit or review they are about.

Events `deployment_protection_rule`, `check_suite`, `check_run`, `pull_request_review` as their
payload examples (octokit/webhooks) have them; all others ask nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.canonical import pointer
from app.domain.errors import InvalidSubmissionError
from app.domain.inbound.inquiry import Ballot, Inquiry

SOURCE = "github"
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_VOTES = {"approved": "approve", "changes_requested": "veto", "dismissed": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Terms:
    """What an operator says of repositories: stages of environments and commits, and reviewers."""

    api_url: str
    stages: Mapping[str, str]
    """Environment to stage; one that is not in it is a stage of its own name."""
    commit_stages: tuple[str, ...]
    """Stages for which each commit gets a check and a status."""
    reviewers: Mapping[int, Ballot]
    """A user's id (names can be taken over) to whom they are to the gate."""


def inquiries(event: str, payload: Mapping[str, Any], terms: Terms) -> Iterator[Inquiry]:
    """Read what a webhook asks. Raises InvalidSubmissionError for one that lacks what it needs."""
    action = payload.get("action")
    match event, action:
        case "deployment_protection_rule", "requested":
            yield _deployment(payload, terms)
        case "check_suite", "requested" | "rerequested":
            yield from _commit(payload, ("check_suite", "head_sha"), terms)
        case "check_run", "rerequested" | "requested_action":
            yield from _commit(payload, ("check_run", "head_sha"), terms)
        # An edit changes words and never the state: of an older review it would undo a newer one.
        case "pull_request_review", "submitted" | "dismissed":
            yield from _review(payload, terms)


def _deployment(payload: Mapping[str, Any], terms: Terms) -> Inquiry:
    repository, environment = _repository(payload), _text(payload, "environment")
    callback = _text(payload, "deployment_callback_url")
    # A token goes to this repository's URL at the API that was configured, wherever the
    # payload would have it go.
    begun = f"{terms.api_url}/repos/{repository}/actions/runs/"
    run = callback.removeprefix(begun).removesuffix("/deployment_protection_rule")
    if callback != f"{begun}{run}/deployment_protection_rule" or not run.isdigit():
        message = "the callback is not that of a run of this repository at the configured API"
        raise InvalidSubmissionError(message, pointer="/deployment_callback_url")
    sha = payload.get("sha") or _member(payload, "deployment", "sha")
    return Inquiry(
        source=SOURCE,
        key=f"deployment/{repository}/{run}/{environment}",
        reference=_reference(payload, sha),
        stage=terms.stages.get(environment, environment),
        facts={
            **_place(payload),
            "run_id": int(run),
            "environment": environment,
        },
    )


def _commit(payload: Mapping[str, Any], at: tuple[str, str], terms: Terms) -> Iterator[Inquiry]:
    repository, sha = _repository(payload), _member(payload, *at)
    for stage in terms.commit_stages:
        yield Inquiry(
            source=SOURCE,
            key=f"commit/{repository}/{sha}/{stage}",
            reference=_reference(payload, sha),
            stage=stage,
            facts={**_place(payload), "sha": str(sha)},
        )


def _review(payload: Mapping[str, Any], terms: Terms) -> Iterator[Inquiry]:
    repository, review = _repository(payload), _object(payload, "review")
    user, author = _object(review, "user"), _object(_object(payload, "pull_request"), "user")
    state = str(review.get("state", "")).lower()
    said = "dismissed" if payload.get("action") == "dismissed" else state
    known = terms.reviewers.get(user.get("id", 0))
    head = _member(payload, "pull_request", "head", "sha")
    # Nobody reviews their own, a bot is nobody, and an older commit's review is not this one's.
    if known is None or said not in _VOTES or user.get("type") != "User":
        return
    if user.get("id") == author.get("id") or review.get("commit_id") != head:
        return
    ballot = Ballot(_VOTES[said], known.subject, known.roles)
    yield Inquiry(
        source=SOURCE,
        key=f"review/{repository}/{head}/{user['id']}",
        reference=_reference(payload, head),
        stage="review",
        facts=ballot.facts(),
    )


def _reference(payload: Mapping[str, Any], sha: object) -> str:
    url = _member(payload, "repository", "html_url")
    if not isinstance(sha, str) or not _SHA.fullmatch(sha):
        raise InvalidSubmissionError("expected the SHA of a commit", pointer="/sha")
    return f"git+{url}@{sha}"


def _repository(payload: Mapping[str, Any]) -> str:
    name = _member(payload, "repository", "full_name")
    if not isinstance(name, str) or not _REPOSITORY.fullmatch(name):
        message = "expected owner/name of a repository"
        raise InvalidSubmissionError(message, pointer="/repository/full_name")
    return name


def _place(payload: Mapping[str, Any]) -> dict[str, str | int]:
    # By its id a repository is found after it was renamed or transferred, too.
    number = _object(payload, "repository").get("id")
    known = {"repository_id": number} if isinstance(number, int) else {}
    return {
        "repository": _repository(payload),
        "installation": _installation(payload),
        **known,
    }


def _installation(payload: Mapping[str, Any]) -> int:
    number = _member(payload, "installation", "id")
    if not isinstance(number, int):
        message = "expected the installation of the App"
        raise InvalidSubmissionError(message, pointer="/installation/id")
    return number


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidSubmissionError("expected a text", pointer=pointer(name))
    return value


def _object(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name)
    return value if isinstance(value, dict) else {}


def _member(payload: Mapping[str, Any], *path: str) -> Any:  # noqa: ANN401 - any JSON value
    value: Any = payload
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if value is None:
        raise InvalidSubmissionError("expected a value", pointer=pointer(*path))
    return value
