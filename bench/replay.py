"""Measure a replay: `python -m bench.replay`, many decisions a call beside one decision a call.

In turns within one run, on the demo's policies and on as many inputs as a piece of a replay
holds, each of another version: a candidate's OPA, as `countersign replay` asks it, and an OPA
of the same policies asked as the gate asks it for a decision. Both read whole verdicts.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from app import shipped
from app.adapters.engines import policy_folder
from app.adapters.engines.candidates.opa_batch import OpaBatch
from app.adapters.engines.opa_child import OpaChild
from app.adapters.engines.verdict import VerdictReader
from app.demo import play
from app.demo.example_releases import Example
from app.demo.running_gate import running_gate
from app.domain.canonical import canonical_json
from app.domain.errors import PolicyEngineError
from app.gate.rollout.replay import PIECE
from bench.decisions import OPA, recorded_input, say, timed

TURNS = 5
LIMIT = timedelta(seconds=10)


def main() -> None:
    """Measure, and print the table."""
    schema = json.loads((shipped.folder("schemas") / "verdict.json").read_bytes())
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as scratch:
        folder = Path(scratch)
        stage = play.set_up(folder)
        submitted = play.submission(Example.read().releases[0], stage)
        with running_gate(stage.environment, folder / "gate.log") as gate:
            recorded = json.loads(recorded_input(gate, stage, submitted))
        in_turns(
            folder / "policies",
            VerdictReader(schema),
            [of_version(recorded, n) for n in range(PIECE)],
        )


def in_turns(policies: Path, verdicts: VerdictReader, documents: Sequence[dict[str, Any]]) -> None:
    """Ask the two in turns, after one turn that is not counted."""
    written = [canonical_json(document) for document in documents]
    batch = OpaBatch(OPA, policy_folder.read(policies), verdicts, limit=LIMIT)
    child = OpaChild(OPA, policies, verdicts, limit=LIMIT)
    times: dict[str, list[float]] = {"batch": [], "plain": []}
    try:
        for turn in range(TURNS + 1):
            taken = {
                "batch": timed(lambda: _must_be_whole(batch.evaluate_all(written))),
                "plain": timed(lambda: [child.evaluate(document) for document in documents]),
            }
            for name, seconds in taken.items():
                times[name] += [seconds] if turn else []
    finally:
        child.close()
        batch.close()
    many, one = (len(documents) / statistics.median(times[name]) for name in ("batch", "plain"))
    say(f"{'replay, many decisions a call':34}{many:8.0f} a second {many / one:6.2f} x plain")
    say(f"{'the same, one decision a call':34}{one:8.0f} a second {1:6.2f} x plain")
    say(f"{'':34}{len(documents)} inputs of {len(written[0]):,} bytes, {TURNS} turns")


def of_version(recorded: dict[str, Any], number: int) -> dict[str, Any]:
    """Make the input of another version of the recorded one."""
    release = recorded["release"]
    model = {**release["model"], "version": f"1.{number}.0"}
    return {**recorded, "release": {**release, "model": model}}


def _must_be_whole(answers: Sequence[object]) -> None:
    for answer in answers:
        if isinstance(answer, PolicyEngineError):
            raise answer


if __name__ == "__main__":
    main()
