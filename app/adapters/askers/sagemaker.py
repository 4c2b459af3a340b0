"""A SageMaker Model Registry asks by its events, and hears the answer as ModelApprovalStatus.

Docs "Model package state change" of EventBridge, whose API destinations bring the event with a key
in a header; UpdateModelPackage and its ApprovalDescription. Who approves a package past the gate
makes an event, too: what is not allowed does not stay approved. Several events for one change are
normal, so a package that says already what it should is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from app.adapters.askers.sagemaker_api import Failed, Package
from app.domain.caller import EVERYWHERE
from app.domain.canonical import read_json
from app.domain.enforcement import answer as answers
from app.domain.enforcement.answer import Answer, Ruling
from app.domain.errors import InvalidSubmissionError, MalformedDocumentError, UnauthenticatedError
from app.domain.inbound import proof
from app.domain.inbound.inquiry import Inquiry, Told, Webhook

SOURCE = "sagemaker"
HEADER = "x-api-key"
LONGEST_DESCRIPTION = 1024
"""Characters of an ApprovalDescription: one line, by its pattern."""
_EVENT = "SageMaker Model Package State Change"
_ARN = re.compile(
    r"arn:aws[a-z-]*:sagemaker:([a-z0-9-]{9,16}):[0-9]{12}:model-package/[A-Za-z0-9/-]{1,200}"
)
_ASKING = frozenset({"PendingManualApproval", "Approved"})
"""What asks the gate: a package that waits, and one that was approved, by whomever."""
_APPROVALS = {Ruling.ALLOW: "Approved", Ruling.DENY: "Rejected"}


class ModelPackages(Protocol):
    """What is asked of a registry."""

    def read(self, arn: str) -> Package | Failed:
        """Read what is said of a package now."""

    def write(self, arn: str, package: Package) -> Failed | None:
        """Set what is said of a package; None when that was taken."""


class SageMaker:
    """Implements the port Asker for the SageMaker Model Registry of one region."""

    source = SOURCE
    projects = EVERYWHERE.projects

    def __init__(
        self, packages: ModelPackages, region: str, secrets: Sequence[bytes], stage: str, gate: str
    ) -> None:
        """Keep the registry, the keys of its API destination, the stage, and the gate's URL."""
        self._packages = packages
        self._region = region
        self._secrets = tuple(secrets)
        self._stage = stage
        self._gate = gate

    def read(self, headers: Mapping[str, str], content: bytes, now: datetime) -> Webhook:  # noqa: ARG002 - an event counts once, by its id
        """Read an event by its key, which is compared and then forgotten."""
        if not proof.shared(self._secrets, headers.get(HEADER, "")):
            raise UnauthenticatedError("this is not the key of an API destination of EventBridge")
        event = read_json(content)
        if not isinstance(event, dict) or not isinstance(event.get("id"), str) or not event["id"]:
            raise MalformedDocumentError("expected an event of EventBridge, with its id")
        delivery = event["id"][:100]
        if (event.get("source"), event.get("detail-type")) != ("aws.sagemaker", _EVENT):
            return Webhook(delivery)
        detail = event.get("detail")
        return Webhook(delivery, self._asked(detail if isinstance(detail, dict) else {}))

    def tell(self, asked: Inquiry, said: Answer) -> Told:
        """Set the approval of the package and say why, unless it says so already.

        Somebody's rejection stays: the gate lets in, it does not overrule.
        """
        arn = str(asked.facts["arn"])
        now = self._packages.read(arn)
        if isinstance(now, Failed):
            return Told(now.is_refused, now.is_refused, now.message)
        wanted = Package(
            _APPROVALS.get(said.ruling, "PendingManualApproval"), self._description(said)
        )
        is_final = said.ruling is Ruling.DENY
        if now.approval == "Rejected" and wanted.approval != "Rejected":
            return Told(is_taken=True, is_final=True, message="somebody rejected it")
        if now != wanted and (failed := self._packages.write(arn, wanted)) is not None:
            return Told(failed.is_refused, failed.is_refused, failed.message)
        return Told(is_taken=True, is_final=is_final, message=wanted.approval)

    def missed(self) -> Sequence[tuple[Mapping[str, str], bytes]]:
        """EventBridge tries for a day, and keeps the rest in a queue of its owner."""
        return ()

    def _asked(self, detail: Mapping[str, Any]) -> tuple[Inquiry, ...]:
        arn, approval = detail.get("ModelPackageArn"), detail.get("ModelApprovalStatus")
        is_done = detail.get("ModelPackageStatus", "Completed") == "Completed"
        if approval not in _ASKING or not is_done:
            return ()
        named = _ARN.fullmatch(arn) if isinstance(arn, str) else None
        if named is None or named.group(1) != self._region:
            message = f"expected the ARN of a model package in {self._region}"
            raise InvalidSubmissionError(message, pointer="/detail/ModelPackageArn")
        asked = Inquiry(
            source=SOURCE,
            key=f"package/{named.group(0)}/{self._stage}",
            reference=named.group(0),
            stage=self._stage,
            facts={"arn": named.group(0)},
        )
        return (asked,)

    def _description(self, said: Answer) -> str:
        texts = [said.message, *(f"{g.who}: {g.how}" for g in said.grounds[:1])]
        if said.decision_id:
            texts.append(f"{self._gate}/v1/decisions/{said.decision_id}")
        return answers.line(" \N{EM DASH} ".join(texts), LONGEST_DESCRIPTION)
