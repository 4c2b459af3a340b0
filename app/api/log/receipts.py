"""PROVE AT ONCE: a decision answered with its receipt, where the caller prefers it."""

from __future__ import annotations

from flask import Response, request

from app.api import answers
from app.api.context import ports
from app.domain.decision import Decision
from app.domain.errors import StoreError

RECEIPT = "receipt"
"""The preference (RFC 7240) that asks for it, and the member that holds it."""


def answered(decision: Decision) -> Response:
    """Answer with the decision, and with its receipt for `Prefer: receipt`.

    The decision is recorded whatever happens here: without a receipt it is answered
    without one, and without Preference-Applied.
    """
    wished = {part.strip() for part in request.headers.get("Prefer", "").split(",")}
    if RECEIPT not in wished or decision.seq is None:
        return answers.document(decision.body)
    try:
        proof = str(ports().log.receipt(decision.seq))
    except StoreError:
        return answers.document(decision.body)
    answer = answers.document({**decision.body, RECEIPT: proof})
    answer.headers["Preference-Applied"] = RECEIPT
    return answer
