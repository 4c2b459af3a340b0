from __future__ import annotations

import pytest

from app.api import contracts
from app.domain.digest import Digest
from tests.api.conftest import Gate

CONTENT = b'{"results": {}}'


def put(gate: Gate, content: bytes, sha256: str) -> int:
    return gate.ask("PUT", f"/v1/blobs/{sha256}", data=content).status_code


def test_a_document_is_kept_once_under_its_digest(gate: Gate) -> None:
    assert put(gate, CONTENT, Digest.of(CONTENT)) == 201
    assert put(gate, CONTENT, Digest.of(CONTENT)) == 200


def test_the_answer_fits_its_schema(gate: Gate) -> None:
    answer = gate.ask("PUT", f"/v1/blobs/{Digest.of(CONTENT)}", data=CONTENT)

    contracts.check("blob", answer.get_json())


def test_a_document_under_another_digest_is_refused(gate: Gate) -> None:
    assert put(gate, CONTENT + b" ", Digest.of(CONTENT)) == 422
    assert gate.world.ports.documents.read(Digest.of(CONTENT)) is None


def test_a_name_that_is_no_digest_is_refused(gate: Gate) -> None:
    assert put(gate, CONTENT, "latest") == 422


def test_an_uploaded_document_can_be_referred_to(gate: Gate) -> None:
    put(gate, CONTENT, Digest.of(CONTENT))

    answer = gate.submit(bundles=[{"name": "b.json", "sha256": Digest.of(CONTENT)}])

    assert answer.status_code == 200
    assert answer.get_json()["evidence"]["bundles"] == [Digest.of(CONTENT)]


@pytest.mark.parametrize("announced", [True, False])
def test_a_document_over_the_limit_is_refused(gate: Gate, announced: bool) -> None:  # noqa: FBT001 - a case
    gate.app.extensions["countersign"] = type(gate.app.extensions["countersign"])(
        gate.world.ports, 100, 100
    )
    content = b"x" * 101
    path = f"/v1/blobs/{Digest.of(content)}"

    if announced:
        answer = gate.ask("PUT", path, data=content)
    else:
        chunked = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        answer = gate.ask("PUT", path, data=content, environ_overrides=chunked)

    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
