"""From the text that stands for a model to its URI; None for what is no reference."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.adapters.manifests import tables

_LONGEST = 2048
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
_REPOSITORY = re.compile(r"[A-Za-z0-9$][\w.${}()-]*/[\w.${}()-]+(?:[:@][\w./${}-]+)?")
_BARE = re.compile(r"[A-Za-z0-9][\w.-]*(?::[\w.-]+)?|\$[\w{(][\w})]*")
_HUB = re.compile(
    r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)"
    r"(?:/(?:resolve|tree|blob)/([^/?]+))?(?:[/?].*)?"
)
_VARIABLE = re.compile(r"\$\((\w+)\)|\$\{(\w+)(?::?-([^}$]*))?\}|\$(\w+)")
_KAGGLE = re.compile(
    r"[\w-]+/[\w-]+/(?:pax|keras|pyTorch|pytorch|transformers|jax|flax|maxtext|tensorrtllm|gguf"
    r"|gemmaCpp|tfLite|tensorFlow1|tensorFlow2|tfJs|onnx|other)/[\w.-]+(?:/\d+)?"
)
"""A handle of Kaggle Models: owner, model, framework, variation, version."""
_NAMING = re.compile(
    r"(?:hf|huggingface|pvc|ollama|modelscope|kaggle|ngc|mlflow|oci\+native|oci\+fetch)://.+"
    r"|models:/.+",
    re.IGNORECASE,
)
"""Schemes that stand before nothing but a model."""
_STORED = re.compile(
    r"(?:s3a?|gs|gcs|az|azureml|abfss?|wasbs?|hdfs|webhdfs|oss|cos|tos|obs)://.+", re.IGNORECASE
)
_HUGGING_FACE = re.compile(r"\Ahuggingface://", re.IGNORECASE)
_MODEL_MOUNT = re.compile(r"/(?:mnt/)?models?(?:/|\Z)")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the text of one container is read by."""

    variables: Mapping[str, str] = field(default_factory=dict)
    volumes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    mounts: Sequence[Mapping[str, Any]] = ()
    takes_bare_names: bool = False
    """Whether the program takes `gpt2` for a model of Hugging Face."""


def uri(text: str, around: Surroundings, *, bare: str = "") -> str | None:
    """Give the URI that a value stands for.

    `bare` is the scheme of a name without a slash, if it is a reference at all.
    """
    value = expanded(text, around.variables).strip().strip("\"'")
    if not value or "{{" in value or len(value) > _LONGEST or any(c.isspace() for c in value):
        return None
    if _KAGGLE.fullmatch(value):
        return f"kaggle://{value}"
    if hub := _HUB.fullmatch(value):
        return f"hf://{hub.group(1)}" + (f":{hub.group(2)}" if hub.group(2) else "")
    if value.startswith(("/", "./", "../", "~", "file:///")):
        return mounted(value.removeprefix("file://"), around)
    if _SCHEME.match(value):
        return _HUGGING_FACE.sub("hf://", value)
    # a variable that is not set here stands for a model all the same: it is not passed over
    is_named = around.takes_bare_names or "/" in value or _VARIABLE.fullmatch(value)
    scheme = bare or ("hf" if is_named else "")
    form = _REPOSITORY if "/" in value else _BARE
    return (
        f"{scheme}://{value}" if scheme and form.fullmatch(value) and not value.isdigit() else None
    )


def model_uri(name: str, text: str, around: Surroundings) -> str | None:
    """Give the URI of a model, where neither flag nor variable is known to name one.

    Its scheme says it, or a place in a store that is named for models; what is put out, and
    data, are none, by the name of the flag or variable.
    """
    value = expanded(text, around.variables).strip().strip("\"'")
    is_model = _NAMING.fullmatch(value) is not None
    if not is_model and _STORED.fullmatch(value):
        is_model = bool(name) and tables.MODEL_WORD.search(value) is not None
    return uri(value, around) if is_model and not tables.NO_SOURCE.search(name) else None


def storage(text: str) -> str | None:
    """Give the text of a field that holds a storage URI, unless it is empty or a template's."""
    value = text.strip()
    if not value or "{{" in value:
        return None
    return f"file://{value}" if value.startswith("/") else _HUGGING_FACE.sub("hf://", value)


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """Put the values of a container's own variables in: `$(NAME)`, `$NAME`, `${NAME:-other}`."""

    def value(match: re.Match[str]) -> str:
        plain, braced, default, bare = match.groups()
        missing = match.group(0) if default is None else default
        return variables.get(plain or braced or bare, missing)

    return _VARIABLE.sub(value, text)


def unset(uri: str) -> str | None:
    """Name a variable in a URI that is set elsewhere, if there is one."""
    match = _VARIABLE.search(uri)
    return None if match is None else next(name for name in match.group(1, 2, 4) if name)


def mounted(path: str, around: Surroundings) -> str | None:
    """Give the URI of what is mounted where a path leads; None for a path within the image."""
    best, mount = "", None
    for one in around.mounts:
        at = one.get("mountPath")
        root = at.rstrip("/") if isinstance(at, str) else "?"
        if f"{path}/".startswith(f"{root}/") and (mount is None or len(root) > len(best)):
            best, mount = root, one
    if mount is None:
        return None
    source = _source(around.volumes.get(str(mount.get("name")), {}))
    if source is None:
        return None
    parts = [str(mount.get("subPath") or ""), path[len(best) :]]
    inner = "/".join(part.strip("/") for part in parts if part.strip("/"))
    return f"{source.rstrip('/')}/{inner}" if inner else source


def model_mounts(around: Surroundings) -> list[tuple[int, str]]:
    """List the mounts that are by their path a store of models: place and URI of each."""
    found = []
    for place, mount in enumerate(around.mounts):
        at = mount.get("mountPath")
        source = mounted(at, around) if isinstance(at, str) and _MODEL_MOUNT.match(at) else None
        if source and not source.startswith("file://"):
            found.append((place, source))
    return found


def _source(volume: Mapping[str, Any]) -> str | None:
    claim, host, nfs, csi = (
        member if isinstance(member := volume.get(name), Mapping) else {}
        for name in ("persistentVolumeClaim", "hostPath", "nfs", "csi")
    )
    if claim.get("claimName"):
        return f"pvc://{claim['claimName']}"
    if host.get("path"):
        return f"file://{host['path']}"
    if nfs.get("server"):
        return f"nfs://{nfs['server']}{nfs.get('path', '')}"
    given = csi.get("volumeAttributes")
    attributes: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    for name in ("modelRef", "reference", "modelUri", "storageUri"):
        if isinstance(attributes.get(name), str):
            return str(attributes[name])
    if bucket := attributes.get("bucketName"):
        return f"{'gs' if 'gcs' in str(csi.get('driver')) else 's3'}://{bucket}"
    return None
