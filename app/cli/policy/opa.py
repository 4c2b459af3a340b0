"""The `opa` executable, as policy authors use it: format, check, test, explain."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import shipped
from app.cli import exits

LIMIT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of opa said."""

    is_good: bool
    output: str
    complaint: str


class Opa:
    """Runs opa on one folder of policies; nothing it does changes the folder."""

    def __init__(self, binary: Path, folder: Path) -> None:
        """Take the executable and the folder."""
        self.binary = binary
        self._folder = folder

    def unformatted(self) -> list[str]:
        """List the files that `opa fmt` would change."""
        return self._run("fmt", "--list", str(self._folder)).output.splitlines()

    def checked(self) -> Run:
        """Compile strictly, against the schemas of the policy input."""
        schemas = shipped.folder("schemas")
        return self._run("check", "--strict", f"--schema={schemas}", str(self._folder))

    def loaded(self) -> Run:
        """Parse and compile as OPA does when it loads the policies, and no stricter."""
        return self._run("check", str(self._folder))

    def tested(self, least_coverage: float) -> Run:
        """Run the Rego tests, which must cover this share of the rules, in percent."""
        tested = self._run("test", str(self._folder))
        if not tested.is_good:
            return tested
        report = json.loads(self._run("test", "--coverage", str(self._folder)).output)
        complaint = _uncovered(report["files"]) if report["coverage"] < least_coverage else ""
        return Run(not complaint, tested.output, complaint)

    def parsed(self, file: Path) -> Mapping[str, Any]:
        """Read the syntax tree of one file; an empty one when it does not parse."""
        run = self._run("parse", "--format=json", "--json-include=locations", str(file))
        return dict(json.loads(run.output)) if run.is_good else {}

    def compiled(self, revision: str) -> bytes:
        """Compile the decision to WebAssembly, in a bundle of this revision; exit if it fails."""
        target = self._folder.absolute() / "compiled.tar.gz"
        run = self._run(
            "build",
            "--bundle",
            "--target=wasm",
            "--entrypoint=gate/decision",
            f"--revision={revision}",
            f"--output={target}",
            ".",
            folder=self._folder,
        )
        if not run.is_good:
            exits.could_not(f"opa could not compile the policies: {run.complaint}")
        return target.read_bytes()

    def explained(self, document: bytes) -> str:
        """Tell which expressions failed on the way to the decision."""
        run = self._run(
            "eval",
            "--explain=fails",
            "--format=pretty",
            "--stdin-input",
            f"--data={self._folder}",
            "data.gate.decision",
            given=document,
        )
        return run.output if run.is_good else run.complaint

    def _run(self, *arguments: str, given: bytes = b"", folder: Path | None = None) -> Run:
        try:
            run = subprocess.run(  # noqa: S603 - the executable that the author named, no shell
                [str(self.binary.absolute()), *arguments],
                input=given,
                cwd=folder,
                capture_output=True,
                timeout=LIMIT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            exits.could_not(f"opa could not be run: {error}")
        output, complaint = (text.decode("utf-8", "replace") for text in (run.stdout, run.stderr))
        if run.returncode != 0 and not (complaint.strip() or output.strip()):
            exits.could_not(f"{self.binary} said nothing and ended with {run.returncode}")
        return Run(run.returncode == 0, output, complaint.strip() or output.strip())


def found(opa: Path | None) -> Path:
    """Give the named executable, or the `opa` on PATH; exit when there is none."""
    on_path = shutil.which("opa")
    if opa is None and on_path is None:
        exits.could_not("this needs the opa executable: give --opa")
    return opa or Path(str(on_path))


def _uncovered(files: Mapping[str, Any]) -> str:
    rows = {
        name: sorted({part["start"]["row"] for part in covered.get("not_covered", [])})
        for name, covered in sorted(files.items())
    }
    return "\n".join(
        f"{name}: no test reaches line {', '.join(map(str, lines))}"
        for name, lines in rows.items()
        if lines
    )
