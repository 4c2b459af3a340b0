"""The workbench on a copy of the shipped policies, with the real OPA."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.engines.delivery import archive
from app.cli import main
from tests.policy.inputs import TIERS, TRUST, Document, Edits, a_seat, an_input, edited
from tests.policy.opa import POLICIES

SOUND = "input.release.change_note.chars > 0"
DEFAULTING = 'object.get(input, ["release", "change_note", "chars"], 40) > 0'


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """Copy the shipped policies, with somebody to trust."""
    folder = shutil.copytree(POLICIES, tmp_path / "policies")
    for name, document in {"trust": TRUST, "tiers": TIERS}.items():
        (folder / "gate" / name / "data.yaml").write_text(yaml.safe_dump(document), "utf-8")
    return folder


def _run(opa: Path, *arguments: object) -> Result:
    environment = {"COUNTERSIGN_OPA_BINARY": str(opa)}
    return CliRunner().invoke(main, ["policy", *map(str, arguments)], env=environment)


def _write(folder: Path, **inputs: Edits) -> Path:
    folder.mkdir()
    for name, edits in inputs.items():
        (folder / f"{name}.json").write_text(json.dumps(edited(an_input(), edits)), "utf-8")
    return folder


def _checks_only(policies: Path, *checks: str, org_checks: tuple[str, ...] = ()) -> None:
    profile: Document = {"checks": list(checks), "org_checks": list(org_checks)}
    document = {"production": {"high": profile}}
    (policies / "gate" / "profiles" / "data.yaml").write_text(yaml.safe_dump(document), "utf-8")


def _edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_the_shipped_policies_pass_the_check(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    pending = {"/approvals/seats/1": a_seat("governance_lead", [], 1)}
    inputs = _write(tmp_path / "inputs", allowed={}, pending=pending)

    checked = _run(opa_binary, "check", policies, "--inputs", inputs)

    assert checked.exit_code == 0, checked.output
    assert "allowed: allow, 0 found by deletion" in checked.output
    assert "pending: pending, 0 found by deletion" in checked.output


def test_a_passing_default_is_caught_by_deletion(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    # The default stands where no lint sees it: in a rule of its own.
    rule = policies / "gate" / "checks" / "change" / "change.rego"
    _edit(rule, SOUND, "_chars > 0")
    _edit(rule, "	is_number(input.release.change_note.chars)\n", "")
    _edit(rule, "	is_string(input.release.change_note.sha256)\n", "")
    with rule.open("a", encoding="utf-8") as file:
        file.write("\ndefault _chars := 40\n\n_chars := input.release.change_note.chars\n")
    _checks_only(policies, "change")
    inputs = _write(tmp_path / "inputs", allowed={}, denied={"/release/change_note/chars": 0})

    checked = _run(opa_binary, "check", policies, "--inputs", inputs)

    assert checked.exit_code == 1
    assert "denied: /release/change_note/chars: without it, deny becomes allow" in checked.output
    assert "allowed: /release/change_note/chars: another value gives deny" in checked.output


def test_a_default_number_is_caught_without_any_input(opa_binary: Path, policies: Path) -> None:
    _edit(policies / "gate" / "checks" / "change" / "change.rego", SOUND, DEFAULTING)

    checked = _run(opa_binary, "check", policies)

    assert checked.exit_code == 1
    assert "change.rego:24: passing-default: 40 stands in for what is absent" in checked.output


def test_a_misspelt_field_is_refused_with_its_line(opa_binary: Path, policies: Path) -> None:
    _edit(policies / "gate" / "checks" / "change" / "change.rego", SOUND, SOUND.replace("ch", "hc"))

    checked = _run(opa_binary, "check", policies)

    assert checked.exit_code == 1
    assert "change.rego:" in checked.output
    assert "rego_type_error" in checked.output


def test_an_input_that_is_denied_says_which_rule_objects(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    inputs = _write(tmp_path / "inputs", denied={"/release/change_note/chars": 0})

    evaluated = _run(opa_binary, "eval", policies, "-i", inputs / "denied.json")

    assert evaluated.exit_code == 1
    assert "denies change.note_missing at /release/change_note" in evaluated.output


def test_an_input_that_is_allowed_exits_with_0(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    inputs = _write(tmp_path / "inputs", allowed={})

    assert _run(opa_binary, "eval", policies, "-i", inputs / "allowed.json").exit_code == 0


def _table(folder: Path, outcome: str) -> Path:
    table = {
        "input": "allowed.json",
        "cases": {
            "nobody says what changed": {
                "edit": {"/release/change_note": "GONE"},
                "outcome": outcome,
                "codes": ["change.note_missing"],
            }
        },
    }
    file = folder / "cases.yaml"
    file.write_text(yaml.safe_dump(table), encoding="utf-8")
    return file


def test_a_table_of_cases_passes_and_fails(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    inputs = _write(tmp_path / "inputs", allowed={})

    passing = _run(opa_binary, "test", policies, "--cases", _table(inputs, "deny"))
    failing = _run(opa_binary, "test", policies, "--cases", _table(inputs, "allow"))

    assert passing.exit_code == 0, passing.output
    assert failing.exit_code == 1
    assert "nobody says what changed: expected allow" in failing.output


def test_rules_that_no_test_reaches_are_named(opa_binary: Path, policies: Path) -> None:
    (policies / "gate" / "checks" / "change" / "change_test.rego").unlink()

    tested = _run(opa_binary, "test", policies)

    assert tested.exit_code == 1
    assert "change.rego: no test reaches line" in tested.output


def test_the_same_policies_build_the_same_bytes(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    for name in ("one.tar.gz", "two.tar.gz"):
        assert _run(opa_binary, "build", policies, "-o", tmp_path / name).exit_code == 0

    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()


def test_rego_that_does_not_load_is_not_built_and_its_line_is_named(
    policies: Path, opa_binary: Path, tmp_path: Path
) -> None:
    (policies / "gate" / "broken.rego").write_text("package gate.broken\n\nx if { y ==\n")

    made = _run(opa_binary, "build", policies, "-o", tmp_path / "gate.tar.gz")

    assert made.exit_code == 3
    assert "gate/broken.rego:4: rego_parse_error" in made.output
    assert not (tmp_path / "gate.tar.gz").exists()


def test_loosened_policies_are_told_from_tightened_ones(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    looser = shutil.copytree(policies, tmp_path / "looser")
    _checks_only(looser, "approvals")
    inputs = _write(tmp_path / "inputs", unnoted={"/release/change_note/chars": 0})

    loosened = _run(opa_binary, "diff", policies, looser, "--inputs", inputs)
    tightened = _run(opa_binary, "diff", looser, policies, "--inputs", inputs)

    assert loosened.exit_code == 1
    assert "unnoted: deny -> allow  -change.note_missing" in loosened.output
    assert tightened.exit_code == 0
    assert "unnoted: allow -> deny  +change.note_missing" in tightened.output


def test_a_new_check_passes_check_and_test_and_decides_once_it_is_named(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    started = _run(opa_binary, "new", "data_sheet", policies, "--pages", tmp_path / "pages")
    _checks_only(policies, "change", org_checks=("data_sheet",))
    inputs = _write(tmp_path / "inputs", unversioned={"/release/model/version": ""})

    evaluated = _run(opa_binary, "eval", policies, "-i", inputs / "unversioned.json")

    assert started.exit_code == 0
    assert _run(opa_binary, "check", policies).exit_code == 0
    assert _run(opa_binary, "test", policies).exit_code == 0
    assert evaluated.exit_code == 1
    assert "denies data_sheet.version_missing" in evaluated.output
    assert (tmp_path / "pages" / "data_sheet.md").is_file()


def test_a_check_that_cannot_be_written_is_told(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    pages = tmp_path / "pages"
    pages.write_text("a file where a folder is expected")
    (policies / "org" / "catalogue" / "data.yaml").mkdir(parents=True)

    catalogue = _run(opa_binary, "new", "data_sheet", policies, "--pages", tmp_path)
    (policies / "org" / "catalogue" / "data.yaml").rmdir()
    page = _run(opa_binary, "new", "data_sheet", policies, "--pages", pages / "below")

    assert (catalogue.exit_code, "Is a directory" in catalogue.output) == (3, True)
    assert (page.exit_code, "cannot be written" in page.output) == (3, True)


def test_an_executable_that_is_no_opa_is_exit_3(policies: Path) -> None:
    told = _run(Path("/bin/false"), "check", policies)

    assert (told.exit_code, "/bin/false said nothing" in told.output) == (3, True)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "expected `input` and `cases`"),
        ("[]", "expected `input` and `cases`"),
        ("input: allowed.json\ncases: {one: {outcome: deny}}", "a case lacks 'codes'"),
        ("input: allowed.json\ncases: [one]", "is no table of cases"),
        ("[" * 5000, "nested too deeply"),
    ],
)
def test_what_is_no_table_of_cases_is_told(
    opa_binary: Path, policies: Path, tmp_path: Path, table: str, said: str
) -> None:
    inputs = _write(tmp_path / "inputs", allowed={})
    (inputs / "cases.yaml").write_text(table, encoding="utf-8")

    told = _run(opa_binary, "test", policies, "--cases", inputs / "cases.yaml", "--coverage", 0)

    assert (told.exit_code, said in told.output) == (3, True)


@pytest.mark.parametrize("name", ["Data-Sheet", "change", "../change"])
def test_a_check_of_a_bad_or_taken_name_is_refused(
    name: str, opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    assert _run(opa_binary, "new", name, policies, "--pages", tmp_path).exit_code == 3


def test_a_signed_bundle_with_webassembly_is_taken_by_its_key_and_no_other(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    secret, public = _key_pair(tmp_path / "ours")
    _, other = _key_pair(tmp_path / "other")
    built = tmp_path / "gate.tar.gz"
    signing = ("--signing-key", secret, "--key-id", "k")
    made = _run(opa_binary, "build", policies, "-o", built, "--wasm", *signing)

    assert made.exit_code == 0, made.output
    assert "policy.wasm" in archive.read_members(built.read_bytes(), ignored=frozenset())
    assert _is_taken(opa_binary, built, public)
    assert not _is_taken(opa_binary, built, other)


def _key_pair(folder: Path) -> tuple[Path, Path]:
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "key.pem").write_bytes(private)
    (folder / "key.pub").write_bytes(public)
    return folder / "key.pem", folder / "key.pub"


def _is_taken(opa: Path, bundle: Path, key: Path) -> bool:
    command = ["build", f"--verification-key={key}", "--verification-key-id=k"]
    command += ["--signing-alg=ES256", f"--output={bundle}.out", "--bundle", str(bundle)]
    run = subprocess.run([opa, *command], capture_output=True, check=False)  # noqa: S603 - the pinned opa
    return run.returncode == 0


def _regal(folder: Path, report: str, code: int) -> Path:
    """Write an executable that answers as regal does (0.35.1, `lint --format=json`)."""
    binary = folder / "regal"
    binary.write_text(f"#!/bin/sh\ncat <<'END'\n{report}\nEND\nexit {code}\n", "utf-8")
    binary.chmod(0o755)
    return binary


REGAL_FOUND = json.dumps(
    {
        "violations": [
            {
                "title": "var-shadows-builtin",
                "description": "Variable name shadows built-in",
                "category": "bugs",
                "level": "error",
                "location": {"file": "a.rego", "row": 32, "col": 8},
            }
        ],
        "summary": {"files_scanned": 69, "files_failed": 1, "num_violations": 1},
    }
)


def test_what_regal_finds_is_wrong(opa_binary: Path, policies: Path, tmp_path: Path) -> None:
    regal = _regal(tmp_path, REGAL_FOUND, 3)

    checked = _run(opa_binary, "check", policies, "--regal", regal)

    assert checked.exit_code == 1
    line = "a.rego:32: regal bugs/var-shadows-builtin: Variable name shadows built-in"
    assert line in checked.output


def test_a_regal_that_fails_has_not_checked(
    opa_binary: Path, policies: Path, tmp_path: Path
) -> None:
    checked = _run(opa_binary, "check", policies, "--regal", _regal(tmp_path, "{}", 1))

    assert checked.exit_code == 3
    assert "could not lint" in checked.output


def test_without_regal_it_says_so(
    opa_binary: Path, policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")

    checked = _run(opa_binary, "check", policies)

    assert (checked.exit_code, "Regal was not run" in checked.output) == (0, True)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("max_days: 90", 'max_days: "90"', "/max_days: '90' is not of type 'integer'"),
        ("max_days: 90", "max_days: 90\nmax_days: 900", "the key 'max_days' stands twice"),
    ],
    ids=["wrong_type", "key_twice"],
)
def test_data_that_does_not_fit_is_told_with_its_place(
    before: str, after: str, said: str, opa_binary: Path, policies: Path
) -> None:
    _edit(policies / "gate" / "waivers" / "data.yaml", before, after)

    checked = _run(opa_binary, "check", policies)

    assert checked.exit_code == 1
    assert "gate/waivers/data.yaml" in checked.output
    assert said in checked.output


def test_a_profile_that_names_a_check_nobody_wrote_is_wrong(
    opa_binary: Path, policies: Path
) -> None:
    _checks_only(policies, "cahnge", org_checks=("nowhere",))

    checked = _run(opa_binary, "check", policies)

    assert "/production/high/checks: there is no check gate/checks/cahnge" in checked.output
    assert "/production/high/org_checks: there is no check org/checks/nowhere" in checked.output


def test_a_new_check_writes_over_no_page(opa_binary: Path, policies: Path, tmp_path: Path) -> None:
    page = tmp_path / "data_sheet.md"
    page.write_text("ours", "utf-8")

    made = _run(opa_binary, "new", "data_sheet", policies, "--pages", tmp_path)

    assert (made.exit_code, page.read_text("utf-8")) == (3, "ours")
    assert not (policies / "org").exists()
