from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.adapters.manifests.reader import KubernetesManifests

KSERVE = "serving.kserve.io/v1beta1"


def read(text: str) -> list[tuple[str, str, str]]:
    document: dict[str, Any] = yaml.safe_load(text)
    found = KubernetesManifests().read(document).references
    return [(one.path, one.uri, one.role.value) for one in found]


def an_object(spec: str, kind: str = "InferenceService", version: str = KSERVE) -> str:
    lines = "\n".join(f"  {line}" for line in spec.strip("\n").splitlines())
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\nspec:\n{lines}\n"


def samples() -> Iterator[Any]:
    text = Path("tests/samples/manifests/objects.yaml").read_text(encoding="utf-8")
    for number, sample in enumerate(yaml.safe_load_all(text)):
        expected = [tuple(one) for one in sample.pop("names")]
        yield pytest.param(sample, expected, id=f"{number}-{sample['kind']}")


@pytest.mark.parametrize(("sample", "names"), list(samples()))
def test_an_object_names_these_models_and_no_others(
    sample: dict[str, Any], names: list[tuple[str, str, str]]
) -> None:
    found = KubernetesManifests().read(sample)

    assert [(one.path, one.uri, one.role.value) for one in found.references] == names
    assert found.unread == ()


def test_what_a_ray_job_runs_is_read() -> None:
    job = an_object("entrypoint: python serve.py --model acme/m", "RayJob", "ray.io/v1")

    assert read(job) == [("/spec/entrypoint", "hf://acme/m", "model")]


def test_text_that_is_no_yaml_is_told() -> None:
    document = yaml.safe_load(an_object("serveConfigV2: '{'", "RayService", "ray.io/v1"))

    assert [one.path for one in KubernetesManifests().read(document).unread] == [
        "/spec/serveConfigV2"
    ]


def test_a_model_that_is_named_in_a_file_of_an_image_is_told() -> None:
    spec = "serveConfigV2: 'applications: [{args: {models: [./models/m.yaml]}}]'"
    document = yaml.safe_load(an_object(spec, "RayService", "ray.io/v1"))

    assert [one.why for one in KubernetesManifests().read(document).unread] == [
        "a model is named in the file ./models/m.yaml, which is not here"
    ]


def test_a_service_that_takes_its_model_from_elsewhere_is_told() -> None:
    spec = "baseRefs: [{name: shared}]\nmodel: {name: a/b}"
    document = yaml.safe_load(an_object(spec, "LLMInferenceService", "serving.kserve.io/v1alpha2"))

    assert [one.path for one in KubernetesManifests().read(document).unread] == ["/spec/baseRefs/0"]


def test_a_pod_of_kserve_is_read_where_its_model_comes_from() -> None:
    pod = """
apiVersion: v1
kind: Pod
metadata:
  annotations: {internal.serving.kserve.io/storage-initializer-sourceuri: 's3://b/m'}
spec:
  initContainers:
  - {name: storage-initializer, image: i, args: ['s3://b/m', /mnt/models]}
  containers:
  - {name: kserve-container, image: k}
  - {name: modelcar, image: 'registry.example/m:1'}
  volumes:
  - {name: m, image: {reference: 'registry.example/v:1'}}
"""

    assert [(path, uri) for path, uri, _ in read(pod)] == [
        (
            "/metadata/annotations/internal.serving.kserve.io~1storage-initializer-sourceuri",
            "s3://b/m",
        ),
        ("/spec/initContainers/0/args/0", "s3://b/m"),
        ("/spec/containers/1/image", "oci://registry.example/m:1"),
        ("/spec/volumes/0/image/reference", "oci://registry.example/v:1"),
    ]


@pytest.mark.parametrize("kind", ["ConfigMap", "CustomResourceDefinition", "Secret"])
def test_what_runs_nothing_names_nothing(kind: str) -> None:
    assert read(an_object("storageUri: s3://b/m", kind, "example/v1")) == []


def test_an_object_beyond_all_measure_is_told_and_not_read_on() -> None:
    deep: dict[str, Any] = {"storageUri": "s3://b/m"}
    for _ in range(100):
        deep = {"in": deep}
    read_ = KubernetesManifests().read({"apiVersion": "a/v1", "kind": "K", "spec": deep})

    assert (read_.references, len(read_.unread)) == ((), 1)
