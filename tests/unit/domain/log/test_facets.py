from __future__ import annotations

from typing import Any

from app.domain.log.facets import Facets, facets

BODY: dict[str, Any] = {
    "outcome": "deny",
    "release": {"model": {"namespace": "acme", "name": "credit", "version": "1.0"}},
    "policy": {"revision": "p-1"},
    "reasons": [{"code": "b.y", "message": "Licence missing"}, {"code": "a.x", "message": "no"}],
}


def test_facets_are_read_from_the_body() -> None:
    assert facets(BODY) == Facets(
        "1.0", "p-1", ("a.x", "b.y"), "b y a x licence missing no acme credit 1 0"
    )


def test_nobody_looks_for_words_in_a_plain_allow() -> None:
    assert facets({**BODY, "outcome": "allow", "reasons": []}).words == ""


def test_the_code_of_a_failure_is_a_reason() -> None:
    assert facets({"code": "policy_engine_unavailable"}).reasons == ("policy_engine_unavailable",)


def test_what_is_of_another_type_is_not_there_to_be_found() -> None:
    odd = {"release": 7, "policy": [], "reasons": [None, {"code": 1}, "x"], "comment": {}}

    assert facets(odd) == Facets(None, None, (), "")
