package gate.checks.separation_test

import data.gate.checks.separation

_input := {
	"release": {"stage": "production", "risk_tier": "high", "people": {"trained": {"count": 1, "subjects": ["tess"]}}},
	"approvals": {"seats": [{"role": "data_scientist", "filled": 1, "people": ["dora"]}]},
}

_codes(edits, excluded) := {reason.code | some reason in found} if {
	found := separation.deny with input as json.patch(_input, edits)
		with data.gate.quorums as {"production": {"high": {"data_scientist": 1}}}
		with data.gate.separation as {"production": {"high": {"excluded": excluded}}}
}

_set(path, value) := [{"op": "add", "path": path, "value": value}]

test_duties_of_different_people_pass if _codes([], ["trained"]) == set()

test_whoever_trained_does_not_approve if {
	_codes(_set("/approvals/seats/0/people", ["tess"]), ["trained"]) == {"separation.duties_joined"}
}

test_where_no_duty_excludes_everybody_may_approve if {
	_codes(_set("/approvals/seats/0/people", ["tess"]), []) == set()
}

test_a_duty_of_nobody_is_unknown if _codes([], ["labelled"]) == {"separation.people_unknown"}

test_somebody_who_went_missing_is_noticed if {
	_codes(_set("/release/people/trained/count", 2), ["trained"]) == {"separation.people_unknown"}
}

test_an_approver_who_went_missing_is_noticed if {
	_codes(_set("/approvals/seats/0/people", []), ["trained"]) == {"separation.seats_unknown"}
}

test_without_a_rule_it_is_denied if _codes([], "trained") == {"separation.rule_unknown"}
