package gate.attachments_test

import data.gate

_denial := {"code": "change.note_missing", "at": "/a", "message": "no note"}

_input := {
	"schema": "countersign.dev/policy-input/v1",
	"now": 1000000,
	"calendar": {"utc": "2026-11-24T06:00:00Z"},
	"release": {"digest": "aa", "stage": "production", "risk_tier": "high", "submitted_by": "sam"},
	"waivers": [_waiver],
}

_waiver := {
	"id": "w-1", "code": "change.note_missing", "release_digest": "aa", "stage": "production",
	"requested_by": "pia", "approved_by": "gus", "approved_as": "governance_lead",
	"not_before": 900000, "expires_at": 1100000,
}

_decision(document, attachment) := verdict if {
	verdict := gate.decision with input as document
		with data.gate.profiles as {"production": {"high": {"checks": ["change"], "rules": attachment}}}
		with data.gate.checks.change.deny as {_denial}
		with data.gate.waivers as {"roles": ["governance_lead"], "max_days": 3}
		with data.gate.catalogue as {}
}

_attached(attachment) := _decision(_input, {"change.note_missing": attachment})

_waived_with(path, value) := _decision(
	json.patch(_input, [{"op": "replace", "path": path, "value": value}]),
	{"change.note_missing": {"level": "soft"}},
).outcome

_told(verdict) := [warning.message | some warning in verdict.warnings]

test_a_rule_attached_without_a_word_is_hard if _decision(_input, {}).outcome == "deny"

test_a_hard_rule_is_not_waived if _attached({"level": "hard"}).outcome == "deny"

test_an_unknown_level_is_hard if _attached({"level": "sfot"}).outcome == "deny"

test_an_advisory_rule_only_advises if {
	verdict := _attached({"level": "advisory"})
	verdict.outcome == "allow"
	_told(verdict) == ["advice: no note"]
}

test_a_rule_whose_day_has_not_come_warns_with_its_day if {
	verdict := _attached({"effective_on": "2027-01-01T00:00:00Z"})
	verdict.outcome == "allow"
	_told(verdict) == ["denies from 2027-01-01T00:00:00Z: no note"]
}

test_a_rule_denies_from_its_day_on if _attached({"effective_on": "2026-11-24T06:00:00Z"}).outcome == "deny"

test_a_day_in_numbers_is_no_day if _attached({"effective_on": 99999999}).outcome == "deny"

test_without_a_calendar_every_day_has_come if {
	document := json.remove(_input, ["/calendar"])
	_decision(document, {"change.note_missing": {"effective_on": "2027-01-01T00:00:00Z"}}).outcome == "deny"
}

test_a_soft_rule_can_be_waived_and_the_waiver_is_told if {
	verdict := _attached({"level": "soft"})
	verdict.outcome == "allow"
	_told(verdict) == ["waived by w-1: no note"]
	verdict.waived == [{"code": "change.note_missing", "at": "/a", "waivers": ["w-1"]}]
}

_model_waiver(model) := json.patch(_input, [
	{"op": "add", "path": "/release/model", "value": {"namespace": "acme", "name": "scorer"}},
	{"op": "remove", "path": "/waivers/0/release_digest"},
	{"op": "add", "path": "/waivers/0/model", "value": model},
])

_soft := {"change.note_missing": {"level": "soft"}}

test_a_waiver_of_the_model_covers_its_releases if {
	_decision(_model_waiver("acme/scorer"), _soft).outcome == "allow"
}

test_a_waiver_of_another_model_covers_nothing if {
	_decision(_model_waiver("acme/other"), _soft).outcome == "deny"
}

test_an_expired_waiver_covers_nothing if _waived_with("/waivers/0/expires_at", 1000000) == "deny"

test_a_waiver_of_the_future_covers_nothing if _waived_with("/waivers/0/not_before", 1000001) == "deny"

test_a_waiver_that_lasts_too_long_covers_nothing if _waived_with("/waivers/0/not_before", 840799) == "deny"

test_a_waiver_of_the_longest_time_covers if _waived_with("/waivers/0/not_before", 840800) == "allow"

test_a_waiver_for_other_bytes_covers_nothing if _waived_with("/waivers/0/release_digest", "bb") == "deny"

test_a_waiver_for_another_stage_covers_nothing if _waived_with("/waivers/0/stage", "staging") == "deny"

test_a_waiver_of_another_code_covers_nothing if _waived_with("/waivers/0/code", "change.x") == "deny"

test_a_waiver_approved_in_another_role_covers_nothing if _waived_with("/waivers/0/approved_as", "auditor") == "deny"

test_nobody_waives_for_oneself if _waived_with("/waivers/0/approved_by", "pia") == "deny"

test_the_submitter_waives_nothing if _waived_with("/waivers/0/approved_by", "sam") == "deny"

test_the_gates_own_reasons_are_hard_whatever_data_says if {
	verdict := gate.decision with input as _input
		with data.gate.profiles as {"production": {"high": {
			"checks": ["cahnge"],
			"rules": {"gate.check_missing": {"level": "advisory", "effective_on": "2027-01-01T00:00:00Z"}},
		}}}
	verdict.outcome == "deny"
}
