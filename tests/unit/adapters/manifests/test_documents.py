from __future__ import annotations

import json

import pytest

from app.adapters.manifests import documents
from app.domain.errors import MalformedDocumentError

POD = {"apiVersion": "v1", "kind": "Pod"}


def located(content: bytes) -> list[tuple[int, str, str]]:
    return [(one.document, one.at, one.object["kind"]) for one in documents.read(content)]


def test_a_file_holds_many_documents() -> None:
    text = b"---\n# nothing\n---\napiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Job\n"

    assert located(text) == [(1, "", "Pod"), (2, "", "Job")]


def test_json_is_read_too() -> None:
    assert located(json.dumps(POD).encode()) == [(0, "", "Pod")]


@pytest.mark.parametrize("kind", ["List", "PodList"])
def test_a_list_holds_its_items(kind: str) -> None:
    content = json.dumps({"apiVersion": "v1", "kind": kind, "items": [POD, POD]}).encode()

    assert located(content) == [(0, "/items/0", "Pod"), (0, "/items/1", "Pod")]


def test_a_review_holds_its_object() -> None:
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}

    assert located(json.dumps({**review, "request": {"object": POD}}).encode()) == [
        (0, "/request/object", "Pod")
    ]
    assert located(json.dumps({**review, "request": {"object": None}}).encode()) == []


@pytest.mark.parametrize(
    "text", [b"a: [", b"- 1", b"kind: 1", b"\xff\xfe\x00", b"!!python/name:os"]
)
def test_what_is_no_manifest_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedDocumentError):
        located(text)


@pytest.mark.parametrize("text", [b"", b"# only a comment\n", b"---\n---\n"])
def test_a_file_without_any_document_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedDocumentError, match="holds no object"):
        located(text)


def test_an_empty_list_is_a_document() -> None:
    assert located(b'{"apiVersion": "v1", "kind": "List", "items": []}') == []


def test_an_object_without_its_version_is_refused() -> None:
    with pytest.raises(MalformedDocumentError, match="apiVersion"):
        located(b"kind: InferenceService\nspec: {predictor: {sklearn: {storageUri: 's3://b/m'}}}")


def test_what_is_wrong_is_said_in_one_line() -> None:
    with pytest.raises(MalformedDocumentError) as refused:
        located(b"a: \x00")

    assert "\n" not in refused.value.message
