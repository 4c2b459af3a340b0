from __future__ import annotations

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


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        (
            "predictor: {xgboost: {storageUri: s3://b/m}}",
            [("/spec/predictor/xgboost/storageUri", "s3://b/m", "model")],
        ),
        (
            "predictor: {model: {modelFormat: {name: onnx}, storageUri: 'pvc://c/m'}}",
            [("/spec/predictor/model/storageUri", "pvc://c/m", "model")],
        ),
        (
            "predictor: {model: {storage: {key: k, path: m, parameters: {bucket: b}}}}",
            [("/spec/predictor/model/storage/path", "storage://k/b/m", "model")],
        ),
        (
            "predictor: {model: {storage: {path: m, parameters: {bucket: b, type: s3}}}}",
            [("/spec/predictor/model/storage/path", "s3://b/m", "model")],
        ),
        (
            "predictor: {model: {storageUris: [{uri: 's3://b/1', mountPath: /a}, {uri: 'hf://a/b'}]}}",
            [
                ("/spec/predictor/model/storageUris/0/uri", "s3://b/1", "model"),
                ("/spec/predictor/model/storageUris/1/uri", "hf://a/b", "model"),
            ],
        ),
        (
            "predictor: {model: {modelFormat: {name: huggingface}, args: [--model_id=acme/m]}}",
            [("/spec/predictor/model/args/0", "hf://acme/m", "model")],
        ),
        (
            "predictor: {model: {modelFormat: {name: huggingface}, env: [{name: MODEL_ID, value: gpt2}]}}",
            [("/spec/predictor/model/env/0/value", "hf://gpt2", "model")],
        ),
        (
            "predictor: {containers: [{name: c, image: 'acme/scorer:1'}]}",
            [("/spec/predictor/containers/0/image", "oci://acme/scorer:1", "image")],
        ),
        (
            "predictor: {containers: [{name: c, image: ts, env: [{name: STORAGE_URI, value: 's3://b/m'}]}]}",
            [("/spec/predictor/containers/0/env/0/value", "s3://b/m", "model")],
        ),
        (
            "predictor: {sklearn: {storageUri: 's3://b/1'}}\n"
            "canary: [{predictor: {sklearn: {storageUri: 's3://b/2'}}}]",
            [
                ("/spec/predictor/sklearn/storageUri", "s3://b/1", "model"),
                ("/spec/canary/0/predictor/sklearn/storageUri", "s3://b/2", "model"),
            ],
        ),
        (
            "default: {predictor: {custom: {container: {name: c, image: 'acme/s:1'}}}}",
            [("/spec/default/predictor/custom/container/image", "oci://acme/s:1", "image")],
        ),
        (
            "predictor: {sklearn: {storageUri: 's3://b/m'}}\n"
            "explainer: {alibi: {type: AnchorTabular, storageUri: 's3://b/e'}}\n"
            "transformer: {containers: [{name: t, image: t:1, env: [{name: STORAGE_URI, value: 's3://b/t'}]}]}",
            [
                ("/spec/predictor/sklearn/storageUri", "s3://b/m", "model"),
                ("/spec/explainer/alibi/storageUri", "s3://b/e", "explainer"),
                ("/spec/transformer/containers/0/env/0/value", "s3://b/t", "transformer"),
            ],
        ),
        (
            "predictor:\n"
            "  model: {storageUri: 'hf://a/b'}\n"
            "  workerSpec: {containers: [{name: worker-container, image: r:1}]}",
            [("/spec/predictor/model/storageUri", "hf://a/b", "model")],
        ),
        ("predictor: {triton: {args: [--log-verbose=1]}}", []),
        ("predictor: {sklearn: {storageUri: ''}}", []),
        ("transformer: {containers: [{name: t, image: 'acme/t:1'}]}", []),
    ],
)
def test_an_inference_service_names_these(spec: str, found: list[tuple[str, str, str]]) -> None:
    assert read(an_object(spec)) == found


@pytest.mark.parametrize(
    ("kind", "version", "spec", "found"),
    [
        (
            "LLMInferenceService",
            "serving.kserve.io/v1alpha2",
            "model: {uri: 'hf://a/b', name: a/b, lora: {adapters: [{name: l, uri: 's3://b/l'}]}}\n"
            "prefill: {template: {containers: [{name: main, image: 'vllm/vllm-openai:1'}]}}",
            [
                ("/spec/model/uri", "hf://a/b", "model"),
                ("/spec/model/lora/adapters/0/uri", "s3://b/l", "adapter"),
            ],
        ),
        (
            "TrainedModel",
            "serving.kserve.io/v1alpha1",
            "model: {framework: sklearn, storageUri: 's3://b/m', memory: 1Gi}",
            [("/spec/model/storageUri", "s3://b/m", "model")],
        ),
        (
            "LocalModelCache",
            "serving.kserve.io/v1alpha1",
            "sourceModelUri: hf://a/b\nmodelSize: 1Gi",
            [("/spec/sourceModelUri", "hf://a/b", "model")],
        ),
        (
            "ClusterServingRuntime",
            "serving.kserve.io/v1alpha1",
            "containers: [{name: k, image: kserve/huggingfaceserver, "
            "args: ['--model_name={{.Name}}', '--model_dir=/mnt/models']}]",
            [],
        ),
        (
            "ClusterStorageContainer",
            "serving.kserve.io/v1alpha1",
            "supportedUriFormats: [{prefix: 's3://'}]\ncontainer: {name: storage-initializer, image: i}",
            [],
        ),
        (
            "InferenceGraph",
            "serving.kserve.io/v1alpha1",
            "nodes: {root: {routerType: Sequence, steps: [{serviceName: a}]}}",
            [],
        ),
        (
            "Model",
            "mlops.seldon.io/v1alpha1",
            "storageUri: gs://b/m\nrequirements: [sklearn]",
            [("/spec/storageUri", "gs://b/m", "model")],
        ),
        (
            "Explainer",
            "mlops.seldon.io/v1alpha1",
            "whiteBox: {storageUri: 'gs://b/m'}",
            [("/spec/whiteBox/storageUri", "gs://b/m", "model")],
        ),
        (
            "Experiment",
            "mlops.seldon.io/v1alpha1",
            "default: iris\ncandidates: [{name: iris, weight: 50}]\nmirror: {name: iris2, percent: 100}",
            [],
        ),
        (
            "Pipeline",
            "mlops.seldon.io/v1alpha1",
            "steps: [{name: a}, {name: b, inputs: [a]}]\noutput: {steps: [b]}",
            [],
        ),
        (
            "Dashboard",
            "observability.example/v1",
            "model: {uri: 's3://b/m'}",
            [("/spec/model/uri", "s3://b/m", "model")],
        ),
        (
            "LeaderWorkerSet",
            "leaderworkerset.x-k8s.io/v1",
            "leaderWorkerTemplate: {leaderTemplate: {spec: {containers: "
            "[{name: l, image: vllm/vllm-openai, args: [--model, acme/m]}]}}}",
            [
                (
                    "/spec/leaderWorkerTemplate/leaderTemplate/spec/containers/0/args/1",
                    "hf://acme/m",
                    "model",
                )
            ],
        ),
    ],
)
def test_other_resources_name_these(
    kind: str, version: str, spec: str, found: list[tuple[str, str, str]]
) -> None:
    assert read(an_object(spec, kind, version)) == found


SELDON = "machinelearning.seldon.io/v1"
GRAPH = """
predictors:
- name: main
  graph:
    name: router
    type: ROUTER
    children:
    - {name: a, implementation: SKLEARN_SERVER, modelUri: 'gs://b/a'}
    - name: clean
      type: TRANSFORMER
      children:
      - {name: own, type: MODEL}
    - {name: p, implementation: TENSORFLOW_SERVER, parameters: [{name: model_uri, value: 's3://b/p'}]}
  componentSpecs:
  - spec:
      containers:
      - {name: router, image: 'acme/router:1'}
      - {name: clean, image: 'acme/clean:1'}
      - {name: own, image: 'acme/own:1'}
  explainer: {type: AnchorTabular, modelUri: 'gs://b/e'}
"""


def test_a_graph_of_seldon_is_read_down_to_its_leaves() -> None:
    at = "/spec/predictors/0"

    assert read(an_object(GRAPH, "SeldonDeployment", SELDON)) == [
        (f"{at}/graph/children/0/modelUri", "gs://b/a", "model"),
        (f"{at}/componentSpecs/0/spec/containers/2/image", "oci://acme/own:1", "image"),
        (f"{at}/graph/children/2/parameters/0/value", "s3://b/p", "model"),
        (f"{at}/explainer/modelUri", "gs://b/e", "explainer"),
    ]


def ray(text: str, kind: str = "RayService", name: str = "serveConfigV2") -> list[tuple[str, str]]:
    lines = "\n".join(f"  {line}" for line in text.strip("\n").splitlines())
    return [(u, r) for _, u, r in read(an_object(f"{name}: |\n{lines}", kind, "ray.io/v1"))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "applications:\n- args:\n    llm_configs:\n    - model_loading_config:\n"
            "        model_id: short\n        model_source: acme/m",
            [("hf://acme/m", "model")],
        ),
        (
            "applications:\n- args:\n    llm_configs:\n    - model_loading_config: {model_id: acme/m}\n"
            "      lora_config: {dynamic_lora_loading_path: 's3://b/lora'}",
            [("hf://acme/m", "model"), ("s3://b/lora", "adapter")],
        ),
        (
            "applications:\n- args:\n    llm_configs:\n    - model_loading_config:\n"
            "        model_id: m\n        model_source: {bucket_uri: 's3://b/m'}",
            [("s3://b/m", "model")],
        ),
        (
            "applications:\n- runtime_env:\n    working_dir: https://h/w.zip\n"
            "    env_vars: {MODEL_ID: acme/m, HF_TOKEN: x}",
            [("https://h/w.zip", "code"), ("hf://acme/m", "model")],
        ),
        (
            "applications:\n- import_path: app:app\n  args: {model_path: 's3://b/m'}",
            [("s3://b/m", "model")],
        ),
        ("applications:\n- import_path: app:app\n  deployments: [{name: D, num_replicas: 1}]", []),
    ],
)
def test_the_text_of_a_ray_service_is_read(text: str, found: list[tuple[str, str]]) -> None:
    assert ray(text) == found


def test_what_a_ray_job_runs_is_read() -> None:
    job = an_object("entrypoint: python serve.py --model acme/m", "RayJob", "ray.io/v1")

    assert read(job) == [("/spec/entrypoint", "hf://acme/m", "model")]


def test_text_that_is_no_yaml_is_told() -> None:
    document = yaml.safe_load(an_object("serveConfigV2: '{'", "RayService", "ray.io/v1"))

    assert [one.path for one in KubernetesManifests().read(document).unread] == [
        "/spec/serveConfigV2"
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
