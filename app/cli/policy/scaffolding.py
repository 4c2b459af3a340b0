"""`countersign policy new`: a check of your own, with its test and its page, to start from."""

from __future__ import annotations

import re
from pathlib import Path

import click

from app.cli import exits
from app.cli.policy.checking import FOLDER

_NAME = re.compile(r"[a-z][a-z_]{1,40}")
_NEW_FOLDER = click.Path(file_okay=False, path_type=Path)
_RULE = """\
# METADATA
# scope: package
# title: {title}
# description: Say in one sentence what holds of a release that this check lets pass.
# schemas:
#   - input: schema.policy_input
package org.checks.{check}

# METADATA
# title: The model has a version
# description: Say why; this rule is an example and asks for a version of the model.
# custom:
#   code: {check}.version_missing
#   remedy: Say what to do.
#   who: submitter
deny contains {{
	"code": "{check}.version_missing",
	"at": "/release/model/version",
	"message": "the release has no version",
}} if {{
	not _is_versioned
}}

# Say what is good, so that whatever is absent denies.
_is_versioned if {{
	is_string(input.release.model.version)
	input.release.model.version != ""
}}
"""
_TEST = """\
package org.checks.{check}_test

import data.org.checks.{check}

_codes(release) := {{reason.code | some reason in found}} if {{
	found := {check}.deny with input as {{"release": release}}
}}

test_a_version_passes if _codes({{"model": {{"version": "1.0.0"}}}}) == set()

test_an_empty_version_is_denied if {{
	_codes({{"model": {{"version": ""}}}}) == {{"{check}.version_missing"}}
}}

test_no_version_is_denied if _codes({{"model": {{}}}}) == {{"{check}.version_missing"}}
"""
_PAGE = """\
# {check}

Say in one sentence what holds of a release that this check lets pass.

## {check}.version_missing

The rule: the model has a version. Say why.

- It denies.
- Who can mend it: submitter.
- How: Say what to do.
"""
_ENTRY = """\
{check}.version_missing:
  how: Say what to do.
  pending: false
  who: submitter
"""


@click.command()
@click.argument("check")
@click.argument("policies", type=FOLDER)
@click.option("--pages", type=_NEW_FOLDER, default=Path("docs/reasons"), show_default=True)
def new(check: str, policies: Path, *, pages: Path) -> None:
    """Start the check CHECK of your organisation in POLICIES: rule, test, page and catalogue.

    It stands in a root of its own (org/checks/), decides nothing until a profile names it,
    and can only add to what the shipped checks demand.
    """
    if not _NAME.fullmatch(check):
        exits.could_not(f"a check's name is lower case, with underscores: {check!r}")
    folder = policies / "org" / "checks" / check
    if folder.exists() or (policies / "gate" / "checks" / check).exists():
        exits.could_not(f"there is a check of the name {check} already")
    if check == "gate":
        exits.could_not("codes that begin with gate. are the gate's own: choose another name")
    if (pages / f"{check}.md").exists():
        exits.could_not(f"{pages / check}.md exists already: name another folder with --pages")
    title = check.replace("_", " ").capitalize()
    catalogue = policies / "org" / "catalogue" / "data.yaml"
    files = {
        folder / f"{check}.rego": _RULE.format(check=check, title=title),
        folder / f"{check}_test.rego": _TEST.format(check=check),
        pages / f"{check}.md": _PAGE.format(check=check),
        catalogue: _known(catalogue) + _ENTRY.format(check=check),
    }
    for file, text in files.items():
        _write(file, text)
    click.echo(f"name it where it decides, in gate/profiles/data.yaml: org_checks: [{check}]")


def _known(catalogue: Path) -> str:
    try:
        return catalogue.read_text(encoding="utf-8") if catalogue.exists() else ""
    except OSError as error:
        exits.could_not(f"{catalogue}: {error.strerror}")
    except UnicodeDecodeError:
        exits.could_not(f"{catalogue} is not UTF-8 text")


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        exits.could_not(f"{file} cannot be written: {error.strerror}")
    click.echo(f"wrote {file}")
