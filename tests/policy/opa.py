"""The shipped policies, evaluated by the real OPA."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.policy.inputs import TIERS, TRUST, Document

ROOT = Path(__file__).resolve().parents[2]
OPA = ROOT / ".tools" / "bin" / "opa"
POLICIES = ROOT / "policies"
BATCH = Path(__file__).with_name("batch.rego")
EVAL = ("eval", "--format=raw", "--strict-builtin-errors", "--stdin-input", "--ignore=*_test.rego")


def policies_with(folder: Path, changes: Document) -> Path:
    """Copy the shipped policies, with some of their data replaced."""
    copied = shutil.copytree(POLICIES, folder / "policies")
    for name, value in {"trust": TRUST, "tiers": TIERS, **changes}.items():
        (copied / "gate" / name / "data.yaml").write_text(json.dumps(value))
    return copied


class BrokenPoliciesError(Exception):
    """OPA does not evaluate these policies."""


class Policies:
    """A folder of policies, evaluated by the real OPA: one process a batch of inputs."""

    def __init__(self, folder: Path = POLICIES, opa: Path = OPA) -> None:
        self._folder = folder
        self._opa = opa

    def verdict(self, document: Document, data: Document | None = None) -> Document:
        """Evaluate the decision on one document, with the tests' trust and tiers."""
        return self.verdicts([document], data)[0]

    def verdicts(
        self, documents: Iterable[Document], data: Document | None = None
    ) -> list[Document]:
        """Evaluate the decision on each document, with the tests' trust and tiers."""
        return self.brought([(document, data or {}) for document in documents])

    def brought(self, items: Iterable[tuple[Document, Document]]) -> list[Document]:
        """Evaluate the decision on each document with the policy data that it brings."""
        return self.evaluated(
            [
                {"input": document, "data": {"trust": TRUST, "tiers": TIERS, **data}}
                for document, data in items
            ]
        )

    def evaluated(self, items: list[Document]) -> list[Document]:
        """Evaluate the decision on each item's input with each item's data."""
        run = subprocess.run(  # noqa: S603 - the pinned opa on our own files
            [self._opa, *EVAL, f"--data={self._folder}", f"--data={BATCH}", "data.batch.verdicts"],
            input=json.dumps({"items": items}).encode(),
            capture_output=True,
            check=False,
        )
        if run.returncode != 0:
            raise BrokenPoliciesError(run.stdout.decode() + run.stderr.decode())
        verdicts = json.loads(run.stdout)
        assert len(verdicts) == len(items), "a verdict is undefined"
        return [verdicts[str(index)] for index in range(len(items))]
