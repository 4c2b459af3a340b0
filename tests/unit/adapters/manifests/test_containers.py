"""What a container's words, variables and mounts name, by the project whose program it runs."""

from __future__ import annotations

from typing import Any

import pytest

from app.adapters.manifests.reader import KubernetesManifests

COMMIT = "cd" * 20


def pod(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    made = {"containers": list(containers), **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": made}


def named(*containers: dict[str, Any], **spec: Any) -> list[str]:
    read = KubernetesManifests().read(pod(*containers, **spec))
    return [one.uri for one in read.references]


def run(*words: str, image: str = "app:1", **members: Any) -> list[str]:
    return named({"name": "main", "image": image, "command": list(words), **members})


def args(image: str, *words: str, **members: Any) -> list[str]:
    return named({"name": "main", "image": image, "args": list(words), **members})


def env(**variables: str) -> list[str]:
    settings = [{"name": name, "value": value} for name, value in variables.items()]
    return named({"name": "main", "image": "app:1", "env": settings})


@pytest.mark.parametrize(
    ("words", "uris"),
    [
        (["vllm", "serve", "acme/m", "--port", "80"], ["hf://acme/m"]),
        (["vllm", "serve", "--port", "80", "--model", "acme/m"], ["hf://acme/m"]),
        (["vllm", "serve", "acme/m", f"--revision={COMMIT}"], [f"hf://acme/m:{COMMIT}"]),
        (["vllm", "serve", "gpt2"], ["hf://gpt2"]),
        (
            ["python3", "-m", "vllm.entrypoints.openai.api_server", "--model=acme/m"],
            ["hf://acme/m"],
        ),
        (["python", "-m", "sglang.launch_server", "--model-path", "acme/m"], ["hf://acme/m"]),
        (["/bin/sh", "-c", "exec vllm serve acme/m \\\n  --dtype auto"], ["hf://acme/m"]),
        (["bash", "-lc", "sleep 1 && vllm serve 'acme/m' --tool x > /log"], ["hf://acme/m"]),
        (["sh", "-c", "echo hello"], []),
        (["llama-server", "-m", "https://host/m.gguf"], ["https://host/m.gguf"]),
        (["llama-server", "-hf", "acme/m-GGUF:Q4_K_M"], ["hf://acme/m-GGUF:Q4_K_M"]),
        (["python", "-m", "http.server"], []),
        (["python", "-m", "acme/module"], []),
        (["tritonserver", "--model-repository=s3://bucket/repo"], ["s3://bucket/repo"]),
        (["tensorflow_model_server", "--model_base_path=gs://b/m"], ["gs://b/m"]),
        (["torchserve", "--start", "--models", "m=https://host/m.mar"], ["https://host/m.mar"]),
        (["torchserve", "--start", "--models", "all"], []),
        (["trtllm-serve", "acme/m"], ["hf://acme/m"]),
        (["lmdeploy", "serve", "api_server", "acme/m"], ["hf://acme/m"]),
        (["ollama", "pull", "llama3.2"], ["ollama://llama3.2"]),
        (["hf", "download", "acme/m", "--local-dir", "/m"], ["hf://acme/m"]),
        (["huggingface-cli", "download", "acme/m", "f.gguf"], ["hf://acme/m"]),
        (["aws", "s3", "sync", "s3://b/models/m", "/mnt/models"], ["s3://b/models/m"]),
        (["aws", "s3", "sync", "/mnt/models", "s3://b/models/m"], []),
        (["aws", "s3", "cp", "s3://b/backup.tar", "/data"], []),
        (["curl", "-Lo", "/models/m.gguf", "https://host/m.gguf"], ["https://host/m.gguf"]),
        (["curl", "https://host/healthz"], []),
        (
            ["python", "-c", "from transformers import *; AutoModel.from_pretrained('acme/m')"],
            ["hf://acme/m"],
        ),
        (
            ["vllm", "serve", "acme/m", "--lora-modules", "a=acme/a", "b=s3://b/lora"],
            ["hf://acme/m", "hf://acme/a", "s3://b/lora"],
        ),
        (
            ["vllm", "serve", "acme/m", "--speculative-config", '{"model": "acme/d"}'],
            ["hf://acme/m", "hf://acme/d"],
        ),
        (["app", "--model-name", "scorer", "--model", "v2"], []),
        (["vllm", "serve", "/mnt/models"], []),
        (["vllm", "serve", "https://huggingface.co/acme/m/tree/main"], ["hf://acme/m:main"]),
        (["vllm", "serve", "--port", "80", "acme/m"], ["hf://acme/m"]),
        (["vllm", "serve", "--port=80", "acme/m"], ["hf://acme/m"]),
        (["vllm", "serve", "--model", "acme/m", "--chat-template", "a/b"], ["hf://acme/m"]),
        (["trtllm-serve", "serve", "acme/m"], ["hf://acme/m"]),
        (["trtllm-serve", "disaggregated", "-c", "a.yaml"], []),
        (["bash", "-lc", "--", "ray start; vllm serve acme/m"], ["hf://acme/m"]),
        (["sh", "-ec", "export M=acme/m\nvllm serve $M"], ["hf://acme/m"]),
        (["sh", "-c", "M=acme/m; vllm serve ${M}"], ["hf://acme/m"]),
        (["sh", "-c", "vllm serve ${M:-acme/m}"], ["hf://acme/m"]),
        (["app", "load_parameters_path=gs://b/checkpoints/0"], ["gs://b/checkpoints/0"]),
        (["app", "--weights-at=s3://b/models/m"], ["s3://b/models/m"]),
        (["app", "--save-to=s3://b/models/m", "--dataset=gs://b/model-data"], []),
        (["app", "--results", "s3://b/models/m"], []),
        (["app", "-m=acme/m"], ["hf://acme/m"]),
        (["app", "-m", "pkg"], []),
        (["app", "hf://acme/m"], ["hf://acme/m"]),
        (["fetch", "--model-path", "acme/m/pyTorch/2b-it/2"], ["kaggle://acme/m/pyTorch/2b-it/2"]),
        (["tosutil", "cp", "tos://b/models/m", "./m"], ["tos://b/models/m"]),
    ],
)
def test_a_command_line_names_these(words: list[str], uris: list[str]) -> None:
    assert run(*words) == uris


@pytest.mark.parametrize(
    ("image", "words", "uris"),
    [
        ("vllm/vllm-openai:v1", ["--model", "acme/m"], ["hf://acme/m"]),
        ("vllm/vllm-openai:v1", ["--model", "gpt2"], ["hf://gpt2"]),
        ("vllm/vllm-openai:v1", ["acme/m", "--port", "80"], ["hf://acme/m"]),
        ("acme/router:v1", ["acme/m", "--port", "80"], []),
        ("ghcr.io/huggingface/text-generation-inference", ["--model-id=acme/m"], ["hf://acme/m"]),
        ("ghcr.io/ggml-org/llama.cpp:server", ["-m", "https://h/m.gguf"], ["https://h/m.gguf"]),
        ("kserve/huggingfaceserver", ["--model_name=x", "--model_id=acme/m"], ["hf://acme/m"]),
        ("kserve/huggingfaceserver", ["--model_name=x", "--model_dir=/mnt/models"], []),
        ("nginx", ["--model", "gpt2"], []),
    ],
)
def test_arguments_are_read_by_the_image_that_takes_them(
    image: str, words: list[str], uris: list[str]
) -> None:
    assert args(image, *words) == uris


@pytest.mark.parametrize(
    ("variables", "uris"),
    [
        ({"MODEL_ID": "acme/m"}, ["hf://acme/m"]),
        ({"HF_MODEL_ID": "acme/m", "HF_MODEL_REVISION": COMMIT}, [f"hf://acme/m:{COMMIT}"]),
        ({"MODEL_NAME": "acme/m"}, ["hf://acme/m"]),
        ({"MODEL_NAME": "scorer"}, []),
        ({"STORAGE_URI": "s3://b/m"}, ["s3://b/m"]),
        ({"VLLM_MODEL": "acme/m"}, ["hf://acme/m"]),
        ({"LLAMA_ARG_HF_REPO": "acme/m"}, ["hf://acme/m"]),
        ({"LORA_ADAPTERS": "acme/a,x=acme/b"}, ["hf://acme/a", "hf://acme/b"]),
        ({"VLLM_ADDITIONAL_ARGS": "--model acme/m --dtype auto"}, ["hf://acme/m"]),
        ({"MODEL_PATH": "/opt/model"}, []),
        ({"HOME": "acme/m", "HF_TOKEN": "hf_x/y"}, []),
        ({"XML_PATH": "gs://b/models/m.xml"}, ["gs://b/models/m.xml"]),
        ({"WHAT": "hf://acme/m"}, ["hf://acme/m"]),
        ({"OUTPUT_DIR": "s3://b/models", "MLFLOW_ARTIFACT_ROOT": "s3://b/models"}, []),
        ({"AWS_ENDPOINT": "https://s3.example/models", "BUCKET": "s3://b/texts"}, []),
    ],
)
def test_variables_name_these(variables: dict[str, str], uris: list[str]) -> None:
    assert env(**variables) == uris


def test_a_variable_is_put_in_where_a_word_asks_for_it() -> None:
    settings = [{"name": "WHICH", "value": "acme/m"}]

    assert args("vllm/vllm-openai", "--model", "$(WHICH)", env=settings) == ["hf://acme/m"]
    assert run("sh", "-c", "vllm serve ${WHICH}", env=settings) == ["hf://acme/m"]


def test_a_variable_that_is_set_elsewhere_is_not_passed_over() -> None:
    container = {"name": "m", "image": "app:1", "args": ["--model=$(MODEL_ID)"]}
    read = KubernetesManifests().read(pod(container))

    assert read.references == ()
    assert [(one.path, one.why) for one in read.unread] == [
        ("/spec/containers/0/args/0", "MODEL_ID is not set here: hf://$(MODEL_ID)")
    ]
    assert args("app:1", "--model=$(MODEL_ID)", env=[{"name": "MODEL_ID", "value": "/m"}]) == []


def test_a_variable_that_nobody_can_read_here_is_told() -> None:
    kept = {"configMapKeyRef": {"name": "models", "key": "id"}}
    settings = [{"name": "MODEL_ID", "valueFrom": kept}, {"name": "POD_IP", "valueFrom": kept}]
    read = KubernetesManifests().read(pod({"name": "m", "image": "tgi", "env": settings}))

    assert [one.path for one in read.unread] == ["/spec/containers/0/env/0/valueFrom"]


def test_a_path_leads_to_what_is_mounted_there() -> None:
    volumes = [{"name": "store", "persistentVolumeClaim": {"claimName": "models"}}]
    mounts = [{"name": "store", "mountPath": "/data", "subPath": "prod"}]
    container = {
        "name": "main",
        "image": "vllm/vllm-openai",
        "args": ["--model", "/data/llama"],
        "volumeMounts": mounts,
    }

    assert named(container, volumes=volumes) == ["pvc://models/prod/llama"]
    assert named({**container, "args": ["--model", "/other"]}, volumes=volumes) == []


def test_a_store_of_models_that_is_mounted_is_one() -> None:
    volumes = [
        {"name": "store", "persistentVolumeClaim": {"claimName": "models"}},
        {"name": "bucket", "csi": {"driver": "gcsfuse", "volumeAttributes": {"bucketName": "b"}}},
        {"name": "scratch", "emptyDir": {}},
    ]

    def mounted(name: str, path: str) -> list[str]:
        mounts = [{"name": name, "mountPath": path}]
        container = {"name": "main", "image": "tensorflow/serving", "volumeMounts": mounts}
        return named(container, volumes=volumes)

    assert mounted("store", "/models/scorer") == ["pvc://models"]
    assert mounted("bucket", "/mnt/models") == ["gs://b"]
    assert mounted("scratch", "/models") == []
    assert mounted("store", "/var/lib/postgresql") == []
