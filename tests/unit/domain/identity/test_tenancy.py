from __future__ import annotations

import pytest

from app.domain.entry import Draft, Entry, Kind, seal
from app.domain.errors import NotFoundError
from app.domain.identity import tenancy
from app.domain.log.question import Question
from tests.builders import a_caller, a_scope

BOUND = a_caller("ci", scope=a_scope("acme"))


def an_entry(model: str | None) -> Entry:
    draft = Draft("d-1", Kind.DECISION, "ci", {}, model=model)
    return Entry("log", 0, "d-1", Kind.DECISION, 0, "ci", seal(draft, "log", 0, 0))


@pytest.mark.parametrize(
    ("model", "is_seen"),
    [
        ("acme/scorer", True),
        ("acme2/scorer", False),
        ("Acme/scorer", False),
        ("globex/acme", False),
        (None, False),
    ],
)
def test_an_entry_is_seen_by_those_of_its_project(model: str | None, *, is_seen: bool) -> None:
    assert tenancy.may_see(BOUND, an_entry(model)) is is_seen


@pytest.mark.parametrize("model", ["acme/scorer", None])
def test_whoever_holds_every_project_sees_everything(model: str | None) -> None:
    assert tenancy.may_see(a_caller("olga"), an_entry(model))


def test_what_is_of_another_project_is_as_if_it_were_not_there() -> None:
    with pytest.raises(NotFoundError) as foreign:
        tenancy.must_see(BOUND, an_entry("globex/scorer"), "decision 'd-1'")
    with pytest.raises(NotFoundError) as none:
        tenancy.must_see(BOUND, None, "decision 'd-1'")

    assert foreign.value.message == none.value.message


def test_lists_leave_out_other_projects() -> None:
    own, foreign = an_entry("acme/scorer"), an_entry("globex/scorer")

    assert tenancy.seen(BOUND, [foreign, own]) == (own,)


def test_a_project_outside_the_scope_is_not_there() -> None:
    tenancy.must_see_project(BOUND, "acme", "model")
    with pytest.raises(NotFoundError, match="no model"):
        tenancy.must_see_project(BOUND, "globex", "model")


def test_a_question_is_narrowed_to_the_scope() -> None:
    assert tenancy.within(BOUND, Question()).projects == frozenset({"acme"})
    assert tenancy.within(a_caller("olga"), Question()).projects is None
