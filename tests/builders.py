"""Builders: each makes the smallest valid thing, and a test states its one difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.domain.approvals.components import Component
from app.domain.approvals.held import Held
from app.domain.approvals.standing import Approval, Standing, Subject, Vote
from app.domain.caller import ANY, APPROVER_ROLES, EVERYWHERE, Caller, Role, Scope
from app.domain.decision import EngineIdentity, Outcome, Reason, Verdict
from app.domain.digest import Digest
from app.domain.entry import Kind
from app.domain.events.subscriber import Form, Subscriber
from app.domain.finding import BundleKind, RefusedBundle, Signer, VerifiedBundle
from app.domain.models.mark import Marks, State
from app.domain.release import (
    DocumentReference,
    File,
    ModelVersion,
    Release,
    Submission,
    release_digest,
)

WEIGHTS = File("model.safetensors", 7, Digest.of(b"weights"))
CONFIG = File("config.json", 2, Digest.of(b"{}"))


UNMARKED = Marks(release=State.CLEAR, rollback=None, ancestors=(), is_whole=True)
"""Nobody said anything of the release, and it was made from nothing that is registered."""


def a_caller(subject: str = "ci@acme.example", *roles: Role, scope: Scope = EVERYWHERE) -> Caller:
    """A caller, who may submit unless other roles are given, everywhere unless in a scope."""
    return Caller(subject, frozenset(roles or {Role.SUBMITTER}), "t-1", scope)


def a_scope(*projects: str, stages: tuple[str, ...] = (ANY,)) -> Scope:
    """A scope of some projects, on every stage unless some are given."""
    return Scope(frozenset(projects), frozenset(stages))


def a_submission(**changes: Any) -> Submission:
    """A submission of two files, with nothing to show for them."""
    submission = Submission(
        model=ModelVersion("acme", "scorer", "1.4.0"),
        files=(WEIGHTS, CONFIG),
        stage="production",
        risk_tier="limited",
        model_card=None,
        evaluations=(),
        bundles=(),
        change_note=None,
        rollback=None,
        people={},
        change_plan=None,
    )
    return replace(submission, **changes)


def a_release(**changes: Any) -> Release:
    """A release of two files, with nothing to show for them."""
    files = changes.pop("files", (CONFIG, WEIGHTS))
    release = Release(
        digest=release_digest(files),
        model=ModelVersion("acme", "scorer", "1.4.0"),
        files=files,
        stage="production",
        risk_tier="limited",
        model_card=None,
        evaluations=(),
        bundles=(),
        change_note=None,
        rollback=None,
        people={},
        change_plan=None,
    )
    return replace(release, **changes)


def a_reference(content: bytes = b"bytes", name: str = "a.json") -> DocumentReference:
    """An inline document."""
    return DocumentReference(name, None, content)


def a_signer(**changes: Any) -> Signer:
    """A workflow's identity in the trust domain `test`."""
    signer = Signer(
        trust_domain="test",
        trust_root_sha256=Digest.of(b"root"),
        issuer="https://issuer.example",
        identity_type="uri",
        identity="https://ci.example/release",
        claims={},
    )
    return replace(signer, **changes)


def a_verified_bundle(**changes: Any) -> VerifiedBundle:
    """A verified signature over both files."""
    bundle = VerifiedBundle(
        bundle_sha256=Digest.of(b"bundle"),
        kind=BundleKind.MODEL_MANIFEST,
        signer=a_signer(),
        signed_at=1_764_000_000,
        signed_files={WEIGHTS.path: WEIGHTS.sha256, CONFIG.path: CONFIG.sha256},
        ignored_paths=(),
    )
    return replace(bundle, **changes)


def a_refused_bundle(code: str = "signature_invalid") -> RefusedBundle:
    """A bundle that was not verified."""
    return RefusedBundle(Digest.of(b"refused"), code, "the signature does not hold")


def a_practice(quorums: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """What policy data states of approving: every role judges the weights and needs no more."""
    rule = {"judges": ["weights"], "needs": [], "valid_days": 30}
    stated = {
        "quorums": quorums,
        "approvers": {
            "roles": {role.value: rule for role in sorted(APPROVER_ROLES)},
            "beside_weights": ["README.md"],
            "signers": [],
            "delegation_max_days": 14,
        },
        "separation": {"production": {"limited": {"excluded": []}}},
        "break_glass": {"max_hours": 4, "review_roles": ["governance_lead"]},
        "waivers": {"roles": ["governance_lead", "risk_compliance"], "max_days": 90},
        "profiles": {},
    }
    return {**stated, **changes}


def a_subject(**changes: Any) -> Subject:
    """What a vote on a_release() is given on."""
    release = a_release()
    subject = Subject(
        release_digest=release.digest,
        model="acme/scorer",
        version="1.4.0",
        stage="production",
        risk_tier="limited",
        components={Component.WEIGHTS: release.digest, Component.POLICY: "r1"},
    )
    return replace(subject, **changes)


def a_held(**changes: Any) -> Held:
    """What holds for a_release() of which nobody said anything."""
    nobody = Standing(seats=(), is_quorum_known=False, vetoed_by=(), not_counted=())
    held = Held(
        on=a_subject(),
        people={},
        excluded={},
        standing=nobody,
        waivers=(),
        glass=(),
        ignored_waivers=(),
    )
    return replace(held, **changes)


def a_vote(subject: str, *roles: str, **changes: Any) -> Approval:
    """An approval of a_release() in these roles."""
    vote = Approval(
        subject=subject,
        roles=frozenset(roles),
        vote=Vote.APPROVE,
        on=a_subject(),
        at=1_764_000_000,
        seq=0,
    )
    return replace(vote, **changes)


def a_reason(**changes: Any) -> Reason:
    """A reason that only another release can mend."""
    reason = Reason(
        code="evaluation.below_threshold",
        at="/evaluations",
        message="sciq acc is too low",
        is_pending=False,
        who="data_scientist",
        how="train a better model",
        observed="0.7",
        required="at least 0.8",
    )
    return replace(reason, **changes)


def a_verdict(*reasons: Reason, **changes: Any) -> Verdict:
    """A verdict: allow without reasons, deny with them."""
    verdict = Verdict(
        outcome=Outcome.DENY if reasons else Outcome.ALLOW,
        reasons=reasons,
        warnings=(),
        profile="production/limited",
        checks=("signatures",),
        policy_revision="r1",
        engine=EngineIdentity("fake", "0"),
    )
    return replace(verdict, **changes)


def a_subscriber(**changes: Any) -> Subscriber:
    """A subscriber of decisions."""
    subscriber = Subscriber(
        name="bus",
        url="https://bus.example/events",
        form=Form.CLOUDEVENTS,
        kinds=frozenset({Kind.DECISION}),
        outcomes=frozenset(),
        attempts=8,
        secrets=(b"k" * 24,),
    )
    return replace(subscriber, **changes)
