"""ANSWER: one recorded answer in the dialects of delivery tools, as one table.

Some tools read the body of a 200, others nothing but the status, and one hook means the
opposite of all others: each has a path of its own, so that no answer is read in the wrong
dialect. A deny is never 5xx or 429 (tools retry those and lose the text), never a redirect
(Spinnaker and Jenkins take 3xx for a yes), never 204 (Flagger takes it for a no).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response

from app.api import answers
from app.api.enforcement import question
from app.domain.enforcement.answer import Answer, Ruling

HEADER = "Countersign-Outcome"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a kind of tool hears the four rulings."""

    status: Mapping[Ruling, int]
    write: Callable[[Answer, int], Response]

    def answer(self, said: Answer) -> Response:
        """Say it in this dialect; a header tells the ruling in each."""
        answer = self.write(said, self.status[said.ruling])
        answer.headers[HEADER] = said.ruling.value
        return answer


def _object(said: Answer, status: int) -> Response:
    return answers.document(question.document(said), status)


def _line(said: Answer, status: int) -> Response:
    # Flagger puts the body into a Kubernetes event as it is.
    url = question.document(said).get("url")
    text = f"{said.message} {url}" if url else said.message
    return Response(text, status, mimetype="text/plain")


BODY = Dialect(dict.fromkeys(Ruling, 200), _object)
"""For tools that read the body: Argo Rollouts, Kargo, Azure, Spinnaker's polling, Harness."""

STATUS = Dialect(
    {Ruling.ALLOW: 200, Ruling.PENDING: 409, Ruling.DENY: 403, Ruling.UNKNOWN: 403}, _object
)
"""For tools that read the status: curl -f, Jenkins, Spinnaker, Harness. Waiting is a 409."""

FLAGGER_GATE = Dialect(
    {Ruling.ALLOW: 200, Ruling.PENDING: 403, Ruling.DENY: 403, Ruling.UNKNOWN: 403}, _line
)
"""For Flagger's hooks that a 2xx lets go on; confirm hooks wait at anything else and ask again."""

FLAGGER_ROLLBACK = Dialect(
    {Ruling.ALLOW: 403, Ruling.PENDING: 403, Ruling.DENY: 200, Ruling.UNKNOWN: 200}, _line
)
"""For Flagger's hook `rollback`, where a 2xx rolls back: what no decision lets in goes out."""
