from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.adapters.engines import policy_folder
from app.domain.errors import PolicyEngineError

FILES = {
    "gate/decision.rego": "package gate\n",
    "gate/checks/size/size.rego": "package gate.checks.size\n",
    "gate/quorums/data.yaml": "production: {high: {risk_compliance: 1}}\n",
}


def a_folder(folder: Path, **changes: str | None) -> Path:
    """Write the files, with changes by path (`__` for `/`); None leaves a file out."""
    written: dict[str, str | None] = {**FILES}
    written.update({path.replace("__", "/"): content for path, content in changes.items()})
    for path, content in written.items():
        if content is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content)
    return folder


def test_rego_and_data_are_read(tmp_path: Path) -> None:
    policies = policy_folder.read(a_folder(tmp_path))

    assert [str(file.path) for file in policies.rego] == [
        "gate/checks/size/size.rego",
        "gate/decision.rego",
    ]
    assert policies.data == {"gate": {"quorums": {"production": {"high": {"risk_compliance": 1}}}}}
    assert policies.roots == ("gate",)


def test_the_same_files_elsewhere_have_the_same_revision(tmp_path: Path) -> None:
    first = policy_folder.read(a_folder(tmp_path / "a"))
    second = policy_folder.read(a_folder(tmp_path / "b"))

    assert first.revision == second.revision
    assert len(first.revision) == len("sha256:") + 64


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("gate/decision.rego", "package gate # changed\n"),
        ("gate/quorums/data.yaml", "production: {high: {risk_compliance: 2}}\n"),
        ("gate/more/data.yaml", "a: 1\n"),
        ("gate/checks/more/more.rego", "package gate.checks.more\n"),
    ],
)
def test_any_change_is_another_revision(tmp_path: Path, path: str, content: str) -> None:
    before = policy_folder.read(a_folder(tmp_path / "a"))
    after = policy_folder.read(a_folder(tmp_path / "b", **{path: content}))

    assert before.revision != after.revision
    assert (before.rego_digest != after.rego_digest) == path.endswith(".rego")


def test_a_file_that_moved_is_another_revision(tmp_path: Path) -> None:
    before = policy_folder.read(a_folder(tmp_path / "a"))
    moved = {"gate/decision.rego": None, "gate/verdict.rego": FILES["gate/decision.rego"]}
    after = policy_folder.read(a_folder(tmp_path / "b", **moved))

    assert before.revision != after.revision


@pytest.mark.parametrize(
    "path",
    ["gate/decision_test.rego", "gate/README.md", ".manifest", ".git/x.rego", "gate/.x.rego"],
)
def test_tests_pages_and_hidden_files_are_no_part_of_policy(tmp_path: Path, path: str) -> None:
    before = policy_folder.read(a_folder(tmp_path / "a"))
    after = policy_folder.read(a_folder(tmp_path / "b", **{path: "anything"}))

    assert before == after


@pytest.mark.parametrize(
    "path", ["gate/thresholds.yaml", "gate/data.yml", "gate/data.json", "gate/quorums/more.json"]
)
def test_data_that_one_engine_would_not_read_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(PolicyEngineError, match="would be read by no engine"):
        policy_folder.read(a_folder(tmp_path, **{path: "a: 1\n"}))


@pytest.mark.parametrize("path", ["decision.rego", "data.yaml", "system/authz/authz.rego"])
def test_a_file_outside_of_a_root_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(PolicyEngineError, match="root folder"):
        policy_folder.read(a_folder(tmp_path, **{path: "package system\n"}))


@pytest.mark.parametrize("path", ["gate/model-card/x.rego", "Gate/x.rego", "gate/a b/x.rego"])
def test_a_folder_that_is_no_part_of_a_package_path_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(PolicyEngineError, match="package path"):
        policy_folder.read(a_folder(tmp_path, **{path: "package x\n"}))


@pytest.mark.parametrize("name", ["gate/linked.rego", "gate/linked"])
def test_a_link_is_refused(tmp_path: Path, name: str) -> None:
    folder = a_folder(tmp_path / "policies")
    (folder / name).symlink_to(tmp_path)

    with pytest.raises(PolicyEngineError, match="link"):
        policy_folder.read(folder)


def test_a_folder_without_rego_below_gate_is_refused(tmp_path: Path) -> None:
    nothing: dict[str, str | None] = dict.fromkeys(FILES)
    (tmp_path / "gate").mkdir()

    with pytest.raises(PolicyEngineError, match="no Rego"):
        policy_folder.read(a_folder(tmp_path, **nothing))


def test_an_absent_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyEngineError, match="cannot be read"):
        policy_folder.read(tmp_path / "absent")


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    big = "#" * (policy_folder.LARGEST_FILE + 1)

    with pytest.raises(PolicyEngineError, match="larger"):
        policy_folder.read(a_folder(tmp_path, **{"gate/big.rego": big}))


def test_a_staged_bundle_says_what_it_is(tmp_path: Path) -> None:
    policies = policy_folder.read(a_folder(tmp_path / "policies"))
    target = tmp_path / "bundle"
    target.mkdir()

    policy_folder.stage(policies, target, extra_roots=("system/authz",))

    manifest = json.loads((target / ".manifest").read_text())
    assert manifest == {
        "revision": policies.revision,
        "roots": ["gate", "system/authz"],
        "rego_version": 1,
    }
    assert json.loads((target / "data.json").read_text()) == policies.data
    assert (target / "gate" / "decision.rego").read_text() == FILES["gate/decision.rego"]


SIGNER = """
signers:
  - trust_domain: sigstore
    issuer: https://issuer.example
    identity: {type: uri, value: https://acme.example/release}
"""
PATHS = "ignorable_paths: []\nunsigned_paths: []\n"


def test_a_signer_that_says_no_claims_is_refused_with_a_pointer(tmp_path: Path) -> None:
    silent, says = SIGNER + PATHS, SIGNER + "    claims: {}\n" + PATHS

    policy_folder.read(a_folder(tmp_path / "says", **{"gate__trust__data.yaml": says}))
    with pytest.raises(PolicyEngineError, match=r"at /gate/trust/signers/0: 'claims' is"):
        policy_folder.read(a_folder(tmp_path / "silent", **{"gate__trust__data.yaml": silent}))


def test_what_was_recorded_once_is_read_as_it_was(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **{"gate__trust__data.yaml": SIGNER + PATHS})

    policies = policy_folder.of_files(policy_folder.files(folder))

    assert "claims" not in policies.data["gate"]["trust"]["signers"][0]
