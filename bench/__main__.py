"""`make bench`: every measurement, each as ratios within one run."""

from __future__ import annotations

from bench import admission, decisions, signatures

if __name__ == "__main__":
    decisions.main()
    admission.main()
    signatures.main()
