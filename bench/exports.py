"""Exports a whole log to nowhere, in a process of its own: its memory is that of an export.

    python -m bench.exports FOLDER [URL]

Prints seconds, seconds of processor, megabytes written, and megabytes of memory at most.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click

from app.domain.entry import Entry
from app.domain.log.exports import formats
from app.domain.log.question import Question
from app.gate.log import export
from app.ports import Log
from bench import generated
from bench.generated import Calendar


def main(folder: Path, url: str | None) -> None:
    """Export, and print."""
    stores = generated.opened(folder, url, Calendar(generated.START + timedelta(days=366)))
    size = generated.size_of(stores.log)
    start, busy = time.perf_counter(), time.process_time()
    written = sum(len(line) for line in _exported(stores.log, size))
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    stores.close()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    most = int(status.partition("VmHWM:")[2].split()[0])
    click.echo(f"{seconds} {busy} {written / 1e6} {most / 1e3}")


def _exported(log: Log, size: int) -> Iterator[bytes]:
    def entries() -> Iterator[Entry]:
        start = 0
        while piece := log.scan(Question(), start, size, export.PIECE):
            yield from piece
            start = piece[-1].seq + 1

    return formats.jsonl(entries(), formats.Source(log.checkpoint(), log.key, ""))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)  # noqa: PLR2004 - FOLDER, URL
