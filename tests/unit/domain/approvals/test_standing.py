from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import pytest

from app.adapters.engines import practice
from app.domain.approvals.components import Component
from app.domain.approvals.delegation import Stead
from app.domain.approvals.practice import ApproverSigner, Practice
from app.domain.approvals.standing import (
    DAY_SECONDS,
    Approval,
    Standing,
    Subject,
    Vote,
    Why,
    standing,
)
from app.domain.digest import Digest
from tests.builders import a_practice, a_subject, a_vote

QUORUM = {"data_scientist": 1, "risk_compliance": 1}
NOW = a_vote("x").at + 60
WEIGHTS, CARD, REPORTS = Digest.of(b"weights"), Digest.of(b"card"), Digest.of(b"reports")
WHOLE = {
    Component.WEIGHTS: str(WEIGHTS),
    Component.CARD: str(CARD),
    Component.EVALUATIONS: str(REPORTS),
    Component.POLICY: "r1",
}
REVISED = Digest.of(b"another digest of the same version")


def rules(quorum: Mapping[str, int] | None = None, **roles: dict[str, Any]) -> Practice:
    """The practice whose quorum for the smallest release is this, and that judges so."""
    stated = a_practice({"production": {"limited": QUORUM if quorum is None else quorum}})
    stated["approvers"]["roles"] = {**stated["approvers"]["roles"], **roles}
    return practice.read(stated, "r1")


def judging(*judges: str, needs: tuple[str, ...] = (), days: int = 30) -> dict[str, Any]:
    return {"judges": list(judges), "needs": list(needs), "valid_days": days}


def held(
    *votes: Approval,
    on: Subject | None = None,
    by: Practice | None = None,
    excluded: Mapping[str, str] | None = None,
    now: int = NOW,
) -> Standing:
    return standing(votes, by or rules(), on or a_subject(), excluded or {}, now)


def open_seats(found: Standing) -> int:
    return sum(seat.open for seat in found.seats)


def whys(found: Standing) -> list[tuple[str, str, Why, tuple[str, ...]]]:
    return [(one.subject, one.role, one.why, one.what) for one in found.set_aside]


def test_two_people_in_two_roles_fill_the_quorum() -> None:
    assert open_seats(held(a_vote("ada", "data_scientist"), a_vote("ben", "risk_compliance"))) == 0


def test_alice_in_two_roles_and_bob_do_not_fill_three_seats() -> None:
    three = rules({"data_scientist": 1, "product_owner": 1, "risk_compliance": 1})
    votes = a_vote("alice", "data_scientist", "risk_compliance"), a_vote("bob", "product_owner")

    assert open_seats(held(*votes, by=three)) == 1


def test_the_submitters_own_approval_fills_no_seat() -> None:
    votes = a_vote("ada", "data_scientist"), a_vote("ben", "risk_compliance")

    found = held(*votes, excluded={"ben": "submitted"})

    assert found.not_counted == ("ben",)
    assert whys(found) == [("ben", "risk_compliance", Why.EXCLUDED, ("submitted",))]
    assert open_seats(found) == 1


def test_an_excluded_person_can_still_veto() -> None:
    veto = a_vote("ben", "risk_compliance", vote=Vote.VETO)

    assert held(veto, excluded={"ben": "trained"}).vetoed_by == ("ben",)


def test_the_latest_vote_of_a_person_stands() -> None:
    first = a_vote("ada", "data_scientist", vote=Vote.VETO, seq=1)
    then = a_vote("ada", "data_scientist", seq=2)

    found = held(then, first)

    assert found.vetoed_by == ()
    assert found.seats[0].people == ("ada",)


def test_a_comment_is_no_vote_and_takes_none_back() -> None:
    approval = a_vote("ada", "data_scientist", seq=1)
    comment = a_vote("ada", "data_scientist", vote=Vote.COMMENT, seq=2)

    assert held(approval, comment).seats[0].people == ("ada",)
    assert held(comment).seats[0].people == ()


def test_a_withdrawn_vote_fills_no_seat_and_revives_no_earlier_one() -> None:
    votes = [
        a_vote("ada", "data_scientist", seq=1),
        a_vote("ada", "data_scientist", vote=Vote.VETO, seq=2),
        a_vote("ada", "data_scientist", vote=Vote.WITHDRAWN, seq=3),
    ]

    found = held(*votes)

    assert found.seats[0].people == ()
    assert found.vetoed_by == ()


def test_a_role_that_approves_nothing_fills_no_seat() -> None:
    assert open_seats(held(a_vote("ops", "operator"))) == 2


def test_without_a_known_quorum_nothing_is_met() -> None:
    elsewhere = a_subject(risk_tier="high")

    assert not held(a_vote("ada", "data_scientist"), on=elsewhere).is_quorum_known


@pytest.mark.parametrize(
    "then",
    [{"model": "acme/other"}, {"version": "1.4.1"}, {"stage": "staging"}],
    ids=lambda then: next(iter(then)),
)
def test_an_approval_replayed_on_another_release_is_foreign(then: dict[str, str]) -> None:
    found = held(a_vote("ada", "data_scientist", on=a_subject(**then)))

    assert open_seats(found) == 2
    assert whys(found) == [("ada", "data_scientist", Why.FOREIGN, ())]


def test_a_veto_of_the_same_bytes_stands_under_every_name() -> None:
    veto = a_vote("ada", "data_scientist", vote=Vote.VETO, on=a_subject(stage="staging"))

    assert held(veto).vetoed_by == ("ada",)


def test_a_veto_of_other_bytes_under_another_name_is_none() -> None:
    other = a_subject(version="1.3.0", release_digest=REVISED)

    assert held(a_vote("ada", "data_scientist", vote=Vote.VETO, on=other)).vetoed_by == ()


def test_a_change_of_the_card_alone_keeps_the_approvals_of_the_weights() -> None:
    by = rules(
        data_scientist=judging("weights", "evaluations"),
        risk_compliance=judging("weights", "card"),
    )
    then = a_subject(release_digest=REVISED, components=WHOLE)
    now = a_subject(components={**WHOLE, Component.CARD: str(Digest.of(b"another card"))})
    votes = a_vote("ada", "data_scientist", on=then), a_vote("ben", "risk_compliance", on=then)

    found = held(*votes, on=now, by=by)

    assert [seat.people for seat in found.seats] == [("ada",), ()]
    assert whys(found) == [("ben", "risk_compliance", Why.OUTDATED, ("card",))]


@pytest.mark.parametrize("component", Component)
def test_an_approval_is_outdated_by_the_field_that_moved(component: Component) -> None:
    by = rules(data_scientist=judging(*(one.value for one in Component)))
    then = a_subject(release_digest=REVISED, components=WHOLE)
    now = a_subject(components={**WHOLE, component: "moved"})

    found = held(a_vote("ada", "data_scientist", on=then), on=now, by=by)

    assert whys(found) == [("ada", "data_scientist", Why.OUTDATED, (component.value,))]


def test_what_went_missing_has_moved() -> None:
    by = rules(data_scientist=judging("card"))
    bare = {Component.WEIGHTS: str(WEIGHTS), Component.POLICY: "r1"}

    found = held(
        a_vote("ada", "data_scientist", on=a_subject(components=bare)),
        on=a_subject(components=bare),
        by=by,
    )

    assert whys(found) == [("ada", "data_scientist", Why.OUTDATED, ("card",))]


def test_the_same_bytes_are_the_same_weights_whichever_of_them_are_documents() -> None:
    then = a_subject(components={**WHOLE, Component.WEIGHTS: "without the README"})

    assert held(a_vote("ada", "data_scientist", on=then)).seats[0].people == ("ada",)


def test_a_vote_on_other_weights_does_not_replace_one_on_these() -> None:
    elsewhere = a_subject(release_digest=REVISED, components={Component.WEIGHTS: "others"})
    votes = (
        a_vote("ada", "data_scientist", seq=1),
        a_vote("ada", "data_scientist", vote=Vote.VETO, seq=2, on=elsewhere),
    )

    found = held(*votes)

    assert found.seats[0].people == ("ada",)
    assert found.vetoed_by == ()


def test_a_veto_is_not_shaken_off_by_a_change_of_something_else() -> None:
    by = rules(risk_compliance=judging("weights", "card", "evaluations"))
    then = a_subject(release_digest=REVISED, components=WHOLE)
    veto = a_vote("ben", "risk_compliance", vote=Vote.VETO, on=then)
    readme = {**WHOLE, Component.CARD: "another"}
    retrained = {**readme, Component.WEIGHTS: "others", Component.EVALUATIONS: "others"}

    assert held(veto, on=a_subject(components=readme), by=by).vetoed_by == ("ben",)
    assert held(veto, on=a_subject(components=retrained), by=by).vetoed_by == ()


def test_an_approval_ends_at_the_second() -> None:
    vote = a_vote("ada", "data_scientist")
    end = vote.at + 30 * DAY_SECONDS

    assert held(vote, now=end - 1).seats[0].people == ("ada",)
    assert whys(held(vote, now=end)) == [("ada", "data_scientist", Why.EXPIRED, ())]


def test_an_approval_before_the_evidence_was_complete_does_not_count() -> None:
    by = rules(data_scientist=judging("weights", needs=("evaluations",)))
    before = a_subject(components={**WHOLE})
    del before.components[Component.EVALUATIONS]  # type: ignore[attr-defined] # a dict of the test

    found = held(a_vote("ada", "data_scientist", on=before), on=a_subject(components=WHOLE), by=by)

    assert whys(found) == [("ada", "data_scientist", Why.INCOMPLETE, ("evaluations",))]
    after = a_vote("ada", "data_scientist", on=a_subject(components=WHOLE))
    assert held(after, on=a_subject(components=WHOLE), by=by).seats[0].people == ("ada",)


def for_rita(name: str, *own: str, seq: int = 0) -> Approval:
    stead = Stead("rita", "risk_compliance", "d-1")
    return a_vote(name, *own, instead_of=(stead,), seq=seq)


def test_a_delegate_fills_the_delegators_seat_and_is_shown_as_such() -> None:
    found = held(a_vote("ada", "data_scientist"), for_rita("rolf", "product_owner"))

    assert open_seats(found) == 0
    assert [(who, stead.delegator) for who, stead in found.instead_of] == [("rolf", "rita")]


def test_a_delegate_does_not_fill_two_seats() -> None:
    assert open_seats(held(for_rita("ada", "data_scientist"))) == 1


@pytest.mark.parametrize("said", [Vote.APPROVE, Vote.VETO, Vote.WITHDRAWN])
def test_a_delegate_is_not_needed_once_the_delegator_voted(said: Vote) -> None:
    own = a_vote("rita", "risk_compliance", vote=said, seq=1)

    found = held(for_rita("rolf", "product_owner"), own)

    assert ("rolf", "risk_compliance", Why.NOT_NEEDED, ()) in whys(found)


def test_two_delegates_of_one_person_fill_one_seat() -> None:
    two = rules({"risk_compliance": 2})

    found = held(for_rita("rolf", seq=1), for_rita("rosa", seq=2), by=two)

    assert found.seats[0].people == ("rolf",)
    assert whys(found) == [("rosa", "risk_compliance", Why.NOT_NEEDED, ())]


def test_nobody_who_is_excluded_approves_by_way_of_another() -> None:
    found = held(for_rita("rolf", "product_owner"), excluded={"rita": "submitted"})

    assert ("rolf", "risk_compliance", Why.EXCLUDED, ("submitted",)) in whys(found)


def test_somebody_who_is_excluded_approves_for_nobody() -> None:
    found = held(for_rita("rolf"), for_rita("rosa", seq=1), excluded={"rolf": "trained"})

    assert found.seats[1].people == ("rosa",)


def test_a_role_that_policy_data_does_not_describe_fills_no_seat() -> None:
    stated = a_practice({"production": {"limited": {"data_scientist": 1}}})
    stated["approvers"]["roles"] = {"data_scientist": judging("weights")}

    found = held(a_vote("pia", "product_owner"), by=practice.read(stated, "r1"))

    assert [seat.people for seat in found.seats] == [()]


SIGNER = ApproverSigner("ann", "staff", "pinned key", "sha256:" + "ab" * 32)


def signing(*, must: bool) -> Practice:
    """The practice in which risk and compliance has, or has not, to sign; ann has one signer."""
    stated = a_practice({"production": {"limited": {"risk_compliance": 1}}})
    stated["approvers"]["roles"]["risk_compliance"] = {**judging("weights"), "signed": must}
    stated["approvers"]["signers"] = [asdict(SIGNER)]
    return practice.read(stated, "r1")


def test_a_signed_vote_fills_the_seat_of_a_role_that_has_to_sign() -> None:
    found = held(a_vote("ann", "risk_compliance", signed_by=SIGNER), by=signing(must=True))

    assert (open_seats(found), found.set_aside) == (0, ())


@pytest.mark.parametrize(
    "signed_by",
    [None, replace(SIGNER, identity="sha256:" + "cd" * 32), replace(SIGNER, subject="bob")],
    ids=["nobody", "no longer listed", "for another"],
)
def test_an_unsigned_vote_of_a_role_that_has_to_sign_is_set_aside(
    signed_by: ApproverSigner | None,
) -> None:
    found = held(a_vote("ann", "risk_compliance", signed_by=signed_by), by=signing(must=True))

    assert whys(found) == [("ann", "risk_compliance", Why.UNSIGNED, ())]
    assert open_seats(found) == 1


def test_an_unsigned_vote_of_a_role_that_need_not_sign_counts() -> None:
    assert open_seats(held(a_vote("ann", "risk_compliance"), by=signing(must=False))) == 0
    assert open_seats(held(a_vote("ann", "risk_compliance"), by=rules({"risk_compliance": 1}))) == 0


def test_an_unsigned_veto_of_a_role_that_has_to_sign_is_a_veto() -> None:
    veto = a_vote("ann", "risk_compliance", vote=Vote.VETO)

    assert held(veto, by=signing(must=True)).vetoed_by == ("ann",)
