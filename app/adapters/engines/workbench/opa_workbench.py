"""A workbench on the real OPA: drafts are checked, evaluated, tested and run in scratch folders."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from app import shipped
from app.adapters.engines import policy_folder
from app.adapters.engines.authoring.opa_tool import OpaTool, rows
from app.adapters.engines.candidates.opa_batch import OpaBatch
from app.adapters.engines.delivery import archive
from app.adapters.engines.verdict import VerdictReader
from app.domain.canonical import read_json
from app.domain.decision import EngineIdentity
from app.domain.errors import InvalidSubmissionError, PolicyEngineError
from app.domain.rollout.draft import (
    Annotation,
    Complaint,
    Coverage,
    FailedTest,
    PolicyDraft,
    Tested,
    Trial,
)
from app.ports import Candidate

CANDIDATE_LIMIT = timedelta(seconds=2)
_TEST = "_test.rego"
_MOST_COMPLAINTS = 50


class OpaWorkbench:
    """Implements the port Workbench over the gate's policies folder."""

    def __init__(
        self,
        binary: Path | None,
        policies: Path,
        activated: Callable[[], Mapping[str, bytes] | None],
    ) -> None:
        """Take the executable (None: policies can be read, and nothing tried).

        `activated` gives the policies that were activated; the folder's are read until there
        are any. Tests are no part of a policy, and stand in the folder.
        """
        self._opa = None if binary is None else OpaTool(binary)
        self._binary = binary
        self._policies = policies
        self._activated = activated
        self._schemas = schemas = shipped.folder("schemas")
        self._verdicts = VerdictReader(read_json((schemas / "verdict.json").read_bytes()))

    @property
    def is_open(self) -> bool:
        """Whether drafts can be tried."""
        return self._opa is not None

    def files(self) -> Mapping[str, str]:
        """Read the policies with their tests: text by path."""
        found = dict(self._activated() or {})
        if not found:
            found = {str(f.path): f.content for f in policy_folder.files(self._policies)}
        for path in sorted(self._policies.rglob("*" + _TEST)):
            if path.is_file() and not path.is_symlink():
                found[path.relative_to(self._policies).as_posix()] = path.read_bytes()
        return {name: found[name].decode("utf-8", "replace") for name in sorted(found)}

    def annotations(self) -> tuple[Annotation, ...]:
        """Read what authors say of packages and rules; nothing where there is no opa."""
        if self._opa is None:
            return ()
        with self._written(self.files()) as folder:
            policies = folder / "policies"
            told = self._opa.run("inspect", "-a", "-f", "json", str(policies))
            return tuple(_annotation(one, policies) for one in told.get("annotations", []))

    def try_out(self, draft: PolicyDraft, document: bytes) -> Trial:
        """Check a draft and evaluate it on one input."""
        with self._laid_out(draft) as folder:
            complaints = self._checked(folder)
            if complaints:
                return Trial(complaints, None, Coverage())
            given = folder / "input.json"
            given.write_bytes(document)
            told = self._tool().run(
                "eval",
                "--format=json",
                "--coverage",
                f"--capabilities={folder / 'capabilities.json'}",
                f"--data={folder / 'policies'}",
                f"--input={given}",
                "data.gate.decision",
            )
            return self._trial(told, folder, draft)

    def test(self, draft: PolicyDraft) -> Tested:
        """Check a draft and run all the tests of the policies on it."""
        with self._laid_out(draft) as folder:
            complaints = self._checked(folder)
            if complaints:
                return Tested(complaints, 0, (), Coverage())
            given = f"--capabilities={folder / 'capabilities.json'}"
            policies = str(folder / "policies")
            told = self._tool().run("test", "--format=json", given, policies)
            listed = told if isinstance(told, list) else []
            failed = tuple(
                FailedTest(one["name"], _within(one["location"]["file"], folder), _row(one))
                for one in listed
                if one.get("fail") or one.get("error")
            )
            # OPA tells coverage only where every test passes.
            cover = (
                None
                if failed
                else self._tool().run("test", "--format=json", "--coverage", given, policies)
            )
            return Tested((), len(listed) - len(failed), failed, _coverage(cover, folder, draft))

    def sources(self, draft: PolicyDraft) -> bytes:
        """Write a draft as sources. Raises InvalidSubmissionError for what does not compile."""
        with self._compiled(draft) as folder:
            files = policy_folder.files(folder)
        return archive.pack({str(file.path): file.content for file in files})

    def running(self, draft: PolicyDraft) -> AbstractContextManager[Candidate]:
        """Run a draft for a while. Raises InvalidSubmissionError for one that does not compile."""
        return self._running(draft)

    @contextmanager
    def _running(self, draft: PolicyDraft) -> Iterator[Candidate]:
        with self._compiled(draft) as folder:
            whole = policy_folder.read(folder)
        if self._binary is None:
            raise PolicyEngineError("drafts are tried with the opa executable, which is not set")
        batch = OpaBatch(self._binary, whole, self._verdicts, limit=CANDIDATE_LIMIT)
        try:
            yield batch
        finally:
            batch.close()

    def _tool(self) -> OpaTool:
        if self._opa is None:
            raise PolicyEngineError("drafts are tried with the opa executable, which is not set")
        return self._opa

    @contextmanager
    def _compiled(self, draft: PolicyDraft) -> Iterator[Path]:
        with self._laid_out(draft) as folder:
            complaints = self._checked(folder)
            if complaints:
                first = complaints[0]
                raise InvalidSubmissionError(f"{first.path}:{first.row}: {first.message}")
            yield folder / "policies"

    @contextmanager
    def _laid_out(self, draft: PolicyDraft) -> Iterator[Path]:
        capabilities = self._tool().capabilities()
        with self._written({**self.files(), _placed(draft.path): draft.text}) as folder:
            (folder / "capabilities.json").write_text(capabilities)
            yield folder

    @contextmanager
    def _written(self, files: Mapping[str, str]) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="countersign-draft-") as scratch:
            folder = Path(scratch)
            for name, text in files.items():
                path = folder / "policies" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="")
            yield folder

    def _checked(self, folder: Path) -> tuple[Complaint, ...]:
        told = self._tool().run(
            "check",
            "--format=json",
            "--strict",
            f"--capabilities={folder / 'capabilities.json'}",
            f"--schema={self._schemas}",
            str(folder / "policies"),
        )
        errors = told.get("errors", [])[:_MOST_COMPLAINTS]
        found = tuple(_complaint(one, folder) for one in errors)
        return found or _unreadable(folder / "policies")

    def _trial(self, told: Mapping[str, Any], folder: Path, draft: PolicyDraft) -> Trial:
        if told.get("errors"):
            return Trial(tuple(_complaint(o, folder) for o in told["errors"]), None, Coverage())
        coverage = _coverage(told.get("coverage"), folder, draft)
        try:
            answer = told["result"][0]["expressions"][0]["value"]
        except (LookupError, TypeError):
            answer = None
        try:
            verdict = self._verdicts.read(answer, "draft", EngineIdentity("opa_draft", ""))
        except PolicyEngineError as error:
            message = f"{error.message} {error.detail}".strip()
            return Trial((Complaint(draft.path, 1, 1, message),), None, coverage)
        return Trial((), verdict, coverage)


def _placed(path: str) -> str:
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or str(pure) != path or "\0" in path:
        raise InvalidSubmissionError("path: expected a file below the policies folder")
    if len(pure.parts) < 2 or pure.suffix not in {".rego", ".yaml"}:  # noqa: PLR2004 - folder and file
        raise InvalidSubmissionError("path: expected a .rego file or data.yaml in a folder")
    return path


def _unreadable(policies: Path) -> tuple[Complaint, ...]:
    # What opa takes and the gate does not: misplaced files, data that is not strict YAML.
    try:
        policy_folder.read(policies)
    except PolicyEngineError as error:
        return (Complaint("", 1, 1, f"{error.message} {error.detail}".strip()),)
    return ()


def _complaint(one: Mapping[str, Any], folder: Path) -> Complaint:
    place = one.get("location") or {}
    path = _within(str(place.get("file", "")), folder)
    return Complaint(path, place.get("row", 1), place.get("col", 1), str(one.get("message", "")))


def _within(file: str, folder: Path) -> str:
    _, found, rest = file.partition(f"{folder.name}/policies/")
    return rest if found else ""


def _row(one: Mapping[str, Any]) -> int:
    return int(one["location"].get("row", 1))


def _coverage(told: Any, folder: Path, draft: PolicyDraft) -> Coverage:  # noqa: ANN401 - opa's JSON
    files = told.get("files", {}) if isinstance(told, Mapping) else {}
    for name, covered in files.items():
        if _within(name, folder) == draft.path:
            missed = rows(covered, "not_covered")
            return Coverage(tuple(r for r in rows(covered, "covered") if r not in missed), missed)
    return Coverage()


def _annotation(one: Mapping[str, Any], policies: Path) -> Annotation:
    said, place = one.get("annotations", {}), one.get("location", {})
    custom = said.get("custom") or {}
    file = str(place.get("file", ""))
    base = policies.as_posix().rstrip("/") + "/"
    return Annotation(
        path=file.removeprefix(base),
        row=place.get("row", 1),
        title=str(said.get("title", "")),
        description=str(said.get("description", "")).strip(),
        code=str(custom.get("code", "")),
        remedy=str(custom.get("remedy", "")).strip(),
        is_package=said.get("scope") == "package",
    )
