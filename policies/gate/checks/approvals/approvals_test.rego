package gate.checks.approvals_test

import data.gate.checks.approvals

_quorums := {"production": {"high": {"data_scientist": 1, "risk_compliance": 2}}}

_seats := [
	{"role": "data_scientist", "required": 1, "filled": 1, "open": 0, "people": ["dora"]},
	{"role": "risk_compliance", "required": 2, "filled": 2, "open": 0, "people": ["rita", "rolf"]},
]

_input := {
	"now": 1000,
	"release": {"digest": "aa", "stage": "production", "risk_tier": "high", "submitted_by": "sam"},
	"approvals": {
		"is_quorum_known": true, "seats": _seats, "vetoes": {"count": 0, "by": []},
		"break_glass": {"count": 0, "opened": []},
	},
}

_found(edits) := found if {
	found := approvals.deny with input as json.patch(_input, edits) with data.gate.quorums as _quorums
}

_codes(edits) := {reason.code | some reason in _found(edits)}

_set(path, value) := {"op": "add", "path": path, "value": value}

test_a_full_quorum_passes if _codes([]) == set()

test_an_open_seat_pends_on_its_role if {
	found := _found([
		_set("/approvals/seats/1/filled", 1),
		_set("/approvals/seats/1/open", 1),
		_set("/approvals/seats/1/people", ["rita"]),
	])
	found == {{
		"code": "approvals.seat_open",
		"at": "/approvals/seats/1",
		"message": "1 of 2 approvals in the role risk_compliance",
		"observed": "1 of 2",
		"required": "2 of 2",
		"who": "risk_compliance",
	}}
}

test_one_person_in_two_seats_is_denied if {
	_codes([_set("/approvals/seats/0/people", ["rita"])]) == {"approvals.seats_outdated"}
}

test_the_submitter_in_a_seat_is_denied if {
	_codes([_set("/approvals/seats/0/people", ["sam"])]) == {"approvals.seats_outdated"}
}

test_an_unknown_submitter_is_denied if {
	_codes([{"op": "remove", "path": "/release/submitted_by"}]) == {"approvals.seats_outdated"}
}

test_seats_of_an_older_quorum_are_denied if {
	_codes([_set("/approvals/seats/1/required", 1)]) == {"approvals.seats_outdated"}
}

test_a_seat_too_many_is_denied if {
	_codes([_set("/approvals/seats/2", _seats[0])]) == {"approvals.seats_outdated"}
}

test_more_people_than_counted_are_denied if {
	_codes([_set("/approvals/seats/1/people", ["rita"])]) == {"approvals.seats_outdated"}
}

test_a_veto_is_denied if {
	edits := [_set("/approvals/vetoes", {"count": 1, "by": ["rolf"]})]
	_codes(edits) == {"approvals.vetoed"}
}

test_unknown_vetoes_are_denied if _codes([{"op": "remove", "path": "/approvals/vetoes"}]) == {"approvals.vetoed"}

test_no_quorum_is_denied if {
	found := approvals.deny with input as _input with data.gate.quorums as {"production": {"high": {}}}
	{reason.code | some reason in found} == {"approvals.quorum_unknown"}
}

test_a_quorum_of_nobody_is_denied if {
	found := approvals.deny with input as _input with data.gate.quorums as {"production": {"high": {"data_scientist": 0}}}
	{reason.code | some reason in found} == {"approvals.quorum_unknown"}
}

test_a_quorum_that_the_gate_does_not_know_is_denied if {
	_codes([_set("/approvals/is_quorum_known", false)]) == {"approvals.quorum_unknown"}
}

_glass := {"release_digest": "aa", "stage": "production", "opened_at": 900, "expires_at": 1001}

_owed(edits) := _codes([_set("/approvals/break_glass", {"count": 1, "opened": [object.union(_glass, edits)]})])

test_an_emergency_of_this_release_owes_nothing_yet if _owed({}) == set()

test_an_emergency_that_is_over_owes_its_review if _owed({"expires_at": 1000}) == {"approvals.review_owed"}

test_an_emergency_of_another_release_owes_its_review if _owed({"release_digest": "bb"}) == {"approvals.review_owed"}

test_an_emergency_on_another_stage_owes_its_review if _owed({"stage": "staging"}) == {"approvals.review_owed"}

test_an_emergency_that_went_missing_is_noticed if {
	_codes([_set("/approvals/break_glass", {"count": 1, "opened": []})]) == {"approvals.review_owed"}
}

test_unknown_emergencies_are_denied if {
	_codes([{"op": "remove", "path": "/approvals/break_glass"}]) == {"approvals.review_owed"}
}
