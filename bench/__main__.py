"""`make bench`: every measurement, each as ratios within one run."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench import admission, decisions, evidence, log, replay, signatures

ENTRIES = 1_000_000
"""Entries of the log that is searched, exported and verified."""

if __name__ == "__main__":
    decisions.main()
    replay.main()
    admission.main()
    signatures.main()
    evidence.measure(10, None)
    with tempfile.TemporaryDirectory() as folder:
        log.measure(Path(folder), ENTRIES, None)
