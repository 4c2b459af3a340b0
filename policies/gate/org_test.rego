package gate.org_test

import data.gate

_input := {
	"schema": "countersign.dev/policy-input/v1",
	"now": 1,
	"release": {"stage": "production", "risk_tier": "high"},
}

_profiles := {"production": {"high": {"checks": ["change"], "org_checks": ["labels"]}}}

_denial := {"code": "labels.missing", "at": "/a", "message": "b"}

_decision(org) := verdict if {
	verdict := gate.decision with input as _input
		with data.gate.profiles as _profiles
		with data.gate.checks.change.deny as set()
		with data.org as org
}

test_a_check_of_the_organisation_runs_beside_ours if {
	verdict := _decision({"checks": {"labels": {"deny": set()}}})
	verdict.outcome == "allow"
	verdict.checks.ran == ["change", "org/labels"]
}

test_a_check_of_the_organisation_denies if {
	verdict := _decision({"checks": {"labels": {"deny": {_denial}}}})
	verdict.outcome == "deny"
	[[reason.code, reason.who] | some reason in verdict.reasons] == [["labels.missing", "policy_author"]]
}

test_the_organisation_describes_its_codes_itself if {
	verdict := _decision({
		"checks": {"labels": {"deny": {_denial}}},
		"catalogue": {"labels.missing": {"who": "submitter", "how": "Label it.", "pending": true}},
	})
	verdict.outcome == "pending"
	verdict.reasons[0].how == "Label it."
}

test_a_check_of_the_organisation_that_is_not_there_denies if {
	verdict := _decision({})
	verdict.outcome == "deny"
	[reason.code | some reason in verdict.reasons] == ["gate.check_missing"]
}

test_a_check_of_the_organisation_warns if {
	verdict := _decision({"checks": {"labels": {"deny": set(), "warn": {_denial}}}})
	verdict.outcome == "allow"
	[warning.code | some warning in verdict.warnings] == ["labels.missing"]
}
