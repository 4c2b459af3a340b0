from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.api import contracts
from app.domain.caller import Role
from tests.api.conftest import Gate
from tests.versions import digest

SCORER = "/v1/models/acme/scorer"


def register(gate: Gate, version: str, **said: Any) -> TestResponse:
    asked = {"version": version, "release_digest": digest(version), **said}
    return gate.ask("POST", f"{SCORER}/versions", json=asked)


def test_a_version_is_registered_and_read_back(gate: Gate) -> None:
    said = {
        "base_models": [{"id": "meta/llama", "revision": "abc", "relation": "finetune"}],
        "training_run": {"id": "run-7"},
        "code": {"repository": "https://git.example/scorer", "commit": "c" * 40},
        "datasets": [{"name": "claims", "sha256": "d" * 64, "role": "train"}],
        "changelog": "The first.",
        "reproducibility": {"seed": 0, "determinism": "bitwise"},
    }

    made = register(gate, "1.0.0", **said)

    assert made.status_code == 201
    contracts.check("version", made.get_json())
    assert made.get_json()["registration"] == said
    read = gate.ask("GET", f"{SCORER}/versions/1.0.0", Role.AUDITOR)
    assert (read.get_json(), read.headers["ETag"]) == (made.get_json(), made.headers["ETag"])


def test_the_same_version_with_other_bytes_is_409_with_both_digests(gate: Gate) -> None:
    register(gate, "1.0.0")

    answer = register(gate, "1.0.0", release_digest="f" * 64)

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (409, "version_conflict")
    assert digest("1.0.0") in problem["detail"]
    assert "f" * 64 in problem["detail"]


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"parent": "0.9"}, "/parent"),
        ({"parent": "a b"}, "/parent"),
        ({"base_models": [{"id": "a|b"}]}, "/base_models/0/id"),
        ({"base_models": [{"id": "a", "revision": "*"}]}, "/base_models/0/revision"),
        ({"code": {"repository": "x", "commit": "abc"}}, "/code/commit"),
        ({"release_digest": "abc"}, "/release_digest"),
        ({"extra": 1}, ""),
    ],
)
def test_what_is_not_a_version_is_refused_where_it_is_wrong(
    gate: Gate, said: dict[str, Any], pointer: str
) -> None:
    answer = register(gate, "1.0.0", **said)

    assert (answer.status_code, answer.get_json()["pointer"]) == (422, pointer)


@pytest.mark.parametrize("path", ["/v1/models/ac:me/scorer", "/v1/models/acme/sco|rer"])
def test_a_name_that_no_model_has_is_404(gate: Gate, path: str) -> None:
    asked = {"version": "1.0.0", "release_digest": digest("1.0.0")}

    assert gate.ask("POST", f"{path}/versions", json=asked).status_code == 404


def test_models_and_versions_are_listed_page_by_page(gate: Gate) -> None:
    register(gate, "1.1.0")
    register(gate, "1.0.0")

    models = gate.ask("GET", "/v1/models").get_json()
    first = gate.ask("GET", f"{SCORER}/versions?limit=1").get_json()
    second = gate.ask("GET", f"{SCORER}/versions?limit=1&after={first['next_after']}").get_json()

    contracts.check("model_list", models)
    contracts.check("version_list", first)
    assert [model["newest"] for model in models["models"]] == ["1.0.0"]
    assert [v["version"] for v in first["versions"] + second["versions"]] == ["1.0.0", "1.1.0"]
    assert second["next_after"] is None


def test_lineage_is_told_up_and_down(gate: Gate) -> None:
    register(gate, "1.0.0", base_models=[{"id": "meta/llama", "revision": "abc"}])
    register(gate, "1.1.0", parent="1.0.0")

    up = gate.ask("GET", f"{SCORER}/versions/1.1.0/lineage").get_json()
    down = gate.ask("GET", "/v1/lineage?base=meta/llama").get_json()

    contracts.check("lineage", up)
    contracts.check("lineage", down)
    assert [edge["base"] for edge in up["up"]] == ["acme/scorer:1.0.0", "meta/llama:abc"]
    assert [edge["child"] for edge in down["down"]] == ["acme/scorer:1.0.0", "acme/scorer:1.1.0"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/lineage",
        "/v1/models?limit=0",
        "/v1/models?limit=many",
        "/v1/models?cursor=x",
        f"{SCORER}/versions?page=2",
    ],
)
def test_a_query_that_means_nothing_is_refused(gate: Gate, path: str) -> None:
    register(gate, "1.0.0")

    assert gate.ask("GET", path).status_code == 422


@pytest.mark.parametrize("path", ["", "/versions", "/versions/1.0.0", "/versions/1.0.0/lineage"])
def test_what_nobody_registered_is_404(gate: Gate, path: str) -> None:
    assert gate.ask("GET", SCORER + path).status_code == 404
