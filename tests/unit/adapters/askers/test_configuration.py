from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import shipped
from app.adapters.askers.configuration import read
from app.configured import ConfigurationError
from tests.fakes.stores import SetClock
from tests.services.github import PRIVATE_KEY

SCHEMA: dict[str, Any] = json.loads((shipped.folder("schemas") / "askers.json").read_bytes())
STATED: dict[str, dict[str, Any]] = {
    "github": {
        "api_url": "https://api.github.com",
        "app_id": "4711",
        "private_key_file": "key",
        "secret_files": ["secret"],
        "stages": {"prod": "production"},
        "reviewers": [{"user_id": 8, "subject": "rita@acme.example", "roles": ["data_scientist"]}],
    },
    "gitlab": {
        "api_url": "https://gitlab.example/api/v4",
        "token_file": "token",
        "secret_files": ["secret"],
        "stage": "production",
    },
    "huggingface": {
        "api_url": "https://huggingface.example",
        "token_file": "token",
        "secret_files": ["secret"],
        "stage": "production",
    },
    "sagemaker": {"region": "eu-central-1", "secret_files": ["secret"], "stage": "production"},
    "mlflow": {
        "api_url": "https://mlflow.example",
        "user": "countersign",
        "password_file": "token",
        "secret_files": ["secret"],
        "aliases": {"production-requested": {"alias": "production", "stage": "production"}},
    },
}


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nothing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")


def reading(folder: Path, document: object) -> list[str]:
    (folder / "secret").write_text("a secret of 16 bytes and more\n")
    (folder / "short").write_text("short")
    (folder / "token").write_text("token\n")
    (folder / "key").write_bytes(PRIVATE_KEY)
    file = folder / "askers.yaml"
    file.write_text(yaml.safe_dump(document))
    return [asker.source for asker in read(file, SCHEMA, SetClock(), "https://gate.example")]


def test_a_registry_of_sagemaker_needs_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    monkeypatch.delitem(sys.modules, "app.adapters.askers.sagemaker_api", raising=False)

    with pytest.raises(ConfigurationError, match=r"countersign\[aws\]"):
        reading(tmp_path, {"sagemaker": STATED["sagemaker"]})


def test_what_aws_tools_are_configured_by_has_to_be_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    with pytest.raises(ConfigurationError, match=r"/sagemaker: .*nobody"):
        reading(tmp_path, {"sagemaker": STATED["sagemaker"]})


def test_each_source_is_read(tmp_path: Path) -> None:
    assert reading(tmp_path, STATED) == [
        "github",
        "gitlab",
        "mlflow",
        "huggingface",
        "sagemaker",
    ]
    assert reading(tmp_path, {"gitlab": STATED["gitlab"]}) == ["gitlab"]


@pytest.mark.parametrize(
    ("source", "changes", "told"),
    [
        ("github", {"secret_files": []}, "/github/secret_files"),
        ("github", {"secret_files": ["short"]}, "16 bytes or more"),
        ("github", {"secret_files": ["gone"]}, "cannot be read"),
        ("github", {"api_url": "https://u:p@api.github.com"}, "/github/api_url"),
        ("github", {"skip": True}, "/github"),
        ("gitlab", {"stage": ""}, "/gitlab/stage"),
        ("mlflow", {"password_file": None}, "/mlflow"),
        ("mlflow", {"aliases": {"a": {"alias": "b"}}}, "/mlflow/aliases/a"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, source: str, changes: dict[str, Any], told: str
) -> None:
    stated = {k: v for k, v in {**STATED[source], **changes}.items() if v is not None}

    with pytest.raises(ConfigurationError, match=told):
        reading(tmp_path, {source: stated})


@pytest.mark.parametrize("document", [{}, [], {"bitbucket": {}}])
def test_a_file_that_names_nobody_is_refused(tmp_path: Path, document: object) -> None:
    with pytest.raises(ConfigurationError):
        reading(tmp_path, document)


def test_each_is_bound_to_the_projects_that_it_names_and_to_none_without(tmp_path: Path) -> None:
    reading(tmp_path, {"gitlab": {**STATED["gitlab"], "projects": ["acme"]}})
    schema, clock, address = SCHEMA, SetClock(), "https://gate.acme.example"
    (bound,) = read(tmp_path / "askers.yaml", schema, clock, address)
    reading(tmp_path, {"gitlab": STATED["gitlab"]})
    (free,) = read(tmp_path / "askers.yaml", schema, clock, address)

    assert sorted(bound.projects) == ["acme"]
    assert sorted(free.projects) == ["*"]


@pytest.mark.parametrize("text", ["[" * 5000, "a: " + "9" * 5000, "gitlab: {}\ngitlab: {}"])
def test_a_file_that_readers_would_read_otherwise_or_not_at_all_is_told(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "askers.yaml").write_text(text)

    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(tmp_path / "askers.yaml", SCHEMA, SetClock(), "https://gate.acme.example")
