from __future__ import annotations

from click.testing import CliRunner

from app.cli import main
from app.domain.enforcement import key

TOKEN = "cs_01a2_" + "s" * 43


def test_the_path_holds_the_token_as_a_key() -> None:
    arguments = ["admission", "path", "--stage", "production", "--cluster", "eu-1"]
    answer = CliRunner().invoke(main, [*arguments, "--token", TOKEN])

    start, _, last = answer.output.strip().rpartition("/")
    assert start == "/v1/enforcement/kubernetes/admission/production/eu-1"
    assert key.read(last) == TOKEN
