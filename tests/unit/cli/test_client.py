from __future__ import annotations

import pytest

from app.cli.client import Client, ClientError


@pytest.mark.parametrize(
    "url", ["nonsense", "", "ftp://gate.example", "http://[::1", "http://127.0.0.1:99999"]
)
def test_what_is_no_url_of_a_gate_is_told_as_such(url: str) -> None:
    with pytest.raises(ClientError, match="not the URL of a gate"):
        Client(url, "t").ask("GET", "/v1/caller")


@pytest.mark.parametrize("token", ["a\nb", "a\r"])
def test_a_token_of_two_lines_is_told_as_such(token: str) -> None:
    with pytest.raises(ClientError, match="expected one line"):
        Client("http://127.0.0.1:9", token).ask("GET", "/v1/caller")


def test_a_gate_that_is_not_there_does_not_answer() -> None:
    with pytest.raises(ClientError, match="no answer from the gate at "):
        Client("http://127.0.0.1:9", "t").fetch("/v1/caller")
