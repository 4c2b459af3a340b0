from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import main
from tests.places import Place, a_place
from tests.signing import IDENTITY, ISSUER


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return a_place(tmp_path)


# Batches

GOOD = {
    "id": "good",
    "artifact": "../model/model.safetensors",
    "bundle": "../file.bundle",
    "trusted_root": "../acme.json",
    "identity": IDENTITY,
    "issuer": ISSUER,
}


def batch(place: Place, *lines: object) -> tuple[int, list[dict[str, Any]]]:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path = place.write("requests/batch.jsonl", "\n".join(texts).encode())
    answered = CliRunner().invoke(main, ["verify", "--batch", str(path)])
    return answered.exit_code, [json.loads(line) for line in answered.stdout.splitlines()]


def test_a_batch_answers_every_line_with_its_id(place: Place) -> None:
    code, answers = batch(place, GOOD, GOOD | {"id": 2, "identity": "x"}, "", GOOD | {"id": None})

    assert code == 1
    assert [(a["id"], a["verified"], a["code"]) for a in answers] == [
        ("good", True, "verified"),
        (2, False, "identity_mismatch"),
        (None, True, "verified"),
    ]
    assert answers[0]["claims"]["issuer"] == ISSUER
    assert answers[1]["claims"] == {}


def test_a_batch_of_good_bundles_exits_with_zero(place: Place) -> None:
    assert batch(place, GOOD, GOOD)[0] == 0


def test_a_batch_without_requests_has_verified_nothing(place: Place) -> None:
    assert batch(place, "")[0] == 3


def test_a_batch_that_is_not_there_has_verified_nothing(tmp_path: Path) -> None:
    answered = CliRunner().invoke(main, ["verify", "--batch", str(tmp_path / "absent")])

    assert answered.exit_code == 3
    assert "could not check" in answered.stderr


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        GOOD | {"skip_log": True},
        GOOD | {"artifact": 7},
        GOOD | {"identity": ""},
        GOOD | {"cert_roots": "a.pem"},
        GOOD | {"ignore_paths": [1]},
        {key: value for key, value in GOOD.items() if key != "bundle"},
        '{"id": 1, "id": 2}',
    ],
)
def test_a_line_that_is_no_request_is_answered_and_not_verified(place: Place, line: object) -> None:
    code, answers = batch(place, line, GOOD)

    assert code == 3
    assert [answer["verified"] for answer in answers] == [False, True]
    assert answers[0]["code"] == "request_invalid"
    assert 0 < len(answers[0]["reason"]) < 300


def test_a_reason_stays_short_and_shows_where_two_long_names_part(place: Place) -> None:
    almost = "https://ci.example/" + "x" * 1000

    _, (answer,) = batch(place, GOOD | {"identity": f"{almost}@main"})

    assert answer["code"] == "identity_mismatch"
    assert answer["reason"].endswith("@main'")
    assert len(answer["reason"]) < 300


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sha256": "0" * 64}, "request_invalid"),
        ({"artifact": None, "sha256": "zz"}, "request_invalid"),
        ({"skip": 1}, "request_invalid"),
        ({"artifact": "absent"}, "unreadable_input"),
        ({"artifact": None, "model": "absent"}, "unreadable_input"),
        ({"bundle": "."}, "unreadable_input"),
        ({"trusted_root": "absent"}, "trust_unusable"),
        ({"trusted_root": "requests.jsonl"}, "trust_unusable"),
        ({"key": "requests.jsonl"}, "trust_unusable"),
    ],
    ids=str,
)
def test_what_kept_a_request_from_being_checked_has_a_code(
    place: Place, change: dict[str, object], code: str
) -> None:
    exit_code, (answer,) = batch(place, GOOD | change)

    assert (exit_code, answer["verified"], answer["code"]) == (3, False, code)


SIGNED_MODEL = {
    "model": "../model",
    "bundle": "../model/model.sig",
    "trusted_root": "../acme.json",
}


@pytest.mark.parametrize(
    ("ignored", "code"), [("../model/cache", 0), ("cache", 0), ("other", 1), ("cach", 1)]
)
def test_paths_to_leave_out_are_relative_to_the_file_or_the_model(
    place: Place, ignored: str, code: int
) -> None:
    place.write("model/cache/x", b"")

    assert batch(place, SIGNED_MODEL | {"ignore_paths": [ignored]})[0] == code


def test_leaving_out_paths_of_one_model_leaves_out_none_of_the_next(place: Place) -> None:
    place.write("model/plugin.py", b"import os")

    _, answers = batch(place, SIGNED_MODEL | {"ignore_paths": ["plugin.py"]}, SIGNED_MODEL)

    assert [answer["verified"] for answer in answers] == [True, False]


@pytest.mark.parametrize("member", ["artifact", "bundle", "key", "trusted_root"])
@pytest.mark.parametrize("path", ["pipe", "/dev/zero", "x" * 5000])
def test_a_path_that_may_never_end_or_open_holds_nothing_up(
    place: Place, member: str, path: str
) -> None:
    place.write("requests/x", b"")
    os.mkfifo(place.folder / "requests" / "pipe")

    code, answers = batch(place, GOOD | {member: path}, GOOD)

    assert code == 3
    assert [answer["verified"] for answer in answers] == [False, True]


def test_a_circle_of_links_holds_nothing_up(place: Place) -> None:
    place.write("requests/x", b"")
    (place.folder / "requests" / "circle").symlink_to("circle")
    circle = SIGNED_MODEL | {"model": "circle", "ignore_paths": ["circle"]}

    _, answers = batch(place, circle, GOOD)

    assert [answer["verified"] for answer in answers] == [False, True]


def test_a_byte_order_mark_is_no_part_of_the_first_request(place: Place) -> None:
    code, answers = batch(place, "\ufeff" + json.dumps(GOOD))

    assert (code, answers[0]["verified"]) == (0, True)
