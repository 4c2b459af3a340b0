from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import shipped
from app.adapters.identity import configuration
from app.adapters.identity.configuration import Configuration
from app.configured import ConfigurationError
from app.domain.caller import Role
from app.domain.identity.issuer import Forge

SCHEMA = json.loads((shipped.folder("schemas") / "identities.json").read_bytes())
GITHUB = "https://token.actions.githubusercontent.com"
RULE = {
    "name": "release",
    "when": {"repository_id": "1001", "environment": ["production", "staging"]},
    "roles": ["submitter"],
    "projects": ["acme"],
    "stages": ["production"],
}
ISSUER = {
    "issuer": GITHUB,
    "forge": "github",
    "identified_by": ["repository_id", "job_workflow_ref"],
    "rules": [RULE],
}
STATED: dict[str, Any] = {"audience": "https://gate.acme.example", "issuers": [ISSUER]}

Read = Callable[[dict[str, Any]], Configuration]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_document(document: dict[str, Any]) -> Configuration:
        file = tmp_path / "identities.yaml"
        file.write_text(yaml.safe_dump(document), encoding="utf-8")
        return configuration.read(file, SCHEMA)

    return read_document


def changed(at: str, value: object) -> dict[str, Any]:
    """The configuration with one member changed; None takes it out."""
    document = deepcopy(STATED)
    *path, last = [int(part) if part.isdigit() else part for part in at.split("/")]
    place: Any = document
    for part in path:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return document


def test_what_the_file_says_is_what_is_trusted(read: Read) -> None:
    (trusted,) = read(STATED).issuers

    issuer = trusted.issuer
    assert (issuer.url, issuer.forge, issuer.audience) == (
        GITHUB,
        Forge.GITHUB,
        "https://gate.acme.example",
    )
    assert issuer.longest_life == timedelta(hours=1)
    assert issuer.algorithms == {"RS256", "ES256"}
    (rule,) = issuer.rules
    assert rule.when == {"repository_id": ("1001",), "environment": ("production", "staging")}
    assert rule.roles == {Role.SUBMITTER}


def test_json_is_read_as_well(tmp_path: Path) -> None:
    file = tmp_path / "identities.json"
    file.write_text(json.dumps(STATED), encoding="utf-8")

    assert configuration.read(file, SCHEMA).issuers[0].issuer.url == GITHUB


REFUSED: dict[str, tuple[str, object, str]] = {
    "no audience": ("audience", None, "'audience' is a required property"),
    "no issuer": ("issuers", [], "/issuers"),
    "an issuer twice": ("issuers", [ISSUER, ISSUER], "twice"),
    "no rule": ("issuers/0/rules", [], "/issuers/0/rules"),
    "a rule without claims": ("issuers/0/rules/0/when", {}, "/issuers/0/rules/0/when"),
    "a rule on sub": ("issuers/0/rules/0/when", {"sub": "repo:acme/x"}, "name one of"),
    "a rule on a name": ("issuers/0/rules/0/when", {"repository": "acme/x"}, "repository_id"),
    "a rule on a workflow": ("issuers/0/rules/0/when", {"job_workflow_ref": "a"}, "everybody"),
    "a rule on an environment": ("issuers/0/rules/0/when", {"environment": "prod"}, "everybody"),
    "an id that is a number": ("issuers/0/rules/0/when/repository_id", 1001, "in quotes"),
    "an unknown role": ("issuers/0/rules/0/roles", ["god"], "/issuers/0/rules/0/roles/0"),
    "no role": ("issuers/0/rules/0/roles", [], "/issuers/0/rules/0/roles"),
    "operator and approver": (
        "issuers/0/rules/0/roles",
        ["operator", "risk_compliance"],
        "at once",
    ),
    "no project": ("issuers/0/rules/0/projects", None, "'projects' is a required property"),
    "no stage": ("issuers/0/rules/0/stages", None, "'stages' is a required property"),
    "another algorithm": ("issuers/0/algorithms", ["HS256"], "/issuers/0/algorithms/0"),
    "no algorithm": ("issuers/0/algorithms", ["none"], "/issuers/0/algorithms/0"),
    "a life of two days": ("issuers/0/longest_life_minutes", 2880, "longest_life_minutes"),
    "a plain address": ("issuers/0/issuer", "http://issuer.example", "/issuers/0/issuer"),
    "an address with a user": ("issuers/0/issuer", "https://u@issuer.example", "/issuers/0/issuer"),
    "keys at a plain address": ("issuers/0/jwks_uri", "http://x.example/k", "/issuers/0/jwks_uri"),
    "GitHub as another": ("issuers/0/forge", "other", "this is github"),
    "a misspelt member": ("issuers/0/rule", [RULE], "'rule' was unexpected"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_would_trust_too_many_is_refused(read: Read, case: str) -> None:
    at, value, complaint = REFUSED[case]

    with pytest.raises(ConfigurationError) as refusal:
        read(changed(at, value))
    assert complaint in str(refusal.value)


@pytest.mark.parametrize("anchor", ["repository_id", "repository_owner_id", "enterprise_id"])
def test_each_identifier_of_github_is_enough(read: Read, anchor: str) -> None:
    assert read(changed("issuers/0/rules/0/when", {anchor: "1"})).issuers


@pytest.mark.parametrize(
    ("forge", "issuer", "when", "is_taken"),
    [
        ("gitlab", "https://gitlab.com", {"project_id": "7"}, True),
        ("gitlab", "https://gitlab.com", {"namespace_id": "7"}, True),
        ("gitlab", "https://gitlab.com", {"project_path": "acme/x"}, False),
        ("gitlab", "https://gitlab.acme.example", {"ref_protected": "true"}, False),
        ("github", "https://token.actions.acme.ghe.com", {"repository_id": "7"}, True),
        ("other", "https://token.actions.acme.ghe.com", {"repository_id": "7"}, False),
        ("other", "https://login.acme.example", {"groups": "release-managers"}, True),
        ("other", "https://login.acme.example", {"sub": "ada"}, False),
        ("other", "https://login.acme.example", {"sub": "ada", "iss": "x", "jti": "y"}, False),
        ("other", "https://login.acme.example", {"email_verified": True}, False),
        ("other", "https://login.acme.example", {"sub": "ada", "groups": "staff"}, True),
    ],
)
def test_a_rule_pins_who_is_meant(
    read: Read, forge: str, issuer: str, when: dict[str, Any], *, is_taken: bool
) -> None:
    document = deepcopy(STATED)
    document["issuers"][0].update(forge=forge, issuer=issuer, rules=[{**RULE, "when": when}])

    if is_taken:
        assert read(document).issuers
    else:
        with pytest.raises(ConfigurationError):
            read(document)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("audience: a\naudience: b\n", "stands twice"),
        ("audience: [", "cannot be read"),
        ("[" * 5000, "cannot be read"),
        ("audience: " + "9" * 5000, "cannot be read"),
        ("!!python/object/apply:os.system ['true']", "cannot be read"),
        ("", "is not of type 'object'"),
    ],
)
def test_a_file_that_is_no_document_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "identities.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=complaint):
        configuration.read(file, SCHEMA)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        configuration.read(tmp_path / "none.yaml", SCHEMA)


CLIENT = {"name": "acme", "label": "Acme", "client_id": "gate-web"}


def test_a_way_to_sign_in_is_read_with_its_secret(read: Read, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n", encoding="utf-8")

    stated = read(changed("issuers/0/sign_in", {**CLIENT, "client_secret_file": "secret"}))

    client = stated.issuers[0].client
    assert client is not None
    assert (client.client_id, client.secret) == ("gate-web", "s3cret")
    assert client.scopes == ("openid", "email", "profile")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"client_id": STATED["audience"]}, "the audience of jobs"),
        ({"client_secret_file": "none"}, "cannot be read"),
        ({"client_secret": "s3cret"}, "unexpected"),
        ({"scopes": ["email"]}, "scopes"),
        ({"name": "A B"}, "name"),
        ({"label": ""}, "label"),
    ],
)
def test_a_way_to_sign_in_that_cannot_be_is_refused(
    read: Read, change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        read(changed("issuers/0/sign_in", {**CLIENT, **change}))


def test_two_ways_to_sign_in_have_two_names(read: Read) -> None:
    document = changed("issuers/0/sign_in", CLIENT)
    other = {**ISSUER, "issuer": "https://login.example", "forge": "other", "sign_in": CLIENT}
    other["rules"] = [{**RULE, "when": {"team": "ml"}}]
    document["issuers"].append(other)

    with pytest.raises(ConfigurationError, match="same name"):
        read(document)
