"""What is built from policies/ is reproducible, and what is committed is what was built."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from app.adapters.engines import policy_folder
from app.adapters.engines.opa_wasm import COMPILED
from tools import bundle


def pinned() -> str:
    modules = (bundle.PROJECT / "tools" / "go.mod").read_text()
    (line,) = [one for one in modules.splitlines() if "open-policy-agent/opa v" in one]
    return line.split()[1].removeprefix("v")


def test_opa_is_the_pinned_one(opa_binary: Path) -> None:
    version = subprocess.run(  # noqa: S603 - a fixed command
        [str(opa_binary), "version"], capture_output=True, text=True, check=True
    ).stdout

    assert version.splitlines()[0] == f"Version: {pinned()}"


@pytest.mark.parametrize("name", ["gate.wasm", "gate.json"])
def test_the_committed_module_is_what_opa_makes_of_the_policies(
    opa_binary: Path, tmp_path: Path, name: str
) -> None:
    bundle.wasm(opa_binary, bundle.POLICIES, tmp_path)

    # When this fails: make bundle, and commit what it wrote.
    assert (tmp_path / name).read_bytes() == (COMPILED / name).read_bytes()


def test_the_committed_module_is_made_from_the_policies_folder_by_the_pinned_opa() -> None:
    about = json.loads((COMPILED / "gate.json").read_text())

    assert about["opa_version"] == pinned()
    assert about["rego_sha256"] == policy_folder.read(bundle.POLICIES).rego_digest


def test_the_committed_capabilities_are_those_of_the_pinned_opa(opa_binary: Path) -> None:
    committed = json.loads(bundle.CAPABILITIES.read_text())

    assert committed == bundle.capabilities(opa_binary)


def test_two_builds_of_the_bundle_are_the_same_bytes(opa_binary: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(bundle.POLICIES, tmp_path / "elsewhere")
    bundle.bundle(opa_binary, bundle.POLICIES, tmp_path / "a.tar.gz")
    bundle.bundle(opa_binary, copied, tmp_path / "b.tar.gz")

    assert (tmp_path / "a.tar.gz").read_bytes() == (tmp_path / "b.tar.gz").read_bytes()


def test_the_bundle_names_its_revision_and_owns_its_root_alone(
    opa_binary: Path, tmp_path: Path
) -> None:
    revision = bundle.bundle(opa_binary, bundle.POLICIES, tmp_path / "a.tar.gz")
    with tarfile.open(tmp_path / "a.tar.gz") as members:
        member = members.extractfile("/.manifest")
        assert member is not None
        manifest = json.loads(member.read())
        names = members.getnames()

    assert revision == policy_folder.read(bundle.POLICIES).revision
    assert manifest["revision"] == revision
    assert manifest["roots"] == ["gate"]
    assert not [name for name in names if name.endswith("_test.rego")]


@pytest.mark.parametrize(
    "expression",
    [
        "time.now_ns() > 0",
        'http.send({"method": "get", "url": "https://example.com"}).status_code == 200',
        'rand.intn("a", 2) == 1',
        'uuid.rfc4122("a") != ""',
        "opa.runtime().env.HOME",
        'net.lookup_ip_addr("example.com") != set()',
        'rego.parse_module("a.rego", "package a") != {}',
        'io.jwt.encode_sign_raw("{}", "{}", "{}") != ""',
        'trace("a")',
    ],
)
def test_a_policy_that_looks_beyond_its_input_is_not_built(
    opa_binary: Path, tmp_path: Path, expression: str
) -> None:
    policies = shutil.copytree(bundle.POLICIES, tmp_path / "policies")
    (policies / "gate" / "more.rego").write_text(f"package gate.more\n\nrule if {expression}\n")

    with pytest.raises(SystemExit, match="undefined function"):
        bundle.bundle(opa_binary, policies, tmp_path / "a.tar.gz")


def test_a_policy_that_looks_at_the_time_of_its_input_is_built(
    opa_binary: Path, tmp_path: Path
) -> None:
    policies = shutil.copytree(bundle.POLICIES, tmp_path / "policies")
    (policies / "gate" / "more.rego").write_text("package gate.more\n\nrule if input.now > 0\n")

    bundle.bundle(opa_binary, policies, tmp_path / "a.tar.gz")
