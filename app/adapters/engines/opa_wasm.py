"""The embedded policy engine: the shipped Rego, compiled by OPA to WebAssembly.

For a machine without OPA. Thresholds, quorums and trust are data and are read from the
policies folder at start; Rego that differs from what was compiled is refused, since only
OPA could compile it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
from opapywasm import OpaWasmPolicy, PolicyConfig, runtime
from opapywasm.errors import OpaWasmError

from app.adapters.engines import policy_folder, practice
from app.adapters.engines.policy_folder import PolicyFolder
from app.adapters.engines.verdict import VerdictReader
from app.adapters.engines.wasm_builtins import BUILTINS
from app.domain.approvals.practice import Practice
from app.domain.canonical import canonical_json, pointer, read_json
from app.domain.decision import EngineIdentity, Verdict
from app.domain.digest import Digest
from app.domain.errors import MalformedDocumentError, PolicyEngineError

COMPILED = Path(__file__).parent / "compiled"
ENTRYPOINT = "gate/decision"
INSTANCES = 8
LARGEST_INPUT = 8 * 1024 * 1024
LARGEST_ANSWER = 16 * 1024 * 1024
FIRST_PAGES = 16
"""Pages of memory that a module gets before it runs: its own texts must fit in."""
MEMORY_PAGES = 2048
"""Pages of 64 KiB that one evaluation may use: 128 MiB."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled module, and what it was made from."""

    wasm: bytes
    opa_version: str
    rego_digest: str


class OpaWasm:
    """Evaluates in this process; safe for threads, bounded in number and time."""

    def __init__(
        self,
        policies: Path,
        verdicts: VerdictReader,
        *,
        input_schema: Mapping[str, Any],
        limit: timedelta,
        compiled: Path = COMPILED,
    ) -> None:
        """Load the compiled module and the folder's data.

        `input_schema` is that of the policy input: a compiled builtin says nothing of text
        where a number belongs, where OPA stops with an error, so no such input gets in.


        Raises PolicyEngineError when the folder's Rego is not what was compiled, when the
        module asks for a builtin that is not here, or the data does not state the practice.
        """
        folder = policy_folder.read(policies)
        module = read_compiled(compiled)
        _must_be_compiled_from(module, folder)
        self.identity = EngineIdentity("opa_wasm", module.opa_version)
        self._revision = folder.revision
        self._practice = practice.of_data(folder.data, folder.revision)
        self._verdicts = verdicts
        self._inputs = jsonschema_rs.Draft202012Validator(dict(input_schema))
        self._owner = os.getpid()
        try:
            self._policy = OpaWasmPolicy(module.wasm, _configuration(limit))
            self._prepare(folder)
        except OpaWasmError as error:
            message = "the compiled policies cannot be loaded"
            raise PolicyEngineError(message, detail=str(error)) from error

    def practice(self) -> Practice:
        """Tell how the organisation approves, as policy data states."""
        return self._practice

    def evaluate(self, document: Mapping[str, Any]) -> Verdict:
        """Evaluate policy on the document. Raises PolicyEngineError for all but a whole verdict."""
        self._must_not_be_forked()
        try:
            content = canonical_json(document)
            self._must_be_typed(content)
            answers = self._policy.evaluate_raw(content, ENTRYPOINT)
        except (OpaWasmError, TypeError, ValueError) as error:
            message = "the embedded policy engine failed"
            raise PolicyEngineError(message, detail=str(error)) from error
        match answers:
            case [{"result": answer}]:
                return self._verdicts.read(answer, self._revision, self.identity)
            case []:
                raise PolicyEngineError("the policies state no decision for this input")
            case _:
                raise PolicyEngineError("the embedded policy engine answered in an unknown form")

    def ping(self) -> str:
        """Tell the active policy revision. Raises PolicyEngineError in a forked process."""
        self._must_not_be_forked()
        return self._revision

    def close(self) -> None:
        """Give back the memory of the module."""
        self._policy.close()

    def _prepare(self, folder: PolicyFolder) -> None:
        missing = sorted(set(self._policy.builtins) - set(BUILTINS))
        if missing:
            message = f"the embedded policy engine lacks the builtins {', '.join(missing)}"
            raise PolicyEngineError(message)
        if ENTRYPOINT not in self._policy.entrypoints:
            raise PolicyEngineError(f"the compiled policies have no entrypoint {ENTRYPOINT}")
        for name, builtin in BUILTINS.items():
            self._policy.register_builtin(name, builtin)
        self._policy.set_data(canonical_json(folder.data))

    def _must_be_typed(self, content: bytes) -> None:
        fault = next(self._inputs.iter_errors(json.loads(content)), None)
        if fault is not None:
            detail = f"{pointer(*fault.instance_path)}: {fault.message[:500]}"
            raise PolicyEngineError("the policy input does not fit its schema", detail=detail)

    def _must_not_be_forked(self) -> None:
        # The thread that ends an evaluation at its limit does not survive a fork.
        if os.getpid() != self._owner:
            message = "the embedded policy engine was started before a fork: do not preload"
            raise PolicyEngineError(message)


def read_compiled(folder: Path) -> Compiled:
    """Read gate.wasm and gate.json. Raises PolicyEngineError unless they belong together."""
    try:
        wasm = (folder / "gate.wasm").read_bytes()
        about = read_json((folder / "gate.json").read_bytes())
    except (OSError, MalformedDocumentError) as error:
        message = "the compiled policies cannot be read"
        raise PolicyEngineError(message, detail=f"{folder}: {error}") from error
    match about:
        case {"opa_version": str(version), "rego_sha256": str(rego), "wasm_sha256": str(digest)}:
            if digest != Digest.of(wasm):
                raise PolicyEngineError("gate.wasm is not the module that gate.json describes")
            return Compiled(wasm, version, rego)
        case _:
            raise PolicyEngineError("gate.json does not describe a compiled module")


def _must_be_compiled_from(module: Compiled, folder: PolicyFolder) -> None:
    if module.rego_digest != folder.rego_digest:
        raise PolicyEngineError(
            "the policies folder holds other Rego than the embedded engine was compiled from: "
            "editing Rego needs the opa binary; choose the engine opa_child or opa_server",
            detail=f"compiled from {module.rego_digest}, the folder is {folder.rego_digest}",
        )


# opa-py-wasm 1.2.1 gives every module two pages first, and gives up on one that declares that
# its texts alone need more, as OPA's compiler does for more than a hundred rules.
runtime._DEFAULT_MEMORY_PAGES = FIRST_PAGES  # noqa: SLF001 - no setting reaches it; pinned exactly


def _configuration(limit: timedelta) -> PolicyConfig:
    return PolicyConfig(
        pool_size=INSTANCES,
        default_entrypoint=ENTRYPOINT,
        borrow_timeout_seconds=limit.total_seconds(),
        eval_timeout_seconds=limit.total_seconds(),
        strict_result=True,
        max_input_bytes=LARGEST_INPUT,
        max_data_bytes=LARGEST_INPUT,
        max_result_bytes=LARGEST_ANSWER,
        max_cstring_scan_bytes=LARGEST_ANSWER,
        parse_raw_json_input=False,
        max_memory_pages=MEMORY_PAGES,
        strict_result_shape=True,
    )
