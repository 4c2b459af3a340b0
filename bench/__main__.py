"""`make bench`: every measurement, each as ratios within one run."""

from __future__ import annotations

from bench import admission, decisions, evidence, log, replay, signatures

if __name__ == "__main__":
    decisions.main()
    replay.main()
    admission.main()
    signatures.main()
    evidence.measure(10, None)
    log.both(log.ENTRIES)
