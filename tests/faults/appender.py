"""A process that appends from several threads and tells of each entry that was acknowledged.

python -m tests.faults.appender sqlite PATH KEY_FILE PREFIX
python -m tests.faults.appender postgresql URL KEY_FILE PREFIX
"""

from __future__ import annotations

import os
import sys
import threading
from itertools import count
from pathlib import Path

from app.adapters.stores.opening import open_postgres, open_sqlite
from app.adapters.system.clock import SystemClock
from app.domain.entry import Draft, Kind

THREADS = 8


def main(kind: str, place: str, key_file: str, prefix: str) -> None:
    clock = SystemClock()
    if kind == "sqlite":
        stores = open_sqlite(Path(place), "gate.test/log", clock)
    else:
        stores = open_postgres(place, "gate.test/log", clock, Path(key_file))
    numbers = count()

    def append() -> None:
        while True:
            entry_id = f"{prefix}-{next(numbers)}"
            made = stores.log.append(Draft(entry_id, Kind.DECISION, "ci", {"text": "x" * 600}))
            os.write(1, f"{made.seq} {entry_id}\n".encode())

    for _ in range(THREADS):
        threading.Thread(target=append).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
