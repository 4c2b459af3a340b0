"""Tell whether the gate can decide: each part is asked whether it works."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.domain.errors import GateError
from app.gate.rollout.agreement import must_run_what_is_handed_out
from app.ports import Ports

READY = "ready"


def states(ports: Ports) -> dict[str, str]:
    """Ask every part: `ready`, or the code and message of what is wrong."""
    pings: dict[str, Callable[[], object]] = {
        "policy_engine": ports.engine.ping,
        "policies": partial(must_run_what_is_handed_out, ports.engine, ports.bundles),
        "signatures": ports.signatures.ping,
        "log": ports.log.ping,
    }
    return {name: _state(ping) for name, ping in pings.items()}


def _state(ping: Callable[[], object]) -> str:
    try:
        ping()
    except GateError as error:
        return f"{error.code}: {error.message}"
    return READY
