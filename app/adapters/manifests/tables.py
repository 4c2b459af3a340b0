"""The tables: which fields, flags and variables name a model, by the projects that read them.

Sources: KServe v1alpha1, v1alpha2, v1beta1 types; Seldon Core v1 and v2 types; Ray's
`ray.serve.llm` configuration; the command lines of vLLM, TGI, TEI, SGLang, llama.cpp, Triton,
TensorFlow Serving, TorchServe, LMDeploy, TensorRT-LLM, Ollama, huggingface_hub.
"""

from __future__ import annotations

import re

from app.domain.enforcement.manifest import Role

SERVING_GROUPS = frozenset(
    {
        "serving.kserve.io",
        "serving.kubeflow.org",
        "mlops.seldon.io",
        "machinelearning.seldon.io",
        "ray.io",
    }
)
"""Groups whose objects hold parts of containers in places of their own."""
FIELDS = {
    "storageUri": Role.MODEL,
    "modelUri": Role.MODEL,
    "sourceModelUri": Role.MODEL,
    "modelURI": Role.MODEL,
    "storageURI": Role.MODEL,
    "modelURL": Role.MODEL,
    "artifactURL": Role.ADAPTER,
}
"""Fields of any custom resource whose text is a storage URI, or a repository of Hugging Face."""
SOURCES = {
    ("adapterSource", "repository"): Role.ADAPTER,
    ("modelSource", "modelId"): Role.MODEL,
    ("modelSource", "repository"): Role.MODEL,
}
"""Fields, with the object that they stand in, whose text is a repository of Hugging Face."""
URI_OWNERS = {"model": Role.MODEL, "adapters": Role.ADAPTER, "storageUris": Role.MODEL}
"""Objects, and lists of objects, whose field `uri` is a storage URI."""
PATH_ROLES = {
    "explainer": Role.EXPLAINER,
    "transformer": Role.TRANSFORMER,
    "adapters": Role.ADAPTER,
    "lora": Role.ADAPTER,
    "speculator": Role.DRAFT,
}
"""Parts of a path that say what a model in them is for."""
FRAMEWORKS = frozenset(
    {
        "sklearn",
        "xgboost",
        "tensorflow",
        "pytorch",
        "triton",
        "onnx",
        "huggingface",
        "pmml",
        "lightgbm",
        "paddle",
        "mlserver",
        "catboost",
        "tensorrt",
        "openvino",
        "alibi",
        "aix",
        "art",
        "custom",
    }
)
"""Fields of a KServe component that name its framework."""
ANNOTATION = re.compile(r"(source-?uri|storage-?uri|model-?ur[il])\Z", re.IGNORECASE)
"""Ends of annotations that hold a storage URI, such as that of KServe's storage initializer."""
MODELCARS = frozenset({"modelcar", "modelcar-init", "modelcar-prefetch"})
"""Containers of KServe whose image is the model."""
INITIALIZER = re.compile(r"(?:storage|model)-initializer\b")
"""Containers, by name or image, whose arguments are pairs of a storage URI and a folder."""
SIDECARS = frozenset(
    {"istio-proxy", "queue-proxy", "transformer-container", "agent", "kube-rbac-proxy", "logger"}
)
"""Containers beside a predictor that are not it."""

MODEL_FLAGS = frozenset(
    {
        "model",
        "model_path",
        "model_id",
        "model_name_or_path",
        "model_repo",
        "model_repository",
        "model_store",
        "model_base_path",
        "model_uri",
        "model_url",
        "model_source",
        "model_tag",
        "hf_repo",
        "hf_model_id",
        "hf_model_repo",
        "hf_model",
        "pretrained_model_name_or_path",
        "base_model",
        "model_dir",
        "model_location",
        "repo_id",
        "embedding_model",
        "reranker_model",
        "storage_uri",
        "checkpoint",
        "checkpoint_path",
        "checkpoint_dir",
    }
)
"""Long flags, keys of arguments and (in capitals) variables: `-` and `_` are one."""
OTHER_FLAGS = {
    "lora_modules": Role.ADAPTER,
    "lora_paths": Role.ADAPTER,
    "lora_path": Role.ADAPTER,
    "lora_adapters": Role.ADAPTER,
    "lora_adapter": Role.ADAPTER,
    "lora": Role.ADAPTER,
    "lora_scaled": Role.ADAPTER,
    "adapter_id": Role.ADAPTER,
    "adapter_path": Role.ADAPTER,
    "adapter_source": Role.ADAPTER,
    "dynamic_lora_loading_path": Role.ADAPTER,
    "speculative_model": Role.DRAFT,
    "speculative_draft_model_path": Role.DRAFT,
    "speculative_draft_model": Role.DRAFT,
    "draft_model": Role.DRAFT,
    "model_draft": Role.DRAFT,
    "hf_repo_draft": Role.DRAFT,
    "speculator": Role.DRAFT,
    "tokenizer": Role.TOKENIZER,
    "tokenizer_path": Role.TOKENIZER,
    "tokenizer_name": Role.TOKENIZER,
    "mmproj_url": Role.MODEL,
    "models": Role.MODEL,
}
REVISIONS = frozenset({"revision", "model_revision", "hf_revision", "hf_model_revision"})
"""What pins a repository of Hugging Face beside its id."""
SHORT_FLAGS = {
    "-hf": Role.MODEL,
    "-hfr": Role.MODEL,
    "-mu": Role.MODEL,
    "-m": Role.MODEL,
    "-md": Role.DRAFT,
    "-hfd": Role.DRAFT,
}
"""Of llama.cpp; `-m` of Python is a module."""
VARIABLES = {
    "model_name": Role.MODEL,
    "served_model": Role.MODEL,
    "nim_model_name": Role.MODEL,
    "mlserver_model_uri": Role.MODEL,
    "ollama_model": Role.MODEL,
    "mlflow_model_uri": Role.MODEL,
}
"""Variables beside those named as a flag is."""
VARIABLE_PREFIXES = re.compile(r"\A(?:vllm|llama_arg|hf|tgi|sglang|triton|llm|inference|hub)_")
VARIABLE_ARGUMENTS = frozenset(
    {"vllm_additional_args", "vllm_args", "extra_args", "vllm_extra_args"}
)
"""Variables that hold a part of a command line."""
AMBIGUOUS = frozenset({"model_name", "served_model", "models", "model_tag"})
"""Names that also stand for the name under which a model is served: only an id of a repository
or a URI is taken for a reference."""
ENGINES = re.compile(
    r"vllm|sglang|text-generation|text_generation|text-embeddings|tgi|lmdeploy|llama|trtllm|"
    r"tensorrt|huggingface|lorax|aphrodite|infinity|ray-llm|xinference|djl|tritonserver",
    re.IGNORECASE,
)
"""Programs and images that take a bare name, such as `gpt2`, from Hugging Face."""
POSITIONAL = {
    ("vllm", "serve"): "hf",
    ("vllm", "bench"): "",
    ("trtllm-serve",): "hf",
    ("trtllm-serve", "serve"): "hf",
    ("trtllm-serve", "disaggregated"): "",
    ("trtllm-serve", "disaggregated_mpi_worker"): "",
    ("lmdeploy", "serve", "api_server"): "hf",
    ("hf", "download"): "hf",
    ("huggingface-cli", "download"): "hf",
    ("modelscope", "download"): "modelscope",
    ("ollama", "pull"): "ollama",
    ("ollama", "run"): "ollama",
    ("sglang", "serve"): "hf",
    ("text-generation-launcher", "download-weights"): "hf",
}
"""Commands whose first argument is a model, and the scheme of a bare one."""
PROGRAMS = {"llama": ("llama",), "vllm-openai": ("vllm", "serve"), "vllm-cpu": ("vllm", "serve")}
"""What an image whose name holds this runs, where the container gives arguments alone."""
FETCHERS = frozenset(
    {
        "aws",
        "gsutil",
        "gcloud",
        "s5cmd",
        "rclone",
        "curl",
        "wget",
        "azcopy",
        "mc",
        "git",
        "oras",
        "skopeo",
        "hdfs",
        "tosutil",
        "ossutil",
        "ossutil64",
        "obsutil",
        "coscli",
    }
)
"""Programs that fetch; what they fetch is a model if it, or where it goes, says so."""
COPIERS = frozenset({"aws", "gsutil", "gcloud", "s5cmd", "rclone", "azcopy", "mc"}) | {
    "hdfs",
    "tosutil",
    "ossutil",
    "ossutil64",
    "obsutil",
    "coscli",
}
COPIES = frozenset(
    {"cp", "sync", "copy", "mv", "rsync", "get", "download", "pull", "mirror", "-get"}
)
"""What those that copy are told to do: from the first argument to the second."""
UPLOADS = frozenset(
    {"-T", "--upload-file", "-d", "--data", "PUT", "POST", "-XPOST", "-XPUT", "push"}
)
MODEL_WORD = re.compile(
    r"model|weights|checkpoint|huggingface\.co|lora|adapter"
    r"|\.(gguf|safetensors|onnx|pt|pth|mar|pkl|joblib|h5|keras|tflite|ggml|nemo|engine)\b",
    re.IGNORECASE,
)
NO_SOURCE = re.compile(
    r"out|dest|upload|result|log|save|export|data|cache|metric|trace|tracking|artifact|scratch"
    r"|te?mp|backup|report|publish|push|target|write",
    re.IGNORECASE,
)
"""In the name of a flag or variable: what it names is put there, or is no model."""
PYTHON_LOADS = re.compile(
    r"""(?:from_pretrained|snapshot_download|hf_hub_download|LLM|SentenceTransformer"""
    r"""|load_model|download_artifacts)\(\s*(?:(?:repo_id|model|model_uri|artifact_uri"""
    r"""|pretrained_model_name_or_path)\s*=\s*)?["']([^"'\s]+)["']"""
)
"""Calls in Python code on a command line that load a model."""
