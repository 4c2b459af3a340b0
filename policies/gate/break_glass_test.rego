package gate.break_glass_test

import data.gate

_denial := {"code": "approvals.seat_open", "at": "/a", "message": "a seat is open"}

_input := {
	"schema": "countersign.dev/policy-input/v1",
	"now": 1000000,
	"release": {"digest": "aa", "stage": "production", "risk_tier": "high", "submitted_by": "sam"},
	"approvals": {"break_glass": {"count": 1, "opened": [{
		"id": "bg-1", "release_digest": "aa", "stage": "production", "opened_by": "bea",
		"opened_at": 990000, "expires_at": 1001000,
	}]}},
}

_decision(document, level) := verdict if {
	verdict := gate.decision with input as document
		with data.gate.profiles as {"production": {"high": {
			"checks": ["approvals"],
			"rules": {"approvals.seat_open": {"level": level}},
		}}}
		with data.gate.checks.approvals.deny as {_denial}
		with data.gate.break_glass as {"max_hours": 4, "review_roles": ["governance_lead"]}
		with data.gate.catalogue as {}
}

_with(path, value) := _decision(
	json.patch(_input, [{"op": "replace", "path": path, "value": value}]),
	"emergency",
).outcome

test_broken_glass_lets_an_emergency_rule_through_and_is_told if {
	verdict := _decision(_input, "emergency")
	verdict.outcome == "allow"
	verdict.broken_glass == [{"code": "approvals.seat_open", "at": "/a", "break_glass": ["bg-1"]}]
	[warning.message | some warning in verdict.warnings] == ["glass broken, bg-1: a seat is open"]
}

test_broken_glass_lets_a_soft_rule_through if _decision(_input, "soft").outcome == "allow"

test_broken_glass_lets_no_hard_rule_through if _decision(_input, "hard").outcome == "deny"

test_no_glass_an_emergency_rule_denies if {
	_decision(json.remove(_input, ["/approvals/break_glass"]), "emergency").outcome == "deny"
}

test_glass_is_of_one_release if _with("/approvals/break_glass/opened/0/release_digest", "bb") == "deny"

test_glass_is_of_one_stage if _with("/approvals/break_glass/opened/0/stage", "staging") == "deny"

test_glass_ends_at_the_second if _with("/approvals/break_glass/opened/0/expires_at", 1000000) == "deny"

test_glass_holds_until_the_second_before if _with("/approvals/break_glass/opened/0/expires_at", 1000001) == "allow"

test_glass_begins_at_the_second if _with("/approvals/break_glass/opened/0/opened_at", 1000001) == "deny"

test_glass_for_too_long_lets_nothing_through if _with("/approvals/break_glass/opened/0/expires_at", 1004401) == "deny"

test_nobody_breaks_the_glass_for_oneself if _with("/approvals/break_glass/opened/0/opened_by", "sam") == "deny"
