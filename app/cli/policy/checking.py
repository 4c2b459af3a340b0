"""`countersign policy check`: may these policies be shipped?"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import jsonschema

from app import shipped
from app.adapters.engines import policy_data
from app.adapters.engines.policy_folder import DATA_FILE
from app.cli import exits
from app.cli.policy import asking, lint
from app.cli.policy.fuzz import faults
from app.cli.policy.opa import LIMIT_SECONDS, Opa, found
from app.domain.canonical import in_json
from app.domain.errors import PolicyEngineError

_MOST_FAULTS = 20
"""Faults told of one document."""
_REGAL_RULES = ["--disable-all", "--enable-category=bugs", "--enable-category=testing"]
_REGAL_CODES = {0, 2, 3}
"""Nothing, warnings, errors; anything else is no report (`regal lint --help`)."""
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
OPA = click.option(
    "--opa",
    envvar="COUNTERSIGN_OPA_BINARY",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The opa executable.",
)


@click.command(epilog="Exit codes: 0 nothing is wrong, 1 something is, 3 could not check.")
@click.argument("policies", type=FOLDER)
@click.option("--inputs", type=FOLDER, help="Folder of policy inputs (*.json) to fuzz.")
@click.option(
    "--regal",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The regal executable; else .tools/bin/regal, or the one on PATH.",
)
@OPA
def check(policies: Path, *, inputs: Path | None, regal: Path | None, opa: Path | None) -> None:
    """Check format, strict compilation, schema and soundness of POLICIES.

    With --inputs, every field of each input is taken out in turn: what is absent must never
    turn a deny or pending into an allow, nor pass where another value would deny.

    Regal lints too, where its executable is found: by the folder's own .regal/config.yaml, or
    without one by its rules about bugs and tests.

    \b
    countersign policy check ./policies --inputs ./policy-inputs
    """  # noqa: D301 - click takes a backspace as: keep these lines as they are
    author = Opa(found(opa), policies)
    wrong = [*_static(author, policies), *_regal(regal or _regal_found(), policies)]
    if inputs is None:
        click.echo("no --inputs: that absent fields deny was not tried")
    elif not wrong:
        wrong = [*_fuzzed(author.binary, policies, inputs)]
    for line in wrong:
        click.echo(line)
    click.echo(f"{len(wrong)} found" if wrong else "nothing found")
    raise SystemExit(1 if wrong else 0)


def _static(author: Opa, policies: Path) -> Iterator[str]:
    yield from _data(policies)
    for name in author.unformatted():
        yield f"{name}: not as opa fmt writes it"
    checked = author.checked()
    if not checked.is_good:
        yield checked.complaint
        return
    annotated: dict[str, list[Mapping[str, Any]]] = {"gate": [], "org": []}
    for file in sorted(policies.rglob("*.rego")):
        if file.name.endswith("_test.rego"):
            continue
        tree = author.parsed(file)
        annotated.setdefault(file.relative_to(policies).parts[0], []).append(tree)
        for complaint in lint.complaints(str(file), tree):
            where = f"{complaint.file}:{complaint.row}"
            yield f"{where}: {complaint.rule}: {complaint.message}"
    for root in ("gate", "org"):
        yield from _catalogue(policies / root / "catalogue" / DATA_FILE, annotated[root])


def _data(policies: Path) -> Iterator[str]:
    for file in sorted(policies.rglob(DATA_FILE)):
        name = file.relative_to(policies)
        if not file.is_file():
            yield f"{name}: no file"
            continue
        try:
            document = policy_data.read_yaml(str(name), file.read_bytes())
        except (PolicyEngineError, OSError) as error:
            yield str(error)
            continue
        if name.parts[0] == "gate" and len(name.parts) == 3:  # noqa: PLR2004 - gate/NAME/data.yaml
            yield from (f"{file}: {fault}" for fault in _misfits(name.parts[1], document))
    yield from _unknown_checks(policies)


def _catalogue(file: Path, trees: list[Mapping[str, Any]]) -> Iterator[str]:
    try:
        stated = policy_data.read_yaml(str(file), file.read_bytes()) if file.is_file() else {}
    except (PolicyEngineError, OSError):
        return  # told above
    for code, what in lint.uncatalogued(stated, trees):
        yield f"{file}: /{code}: {what}"


def _misfits(name: str, document: Mapping[str, Any]) -> Iterator[str]:
    schema = shipped.folder("schemas") / "policy_data" / f"{name}.json"
    if not schema.is_file():
        return
    validator = jsonschema.Draft202012Validator(shipped.schema(f"policy_data/{name}"))
    for fault in list(validator.iter_errors(document))[:_MOST_FAULTS]:
        place = "".join(f"/{step}" for step in fault.absolute_path) or "/"
        yield f"{place}: {in_json(fault.message, fault.instance, fault.validator_value)[:300]}"


def _unknown_checks(policies: Path) -> Iterator[str]:
    file = policies / "gate" / "profiles" / DATA_FILE
    try:
        profiles = policy_data.read_yaml(str(file), file.read_bytes())
        named = [
            (f"/{stage}/{tier}/{member}", root, check)
            for stage, tiers in profiles.items()
            for tier, profile in tiers.items()
            for member, root in (("checks", "gate"), ("org_checks", "org"))
            for check in profile.get(member, [])
        ]
    except (PolicyEngineError, OSError, AttributeError, TypeError):
        return  # told above
    for place, root, check in named:
        if not (policies / root / "checks" / str(check)).is_dir():
            yield f"{file}: {place}: there is no check {root}/checks/{check}"


def _regal_found() -> Path | None:
    beside, on_path = Path(".tools/bin/regal"), shutil.which("regal")
    if beside.is_file():
        return beside.absolute()
    return Path(on_path) if on_path else None


def _regal(binary: Path | None, policies: Path) -> Iterator[str]:
    if binary is None:
        click.echo("no regal executable: Regal was not run")
        return
    has_rules = any((policies / name).exists() for name in (".regal", ".regal.yaml"))
    rules = ["--config-file", str(_rules_of(policies))] if has_rules else _REGAL_RULES
    try:
        run = subprocess.run(  # noqa: S603 - the executable that the author named, no shell
            [str(binary.absolute()), "lint", "--format=json", *rules, str(policies)],
            capture_output=True,
            timeout=LIMIT_SECONDS,
            check=False,
            env={"REGAL_DISABLE_VERSION_CHECK": "1"},  # nor does it ask elsewhere
        )
        report = json.loads(run.stdout) if run.returncode in _REGAL_CODES else None
        found_by_it = [] if report is None else report["violations"]
        lines = [_violation(one) for one in found_by_it]
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        exits.could_not(f"{binary} could not be run: {error}")
    if report is None:
        said = run.stderr.decode("utf-8", "replace").strip()[:500]
        exits.could_not(f"{binary} could not lint: {said}")
    click.echo(f"regal: {report['summary']['files_scanned']} files")
    yield from lines


def _rules_of(policies: Path) -> Path:
    whole = policies / ".regal" / "config.yaml"
    return whole if whole.exists() else policies / ".regal.yaml"


def _violation(found_by_it: dict[str, Any]) -> str:
    place, rule = found_by_it["location"], f"{found_by_it['category']}/{found_by_it['title']}"
    return f"{place['file']}:{place['row']}: regal {rule}: {found_by_it['description']}"


def _fuzzed(binary: Path, policies: Path, folder: Path) -> Iterator[str]:
    with asking.asking(binary, policies) as ask:
        for name, document in asking.inputs(folder).items():
            whole, found_faults = faults(
                document, lambda many: [asking.outcome(answer) for answer in ask(many)]
            )
            click.echo(f"{name}: {whole}, {len(found_faults)} found by deletion")
            for fault in found_faults:
                yield f"{name}: {fault.at}: {fault.message}"
