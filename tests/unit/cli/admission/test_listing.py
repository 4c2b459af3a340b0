from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.api import contracts
from app.cli import main

SHA = "ab" * 32
SERVICE = """apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: scorer, namespace: team-a}
spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: 's3://b/m'}}}
---
apiVersion: v1
kind: Service
metadata: {name: front}
"""
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"generateName": "p-"},
    "spec": {
        "containers": [],
        "volumes": [{"name": "m", "image": {"reference": f"registry.example/m@sha256:{SHA}"}}],
    },
}


def refs(*arguments: str, content: str | None = None) -> Result:
    return CliRunner().invoke(main, ["admission", "refs", *arguments], input=content)


def listed(*arguments: str, content: str | None = None) -> list[dict[str, Any]]:
    answer = refs(*arguments, "--output", "json", content=content)
    document = json.loads(answer.output)
    contracts.check("admission_references", document)
    found: list[dict[str, Any]] = document["documents"]
    return found


def test_each_object_is_listed_with_its_references(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(SERVICE)

    service, other = listed(str(file))

    assert (service["kind"], service["namespace"], service["name"]) == (
        "InferenceService",
        "team-a",
        "scorer",
    )
    assert service["references"] == [
        {
            "path": "/spec/predictor/model/storageUri",
            "uri": "s3://b/m",
            "kind": "model",
            "pinned": None,
            "format": "sklearn",
        }
    ]
    assert (other["document"], other["references"]) == (1, [])


def test_what_is_pinned_says_to_what() -> None:
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
    (pod,) = listed("-", content=json.dumps({**review, "request": {"object": POD}}))

    (reference,) = pod["references"]
    assert reference["pinned"] == f"sha256:{SHA}"
    assert reference["path"] == "/request/object/spec/volumes/0/image/reference"
    assert pod["name"] == "p-"


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.yml").write_text(SERVICE)
    (tmp_path / "b.json").write_text(json.dumps(POD))
    (tmp_path / "notes.md").write_text("# none")

    assert [one["kind"] for one in listed(str(tmp_path))] == ["Pod", "InferenceService", "Service"]


def test_credentials_are_not_printed() -> None:
    signed = SERVICE.replace("s3://b/m", "https://u:secret@h/m?sig=secret")

    assert "secret" not in refs("-", content=signed).output
    assert "secret" not in json.dumps(listed("-", content=signed))


def test_people_read_what_is_named_and_where() -> None:
    answer = refs("-", content=SERVICE)

    assert answer.exit_code == 0
    assert "InferenceService team-a/scorer" in answer.output
    assert "s3://b/m  (not pinned)" in answer.output
    assert "1 references in 2 objects" in answer.output


def test_what_cannot_be_read_is_told_by_the_exit_code() -> None:
    text = "apiVersion: ray.io/v1\nkind: RayService\nspec: {serveConfigV2: '{'}\n"

    answer = refs("-", content=text)

    assert answer.exit_code == 1
    assert "/spec/serveConfigV2" in answer.output


@pytest.mark.parametrize("content", ["{{ .Values.x }}: [", "- a list"])
def test_what_is_no_manifest_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "chart.yaml"
    file.write_text(content)

    answer = refs(str(file))

    assert answer.exit_code == 3
    assert "chart.yaml" in answer.output


def test_a_file_that_is_not_there_is_named() -> None:
    assert refs("/nowhere/a.yaml").exit_code == 3
