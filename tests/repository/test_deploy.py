"""What is deployed is pinned, confined and checked: image, compose file, workflows.

No container engine is at hand where the tests run, so the files are read, and the commands
that they name are run outside a container.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from app.adapters.engines.opa_server import OpaServer
from app.adapters.engines.verdict import VerdictReader
from app.cli import main
from app.demo.running_gate import free_port
from app.domain.errors import PolicyEngineError
from app.settings import PREFIX, Settings
from tests.repository import tree

DOCKERFILE = tree.read("Dockerfile").replace("\\\n", " ")
COMPOSE = yaml.safe_load(tree.read("deploy/compose.yaml"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
WORKFLOWS = tree.matching(".github/workflows/*.yml")
TOKEN = "a-secret-of-the-two-of-32-letters"
SETTINGS = {PREFIX + field.name.upper() for field in fields(Settings)}


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} +(.+)$", DOCKERFILE, re.MULTILINE)


def final_stage() -> str:
    return DOCKERFILE.rsplit("\nFROM ", 1)[1]


def test_every_base_image_has_a_fixed_tag() -> None:
    for base in instructions("FROM"):
        assert re.fullmatch(r"[a-z]+:[0-9][\w.-]+( AS [a-z]+)?", base), base


def test_the_image_runs_as_nobody_special() -> None:
    (user,) = re.findall(r"^USER (.+)$", final_stage(), re.MULTILINE)

    assert re.fullmatch(r"[1-9][0-9]{3,}:[1-9][0-9]{3,}", user)


def test_the_image_asks_the_health_route_and_serves() -> None:
    assert re.search(r"HEALTHCHECK .*/livez", final_stage())
    assert 'ENTRYPOINT ["countersign"]' in final_stage()
    assert 'CMD ["serve"]' in final_stage()
    assert CliRunner().invoke(main, ["serve", "--help"]).exit_code == 0


def test_what_the_image_copies_exists_and_is_sent_to_its_build() -> None:
    sent = re.findall(r"^!(.+)$", tree.read(".dockerignore"), re.MULTILINE)
    copied = [
        source
        for line in instructions("COPY")
        if "--from" not in line
        for source in shlex.split(line)[:-1]
    ]

    assert [name for name in (*sent, *copied) if not (tree.ROOT / name).exists()] == []
    assert {Path(name).parts[0] for name in copied if name != "."} <= set(sent)


def test_the_image_installs_only_what_is_locked() -> None:
    for line in re.findall(r"pip install ([^&\n]+)", DOCKERFILE):
        assert "--require-hashes" in line or "--no-index" in line, line


def test_what_is_set_is_a_setting() -> None:
    in_image = re.findall(r"COUNTERSIGN_[A-Z_]+(?==)", DOCKERFILE)
    in_compose = {name for service in SERVICES.values() for name in service["environment"]}

    assert in_image
    assert {*in_image, *in_compose} - SETTINGS == set()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined(name: str) -> None:
    service = SERVICES[name]

    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_a_fixed_version(name: str) -> None:
    tag = SERVICES[name]["image"].partition(":")[2]

    assert re.match(r"[0-9]", tag)


def test_only_the_gate_is_reached_and_only_from_this_machine() -> None:
    assert SERVICES["gate"]["ports"] == ["127.0.0.1:8080:8080"]
    assert "ports" not in SERVICES["opa"]
    assert SERVICES["opa"]["networks"] == ["policy"]
    assert COMPOSE["networks"]["policy"]["internal"] is True


def test_no_secret_has_a_default() -> None:
    for service in SERVICES.values():
        assert service["environment"]["COUNTERSIGN_OPA_TOKEN"].startswith(
            "${COUNTERSIGN_OPA_TOKEN:?"
        )


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_may_only_read_unless_a_job_says_otherwise(name: str) -> None:
    workflow = yaml.safe_load(tree.read(name))

    assert workflow["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_uses_actions_of_a_fixed_version(name: str) -> None:
    used = re.findall(r"uses: (\S+)", tree.read(name))

    assert used
    assert [action for action in used if not re.search(r"@(v\d+|[0-9a-f]{40})$", action)] == []


def test_the_workflow_runs_what_ci_runs() -> None:
    assert "run: .ci/run" in tree.read(".github/workflows/ci.yml")
    assert (tree.ROOT / ".ci" / "run").stat().st_mode & 0o111


@pytest.fixture(scope="module")
def sidecar(opa_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an OPA that runs as the compose file says, at this machine's paths."""
    bundle = tree.ROOT / "dist" / "countersign-bundle.tar.gz"
    subprocess.run(
        [sys.executable, "tools/bundle.py", "bundle"],
        cwd=tree.ROOT,
        check=True,
        capture_output=True,
    )
    port = free_port()
    here = {
        "0.0.0.0:8181": f"127.0.0.1:{port}",
        "/opt/countersign/share/policies/countersign-bundle.tar.gz": str(bundle),
        "/etc/opa/authz.rego": str(tree.ROOT / "deploy" / "opa" / "authz.rego"),
    }
    command = "\n".join(SERVICES["opa"]["command"])
    for there, path in here.items():
        assert there in command
        command = command.replace(there, path)
    log = tmp_path_factory.mktemp("opa") / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603 - the pinned OPA on our own files
            [opa_binary, *command.split("\n")],
            env={"COUNTERSIGN_OPA_TOKEN": TOKEN},
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            _wait_until_ready(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    engine = asked(f"http://127.0.0.1:{port}", TOKEN)
    for _ in range(1800):
        try:
            engine.ping()
        except PolicyEngineError:
            with pytest.raises(subprocess.TimeoutExpired):  # it is still starting
                process.wait(timeout=0.05)
        else:
            return
    pytest.fail("OPA did not become ready")


def asked(url: str, token: str | None) -> OpaServer:
    return OpaServer(url, VerdictReader({}), token=token, limit=timedelta(seconds=30))


def test_the_sidecar_answers_the_gate_with_the_revision_of_its_policies(sidecar: str) -> None:
    assert asked(sidecar, TOKEN).ping().startswith("sha256:")


@pytest.mark.parametrize("token", [None, "", TOKEN[:-1], TOKEN + "s"])
def test_the_sidecar_answers_nobody_else(sidecar: str, token: str | None) -> None:
    with pytest.raises(PolicyEngineError):
        asked(sidecar, token).ping()


def test_the_health_check_of_the_sidecar_sees_it(sidecar: str, opa_binary: Path) -> None:
    _, _, *arguments = SERVICES["opa"]["healthcheck"]["test"]
    question = arguments[-1].replace("http://127.0.0.1:8181", sidecar)
    well = subprocess.run(  # noqa: S603 - the pinned OPA, asking loopback
        [opa_binary, *arguments[:-1], question], capture_output=True, check=False
    )
    ill = subprocess.run(  # noqa: S603 - likewise
        [opa_binary, *arguments[:-1], question.replace("/health", "/gone")],
        capture_output=True,
        check=False,
    )

    assert well.returncode == 0
    assert ill.returncode != 0
