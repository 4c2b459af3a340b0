"""Refuses policies that could reach out: network, clock, chance, the gate's environment."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.adapters.engines import policy_folder
from app.adapters.engines.authoring.opa_tool import OpaTool
from app.adapters.engines.policy_folder import PolicyFolder
from app.domain.errors import PolicyEngineError


def must_be_pure(binary: Path, policies: PolicyFolder) -> None:
    """Compile policies against what is pure, before anything of them runs.

    Raises PolicyEngineError, with file and line, for a built-in that OPA calls
    nondeterministic, and for policies that do not compile.
    """
    tool = OpaTool(binary)
    with tempfile.TemporaryDirectory(prefix="countersign-") as scratch:
        known, folder = Path(scratch) / "capabilities.json", Path(scratch) / "policies"
        folder.mkdir()
        known.write_text(tool.capabilities(), "utf-8")
        policy_folder.stage(policies, folder)
        told = tool.run("check", "--format=json", f"--capabilities={known}", str(folder))
        wrong = told.get("errors") if isinstance(told, dict) else None
        if told and wrong:
            detail = "; ".join(_complaint(one, folder) for one in wrong[:5])
            raise PolicyEngineError("OPA does not take these policies", detail=detail)
        if told:
            raise PolicyEngineError("OPA did not say whether it takes these policies")


def _complaint(one: dict[str, object], folder: Path) -> str:
    place = one.get("location")
    at = place if isinstance(place, dict) else {}
    file = str(at.get("file", "")).removeprefix(f"{folder}/")
    return f"{file}:{at.get('row', 0)}: {one.get('message')}"
