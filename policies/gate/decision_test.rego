package gate.decision_test

import data.gate

_profiles := {"production": {"high": {"checks": ["change", "risk_tier"]}, "none": {"checks": []}}}

_input := {
	"schema": "countersign.dev/policy-input/v1",
	"now": 1,
	"release": {"stage": "production", "risk_tier": "high"},
}

_pending := {"code": "evaluation.none", "at": "/a", "message": "b"}

_denial := {"code": "change.note_missing", "at": "/a", "message": "b"}

_decision(document, change, risk_tier) := verdict if {
	verdict := gate.decision with input as document
		with data.gate.profiles as _profiles
		with data.gate.checks.change.deny as change
		with data.gate.checks.risk_tier.deny as risk_tier
		with data.gate.catalogue as {"evaluation.none": {"who": "submitter", "how": "c", "pending": true}}
}

_codes(verdict) := [reason.code | some reason in verdict.reasons]

test_no_denial_of_any_check_allows if _decision(_input, set(), set()) == {
	"outcome": "allow",
	"points": {"admission": "allow", "audit": "allow", "ci": "allow", "promotion": "allow"},
	"profile": "production/high",
	"checks": {"expected": ["change", "risk_tier"], "ran": ["change", "risk_tier"]},
	"reasons": [],
	"warnings": [],
	"waived": [],
	"broken_glass": [],
}

test_only_what_can_wait_pends if {
	verdict := _decision(_input, {_pending}, set())
	verdict.outcome == "pending"
	verdict.reasons == [{
		"code": "evaluation.none", "at": "/a", "message": "b",
		"is_pending": true, "who": "submitter", "how": "c",
	}]
}

test_one_denial_among_what_can_wait_denies if _decision(_input, {_pending}, {_denial}).outcome == "deny"

test_a_code_that_the_catalogue_lacks_denies if {
	verdict := _decision(_input, {_denial}, set())
	verdict.outcome == "deny"
	[[reason.who, reason.is_pending] | some reason in verdict.reasons] == [["policy_author", false]]
}

test_a_check_names_who_but_not_that_it_can_wait if {
	verdict := _decision(_input, {object.union(_denial, {"who": "auditor", "is_pending": true})}, set())
	verdict.outcome == "deny"
	verdict.reasons[0].who == "auditor"
}

test_a_check_that_gives_no_set_has_not_run if {
	verdict := _decision(_input, [], set())
	verdict.outcome == "deny"
	_codes(verdict) == ["gate.check_missing"]
	verdict.checks.ran == ["risk_tier"]
}

test_a_denial_that_cannot_be_read_is_no_pass if {
	verdict := _decision(_input, {"no object"}, set())
	verdict.outcome == "deny"
	_codes(verdict) == ["gate.check_missing"]
}

test_an_empty_profile_denies if {
	verdict := _decision(json.patch(_input, [{"op": "replace", "path": "/release/risk_tier", "value": "none"}]), set(), set())
	verdict.outcome == "deny"
	_codes(verdict) == ["gate.profile_unknown"]
	verdict.profile == "none"
}

test_an_unknown_stage_denies if {
	verdict := _decision(json.patch(_input, [{"op": "replace", "path": "/release/stage", "value": "x"}]), set(), set())
	verdict.outcome == "deny"
}

test_an_empty_input_denies if {
	verdict := _decision({}, set(), set())
	verdict.outcome == "deny"
	_codes(verdict) == ["gate.profile_unknown", "gate.input_invalid"]
}

test_a_time_in_text_denies if {
	verdict := _decision(object.union(_input, {"now": "1"}), set(), set())
	_codes(verdict) == ["gate.input_invalid"]
}

test_warnings_are_told_and_do_not_deny if {
	verdict := gate.decision with input as _input
		with data.gate.profiles as _profiles
		with data.gate.checks.change.deny as set()
		with data.gate.checks.risk_tier.deny as set()
		with data.gate.checks.risk_tier.warn as {_denial}
	verdict.outcome == "allow"
	[warning.code | some warning in verdict.warnings] == ["change.note_missing"]
}

test_without_a_catalogue_a_denial_stays if {
	verdict := gate.decision with input as _input
		with data.gate.profiles as _profiles
		with data.gate.checks.change.deny as {_denial}
		with data.gate.checks.risk_tier.deny as set()
		with data.gate.catalogue as null
	verdict.outcome == "deny"
	_codes(verdict) == ["change.note_missing"]
}
