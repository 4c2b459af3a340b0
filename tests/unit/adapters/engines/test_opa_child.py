"""OPA as a child: kept alive, kept private, and gone with its gate."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest

from app.adapters.engines import deadline
from app.adapters.engines.deadline import DEADLINE
from app.adapters.engines.opa_child import OpaChild
from app.adapters.engines.opa_client import GateClient
from app.domain.decision import Outcome
from app.domain.errors import PolicyEngineError
from tests.contracts.test_policy_engine import POLICIES, VERDICTS, a_document
from tests.services.processes import lives

LIMIT = timedelta(seconds=30)
PATIENCE_SECONDS = 90


@pytest.fixture
def child(opa_binary: Path) -> Iterator[OpaChild]:
    started = OpaChild(opa_binary, POLICIES, VERDICTS, limit=LIMIT)
    yield started
    started.close()


def opa_under(pid: int) -> int:
    """Find OPA's own process id below the shell that holds it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    (found,) = [int(one) for one in children if _name(int(one)).startswith("opa")]
    return found


def eventually(claim: Callable[[], bool]) -> bool:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not claim():
        if time.monotonic() > ends_at:
            return False
        threading.Event().wait(0.01)  # not spinning: what is waited for needs the machine
    return True


def answers(child: OpaChild) -> bool:
    try:
        return child.evaluate(a_document()).outcome is Outcome.ALLOW
    except PolicyEngineError:
        return False


def test_one_that_is_killed_is_started_again(child: OpaChild) -> None:
    first = opa_under(child.pid)
    os.kill(first, signal.SIGKILL)

    assert eventually(lambda: not lives(first))
    assert eventually(lambda: answers(child))
    assert opa_under(child.pid) != first


def test_while_it_is_down_there_is_no_verdict(child: OpaChild) -> None:
    os.kill(child.pid, signal.SIGSTOP)
    opa = opa_under(child.pid)
    os.kill(opa, signal.SIGKILL)
    assert eventually(lambda: not lives(opa))

    with pytest.raises(PolicyEngineError):
        child.evaluate(a_document())
    os.kill(child.pid, signal.SIGCONT)
    assert eventually(lambda: answers(child))


def test_it_ends_with_close_and_leaves_nothing(child: OpaChild) -> None:
    opa, folder = opa_under(child.pid), child.socket.parent
    child.close()

    assert eventually(lambda: not lives(opa))
    assert not folder.exists()


def test_it_ends_with_its_gate_even_when_that_is_killed(opa_binary: Path) -> None:
    gate = (
        "import os, pathlib, sys\n"
        "from app.adapters.engines.opa_child import OpaChild\n"
        "from tests.contracts.test_policy_engine import POLICIES, VERDICTS\n"
        "from tests.unit.adapters.engines.test_opa_child import LIMIT, opa_under\n"
        "child = OpaChild(pathlib.Path(sys.argv[1]), POLICIES, VERDICTS, limit=LIMIT)\n"
        "print(opa_under(child.pid), child.socket.parent, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    ran = subprocess.run(  # noqa: S603 - a fixed command
        [sys.executable, "-c", gate, str(opa_binary)], capture_output=True, text=True, check=False
    )
    pid, folder = ran.stdout.split()

    assert ran.returncode == -signal.SIGKILL
    assert eventually(lambda: not lives(int(pid)))
    shutil.rmtree(folder)  # not before: until it is gone, it takes its socket out of there itself


def test_a_forked_worker_asks_its_parents_opa_and_does_not_stop_it(child: OpaChild) -> None:
    worker = os.fork()
    if worker == 0:
        answered = answers(child)
        child.close()
        os._exit(0 if answered else 1)
    _, status = os.waitpid(worker, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert answers(child)


def test_its_socket_is_for_its_own_user_alone(child: OpaChild) -> None:
    assert stat.S_IMODE(child.socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(child.socket.stat().st_mode) == 0o600


@pytest.mark.parametrize("token", [None, "", "guessed"])
def test_without_its_token_it_answers_nothing(child: OpaChild, token: str | None) -> None:
    stranger = GateClient(f"unix://{child.socket}", token, LIMIT)

    with pytest.raises(PolicyEngineError, match="status 401"):
        stranger.ask("gate/decision", a_document())


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v1/policies/more"),
        ("PUT", "/v1/data/gate/profiles"),
        ("PATCH", "/v1/data/gate/profiles"),
        ("DELETE", "/v1/data/gate/practice"),
        ("GET", "/v1/policies"),
        ("GET", "/v1/data"),
        ("GET", "/v1/data/gate/decision"),
        ("POST", "/v1/data"),
        ("POST", "/v1/data/system"),
        ("POST", "/v1/query"),
        ("GET", "/v1/config"),
    ],
)
def test_even_with_its_token_it_answers_on_the_gates_paths_alone(
    child: OpaChild, method: str, path: str
) -> None:
    token = child._server._client.headers["Authorization"]  # noqa: SLF001 - an attacker who has it
    pool = deadline.unix_pool(str(child.socket))("localhost")
    with DEADLINE.within(LIMIT):
        answer = pool.request(method, path, body=b"{}", headers={"Authorization": token})
    pool.close()

    assert answer.status == HTTPStatus.UNAUTHORIZED


def test_broken_rego_is_told_with_file_and_line(opa_binary: Path, tmp_path: Path) -> None:
    policies = shutil.copytree(POLICIES, tmp_path / "policies")
    (policies / "gate" / "broken.rego").write_text("package gate.broken\n\ndeny contains if\n")

    with pytest.raises(PolicyEngineError, match="does not run") as refused:
        OpaChild(opa_binary, policies, VERDICTS, limit=LIMIT)

    assert "gate/broken.rego:3" in refused.value.detail


@pytest.mark.parametrize("name", ["absent", "not_executable"])
def test_a_binary_that_cannot_run_is_refused_at_start(tmp_path: Path, name: str) -> None:
    (tmp_path / "not_executable").write_text("")

    with pytest.raises(PolicyEngineError, match=r"does not run|cannot be started"):
        OpaChild(tmp_path / name, POLICIES, VERDICTS, limit=LIMIT)


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def test_a_relative_path_to_opa_is_read_from_where_the_gate_was_started(
    opa_binary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(opa_binary.parent)
    started = OpaChild(Path("./opa"), POLICIES, VERDICTS, limit=LIMIT)
    revision = started.ping()
    started.close()

    assert revision.startswith("sha256:")
