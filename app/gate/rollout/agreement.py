"""Whether the engine runs the policies that the gate hands out."""

from __future__ import annotations

from app.domain.errors import NotFoundError, PolicyEngineError
from app.ports import Bundles, PolicyEngine


def must_run_what_is_handed_out(engine: PolicyEngine, bundles: Bundles) -> None:
    """Compare the revisions of the engine and of the bundle, if the gate hands one out.

    Raises PolicyEngineError when they differ: the last good policies are still active, or a
    replica has not got the new ones.
    """
    try:
        handed_out = bundles.current().revision
    except NotFoundError:
        return
    active = engine.ping()
    # An engine with several bundles names them all: `authz=...,gate=...`.
    if handed_out not in {part.rpartition("=")[2] for part in active.split(",")}:
        message = f"the policy engine runs {active}, and the gate hands out {handed_out}"
        raise PolicyEngineError(message)
