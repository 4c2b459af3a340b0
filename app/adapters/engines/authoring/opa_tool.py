"""The `opa` executable on policies that somebody is still writing.

What an author writes runs on the gate's machine: in a process of its own, with nothing of the
gate's environment, bounded in time and memory, and without the built-ins that reach out of it
(those that OPA calls nondeterministic: network, clock, chance, environment).
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.domain.errors import PolicyEngineError

LIMIT = timedelta(seconds=20)
_AT_ONCE = 2
_WAIT_SECONDS = 5.0
_ENVIRONMENT = {"GOMEMLIMIT": "512MiB", "GOMAXPROCS": "1", "HOME": "/nonexistent"}


class OpaTool:
    """Runs opa, few at once: authors wait for each other, and decisions do not wait for them."""

    def __init__(self, binary: Path) -> None:
        """Take the executable."""
        self._binary = binary
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._capabilities: str | None = None

    def capabilities(self) -> str:
        """Tell what a draft may call, as OPA reads it: what is pure."""
        if self._capabilities is None:
            known = self.run("capabilities", "--current")
            pure = [one for one in known["builtins"] if not one.get("nondeterministic")]
            self._capabilities = json.dumps({**known, "builtins": pure, "allow_net": []})
        return self._capabilities

    def run(self, *arguments: str) -> Any:  # noqa: ANN401 - a JSON document of opa's
        """Run opa and read what it tells, be it an answer or what is wrong.

        Raises PolicyEngineError when it cannot run, takes too long or tells no JSON.
        """
        if not self._turns.acquire(timeout=_WAIT_SECONDS):
            raise PolicyEngineError("others are trying their drafts: try again in a moment")
        try:
            told = self._told(arguments)
        finally:
            self._turns.release()
        try:
            return json.loads(told.stdout or told.stderr or b"{}")
        except ValueError as error:
            said = told.stderr.decode("utf-8", "replace")[:2000]
            raise PolicyEngineError("opa told nothing that can be read", detail=said) from error

    def _told(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603 - the operator's executable, no shell
                [str(self._binary), *arguments],
                capture_output=True,
                timeout=LIMIT.total_seconds(),
                env=_ENVIRONMENT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PolicyEngineError("the draft took too long and was stopped") from error
        except OSError as error:
            message = "the opa executable cannot be run"
            raise PolicyEngineError(message, detail=str(error)) from error


def rows(covered: Mapping[str, Any], name: str) -> tuple[int, ...]:
    """List the lines of a part of a coverage report."""
    parts = covered.get(name, [])
    return tuple(
        sorted({row for p in parts for row in range(p["start"]["row"], p["end"]["row"] + 1)})
    )
