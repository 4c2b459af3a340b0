"""Measures how fast evidence is read, beside `json.load` of the same file, in one run.

    python -m bench.evidence [--megabytes 10] [--only inspect]

Each reading is a process of its own: the format is told among all formats, then the file is
read. Seconds are of the CPU, so that a busy machine counts for nothing; peak memory is that
of the whole process: interpreter, every reader and the file.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from app.cli.evidence.piece import open_piece

ROUNDS = 2
TIMES_GARAK = 10
_TEXT = 'The quick brown "fox" jumps over the lazy dog, {again} and [again]; \\n'
_SCORES = {f"metric_{index}": 0.5 for index in range(8)}
_Native = Any  # whatever a tool dumps


def main() -> None:
    """Make a file of each format, read it, and print; or, as a child, read one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=10)
    parser.add_argument("--only", help="the one format to measure")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--load", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read or given.load:
        _report(given.read, given.load)
        return
    measure(given.megabytes, given.only)


def measure(megabytes: int, only: str | None) -> None:
    """Make a file of each format, or of the only one, read it, and print."""
    click.echo(f"{'format':<22}{'MB':>6}{'read s':>9}{'load s':>9}{'ratio':>8}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name, write in _WRITERS.items():
            if only in {None, name}:
                times = TIMES_GARAK if name == "garak" else 1
                path = write(Path(folder), megabytes * 1_000_000 * times)
                _show(name, path)


def _show(name: str, path: Path) -> None:
    read, load = (
        min((_child(word, path) for _ in range(ROUNDS)), key=lambda told: told["seconds"])
        for word in ("--read", "--load")
    )
    files = list(path.iterdir()) if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files) / 1e6
    ratio = read["seconds"] / load["seconds"] if load["seconds"] else float("nan")
    status = "" if read["status"] in {"ok", "partial"} else f"  {read['status']}!"
    click.echo(
        f"{name:<22}{size:>6.0f}{read['seconds']:>9.2f}{load['seconds']:>9.2f}{ratio:>8.1f}"
        f"{read['peak']:>9.0f}{status}"
    )


def _child(word: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.evidence", word, str(path)]
    told: dict[str, Any] = json.loads(subprocess.check_output(command))  # noqa: S603 - this very module
    return told


def _report(read: Path | None, load: Path | None) -> None:
    start = time.process_time()
    status = open_piece(read, None).status if read else _load(load) if load else ""
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    click.echo(json.dumps({"seconds": seconds, "peak": peak, "status": status}))


def _load(path: Path) -> str:
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        if file.suffix == ".eval":
            with zipfile.ZipFile(file) as log:
                for name in log.namelist():
                    json.loads(log.read(name))
        elif file.suffix == ".jsonl":
            with file.open() as lines:
                for line in lines:
                    json.loads(line)
        else:
            json.loads(file.read_bytes())
    return "ok"


def _rows(size: int, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "id": index} for index in range(size // (len(json.dumps(row)) + 12))]


def _dump(folder: Path, name: str, native: _Native) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(native))
    return path


def _lines(path: Path, rows: Iterator[Mapping[str, Any]]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")
    return path


def _lm_eval(folder: Path, size: int) -> Path:
    results = {
        "results": {"arc": {"alias": "arc", "acc,none": 0.5, "acc_stderr,none": 0.01}},
        "versions": {"arc": 1},
        "n-samples": {"arc": {"original": 100, "effective": 100}},
        "config": {"model": "hf", "limit": None},
        "lm_eval_version": "0.4.9",
    }
    row = {"doc": {"query": _TEXT * 4}, "metrics": ["acc"], "acc": 1.0, "filter": "none"}
    _dump(folder, "lm_eval/results_2026-01-01T00-00-00.json", results)
    samples = ({**one, "doc_id": one["id"], "doc_hash": "h"} for one in _rows(size, row))
    _lines(folder / "lm_eval/samples_arc_2026-01-01T00-00-00.000000.jsonl", samples)
    return folder / "lm_eval"


def _inspect_log(size: int) -> dict[str, Any]:
    scores = [{"name": "match", "scorer": "match", "metrics": {"accuracy": {"value": 0.5}}}]
    head = {
        "version": 2,
        "status": "success",
        "eval": {
            "eval_id": "e",
            "run_id": "r",
            "created": "2026-01-01T00:00:00",
            "task": "arc",
            "model": "m",
            "dataset": {"name": "arc"},
            "config": {},
        },
        "plan": {"steps": []},
        "results": {"total_samples": 10, "completed_samples": 10, "scores": scores},
        "stats": {"completed_at": "2026-01-01T00:00:00+00:00"},
    }
    message = {"role": "assistant", "content": _TEXT * 8}
    return {**head, "samples": _rows(size, {"epoch": 1, "messages": [message] * 4})}


def _inspect(folder: Path, size: int) -> Path:
    return _dump(folder, "inspect.json", _inspect_log(size))


def _inspect_eval(folder: Path, size: int) -> Path:
    log, path = _inspect_log(size), folder / "log.eval"
    samples = log.pop("samples")
    with zipfile.ZipFile(path, "w") as archive:  # stored, so that it has the size that is asked
        archive.writestr("header.json", json.dumps(log))
        for sample in samples:
            archive.writestr(f"samples/{sample['id']}_epoch_1.json", json.dumps(sample))
    return path


def _promptfoo(folder: Path, size: int) -> Path:
    metrics = {"testPassCount": 5, "testFailCount": 5, "namedScores": {}}
    row = {"success": True, "score": 1, "response": {"output": _TEXT * 8}, "vars": {"q": _TEXT}}
    results = {
        "version": 3,
        "prompts": [{"provider": "p", "label": "l", "metrics": metrics}],
        "results": _rows(size, row),
        "stats": {"successes": 5, "failures": 5, "errors": 0},
    }
    return _dump(folder, "promptfoo.json", {"evalId": "e", "results": results, "config": {}})


def _deepeval(folder: Path, size: int) -> Path:
    scored = {"name": "Faithfulness", "threshold": 0.5, "success": True, "score": 0.7}
    case = {"name": "c", "input": _TEXT * 4, "actualOutput": _TEXT * 4, "metricsData": [scored]}
    return _dump(folder, "deepeval.json", {"testCases": _rows(size, case)})


def _ragas(folder: Path, size: int) -> Path:
    row = {"user_input": _TEXT, "response": _TEXT * 4, "faithfulness": 0.8}
    return _dump(folder, "ragas.json", _rows(size, row))


def _helm(folder: Path, size: int) -> Path:
    name = {"name": "exact_match", "split": "test"}
    row = {"name": name, "count": 1, "sum": 0.5, "sum_squared": 0.25, "mean": 0.5}
    instances = _rows(size, {"instance_id": "id", "stats": [{**row, "name": name}] * 4})
    _dump(folder, "helm/stats.json", [row])
    _dump(folder, "helm/run_spec.json", {"name": "mmlu:x", "adapter_spec": {"model": "m"}})
    return _dump(folder, "helm/per_instance_stats.json", instances).parent


def _mlflow(folder: Path, size: int) -> Path:
    tags = {f"note.{one['id']}": one["text"] for one in _rows(size, {"text": _TEXT * 8})}
    data = {"metrics": {"accuracy": 0.9}, "params": {}, "tags": tags}
    info = {"run_id": "r", "status": "FINISHED", "start_time": 1, "end_time": 2}
    return _dump(folder, "mlflow.json", {"info": info, "data": data, "inputs": {}})


def _evidently(folder: Path, size: int) -> Path:
    config = {"type": "evidently:metric_v2:MeanValue", "column": "c"}
    wide = {"id": "x", "metric_name": _TEXT * 8, "config": config, "value": 0.5}
    return _dump(folder, "evidently.json", {"metrics": _rows(size, wide), "tests": []})


def _every_eval_ever(folder: Path, size: int) -> Path:
    one = {
        "evaluation_name": "arc",
        "source_data": {"dataset_name": "arc", "note": _TEXT * 8},
        "metric_config": {"metric_id": "accuracy", "lower_is_better": False},
        "score_details": {"score": 0.5},
    }
    record = {
        "schema_version": "0.3.0",
        "evaluation_id": "e",
        "retrieved_timestamp": "1",
        "source_metadata": {"source_type": "evaluation_run"},
        "model_info": {"id": "m"},
        "eval_library": {"name": "l", "version": "1"},
        "evaluation_results": _rows(size, one),
    }
    return _dump(folder, "every_eval_ever.json", record)


def _mteb(folder: Path, size: int) -> Path:
    row = {"hf_subset": "en", "languages": [_TEXT] * 90, "main_score": 0.5, **_SCORES}
    task = {"mteb_version": "1.14", "task_name": "t", "scores": {"test": _rows(size, row)}}
    return _dump(folder, "mteb.json", task)


def _pyrit(folder: Path, size: int) -> Path:
    row = {"objective": _TEXT * 4, "outcome": "failure", "labels": {"op": "x"}}
    return _dump(folder, "pyrit.json", _rows(size, row))


def _garak(folder: Path, size: int) -> Path:
    attempt = {"entry_type": "attempt", "status": 2, "prompt": _TEXT, "outputs": [_TEXT] * 10}
    counts = {"passed": 90, "fails": 10, "nones": 0, "total_evaluated": 100}

    def rows() -> Iterator[Mapping[str, Any]]:
        yield {"entry_type": "init", "garak_version": "0.14.0", "start_time": "2026-01-01T00:00:00"}
        yield from _rows(size, attempt)
        yield {"entry_type": "eval", "probe": "p.A", "detector": "d.B", **counts}
        yield {"entry_type": "completion", "end_time": "2026-01-01T00:00:00"}

    return _lines(folder / "garak.report.jsonl", rows())


_WRITERS: Mapping[str, Callable[[Path, int], Path]] = {
    "lm_eval with samples": _lm_eval,
    "inspect": _inspect,
    "inspect .eval": _inspect_eval,
    "promptfoo": _promptfoo,
    "deepeval": _deepeval,
    "ragas": _ragas,
    "helm": _helm,
    "mlflow": _mlflow,
    "evidently": _evidently,
    "every_eval_ever": _every_eval_ever,
    "mteb": _mteb,
    "pyrit": _pyrit,
    "garak": _garak,
}

if __name__ == "__main__":
    main()
