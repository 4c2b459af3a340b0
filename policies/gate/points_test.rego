package gate.points_test

import data.gate

_denial := {"code": "change.note_missing", "at": "/a", "message": "no note"}

_input := {
	"schema": "countersign.dev/policy-input/v1",
	"now": 1000000,
	"calendar": {"utc": "2026-11-24T06:00:00Z"},
	"release": {"digest": "aa", "stage": "production", "risk_tier": "high", "submitted_by": "sam"},
	"waivers": [{
		"id": "w-1", "code": "change.note_missing", "release_digest": "aa", "stage": "production",
		"requested_by": "pia", "approved_by": "gus", "approved_as": "governance_lead",
		"not_before": 900000, "expires_at": 1100000,
	}],
}

_decision(attachment) := _with_rules({"change.note_missing": attachment})

_with_rules(rules) := verdict if {
	verdict := gate.decision with input as _input
		with data.gate.profiles as {"production": {"high": {"checks": ["change"], "rules": rules}}}
		with data.gate.checks.change.deny as {_denial}
		with data.gate.waivers as {"roles": ["governance_lead"], "max_days": 3}
		with data.gate.catalogue as {}
}

_points(attachment) := _decision(attachment).points

_everywhere := {"admission": "deny", "audit": "deny", "ci": "deny", "promotion": "deny"}

_but(changed) := object.union(_everywhere, changed)

test_a_rule_without_points_denies_at_all if _points({"level": "hard"}) == _everywhere

test_a_rule_that_advises_at_one_point_denies_over_all if {
	verdict := _decision({"points": {"ci": "advisory"}})
	verdict.outcome == "deny"
	verdict.points == _but({"ci": "allow"})
	verdict.reasons[0].points == ["admission", "audit", "promotion"]
}

test_a_reason_that_objects_at_all_points_says_no_point if {
	object.get(_decision({"level": "hard"}).reasons[0], "points", "none") == "none"
}

test_a_point_can_be_harder_than_the_others if {
	verdict := _decision({"level": "advisory", "points": {"promotion": "hard"}})
	verdict.outcome == "deny"
	verdict.points == object.union(_but({"admission": "allow", "audit": "allow"}), {"ci": "allow"})
}

test_a_rule_that_advises_at_all_points_only_advises if {
	levels := {"admission": "advisory", "audit": "advisory", "ci": "advisory", "promotion": "advisory"}
	verdict := _decision({"points": levels})
	verdict.outcome == "allow"
	[warning.message | some warning in verdict.warnings] == ["advice: no note"]
}

test_an_unknown_level_at_a_point_is_hard if _points({"level": "advisory", "points": {"ci": "advisry"}}).ci == "deny"

test_an_unknown_point_changes_nothing if _points({"points": {"cli": "advisory"}}) == _everywhere

test_points_that_are_no_object_change_nothing if _points({"points": ["ci"]}) == _everywhere

test_a_waiver_covers_where_the_rule_is_soft if {
	verdict := _decision({"points": {"admission": "soft"}})
	verdict.points == _but({"admission": "allow"})
	verdict.waived == [{"code": "change.note_missing", "at": "/a", "waivers": ["w-1"]}]
}

test_the_gates_own_reasons_object_at_all_points_whatever_data_says if {
	verdict := gate.decision with input as _input
		with data.gate.profiles as {"production": {"high": {
			"checks": ["cahnge"],
			"rules": {"gate.check_missing": {"points": {"ci": "advisory"}}},
		}}}
	verdict.points == _everywhere
}

test_a_day_that_has_not_come_is_so_at_all_points if {
	verdict := _decision({"effective_on": "2027-01-01T00:00:00Z", "points": {"ci": "advisory"}})
	verdict.outcome == "allow"
	[warning.message | some warning in verdict.warnings] == ["denies from 2027-01-01T00:00:00Z: no note"]
}
