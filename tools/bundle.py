"""Build what is shipped from policies/: the OPA bundle, and the WebAssembly module.

    python tools/bundle.py          the first two of these
    python tools/bundle.py bundle   dist/countersign-bundle.tar.gz
    python tools/bundle.py wasm     app/adapters/engines/compiled/gate.wasm and gate.json
    python tools/bundle.py capabilities   tools/capabilities.json

Each is reproducible: the same policies and the pinned OPA give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from app.adapters.engines import policy_folder  # noqa: E402 - the project is no installed package here
from app.adapters.engines.opa_wasm import COMPILED, ENTRYPOINT  # noqa: E402 - likewise
from app.adapters.engines.policy_folder import PolicyFolder  # noqa: E402 - likewise
from app.domain.digest import Digest  # noqa: E402 - likewise

POLICIES = PROJECT / "policies"
CAPABILITIES = PROJECT / "tools" / "capabilities.json"
BUNDLE = PROJECT / "dist" / "countersign-bundle.tar.gz"
OPA = PROJECT / ".tools" / "bin" / "opa"

FORBIDDEN = frozenset(
    {
        "http.send",
        "net.lookup_ip_addr",
        "opa.runtime",
        "print",
        "rand.intn",
        "rego.parse_module",
        "time.now_ns",
        "trace",
        "uuid.rfc4122",
    }
)
"""Builtins by which a policy could see more than its input and data, or say it differently."""
FORBIDDEN_PREFIXES = ("io.jwt.encode_sign", "providers.aws.")


def capabilities(opa: Path) -> dict[str, Any]:
    """What a policy may use: all of the pinned OPA but chance, clock, network and secrets."""
    current = json.loads(_run(opa, "capabilities", "--current"))
    current["builtins"] = [
        builtin
        for builtin in current["builtins"]
        if builtin["name"] not in FORBIDDEN
        and not builtin["name"].startswith(FORBIDDEN_PREFIXES)
        and not builtin.get("nondeterministic")
    ]
    current["allow_net"] = []
    return dict(current)


def bundle(opa: Path, policies: Path, target: Path) -> str:
    """Build the bundle that an OPA server loads; return its revision."""
    folder = policy_folder.read(policies)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        _build(opa, folder, Path(scratch), target)
    return folder.revision


def wasm(opa: Path, policies: Path, target: Path) -> None:
    """Compile the Rego to WebAssembly: gate.wasm, and gate.json that says from what."""
    folder = policy_folder.read(policies)
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "wasm.tar.gz"
        _build(opa, folder, Path(scratch), archive, "--target=wasm", f"--entrypoint={ENTRYPOINT}")
        with tarfile.open(archive) as members:
            member = members.extractfile("/policy.wasm")
            if member is None:
                raise SystemExit("opa build wrote no policy.wasm")
            module = member.read()
    about = {
        "opa_version": _version(opa),
        "rego_sha256": folder.rego_digest,
        "wasm_sha256": Digest.of(module),
    }
    target.mkdir(parents=True, exist_ok=True)
    (target / "gate.wasm").write_bytes(module)
    (target / "gate.json").write_text(json.dumps(about, indent=2) + "\n")


def main(arguments: list[str]) -> None:
    """Build what is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", help="bundle, wasm or capabilities")
    parser.add_argument("--opa", type=Path, default=OPA)
    chosen = parser.parse_args(arguments)
    for what in chosen.what or ["bundle", "wasm"]:
        _build_one(what, chosen.opa)


def _build_one(what: str, opa: Path) -> None:
    match what:
        case "bundle":
            revision = bundle(opa, POLICIES, BUNDLE)
            _say(f"{BUNDLE.relative_to(PROJECT)}: {revision}")
        case "wasm":
            wasm(opa, POLICIES, COMPILED)
            _say(f"{COMPILED.relative_to(PROJECT)}/gate.wasm, by OPA {_version(opa)}")
        case "capabilities":
            CAPABILITIES.write_text(json.dumps(capabilities(opa), indent=1) + "\n")
            _say(str(CAPABILITIES.relative_to(PROJECT)))
        case _:
            raise SystemExit(f"nothing of the name {what}: bundle, wasm or capabilities")


def _build(opa: Path, folder: PolicyFolder, scratch: Path, target: Path, *more: str) -> None:
    staged = scratch / "staged"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    policy_folder.stage(folder, staged)
    limits = ["--bundle", f"--capabilities={CAPABILITIES}", f"--revision={folder.revision}"]
    # Paths get into what is built, so OPA sees the same ones wherever it runs.
    _run(opa, "build", *limits, *more, f"--output={target.absolute()}", ".", folder=staged)


def _version(opa: Path) -> str:
    return _run(opa, "version").splitlines()[0].removeprefix("Version: ").strip()


def _run(opa: Path, *arguments: str, folder: Path | None = None) -> str:
    command = [str(opa.absolute()), *arguments]
    ran = subprocess.run(  # noqa: S603 - a fixed command on files of this project
        command, capture_output=True, text=True, check=False, cwd=folder
    )
    if ran.returncode != 0:
        raise SystemExit(f"opa {arguments[0]} failed: {ran.stdout}{ran.stderr}")
    return ran.stdout


def _say(what: str) -> None:
    sys.stdout.write(f"{what}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
