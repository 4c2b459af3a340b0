package gate.checks.monitoring_test

import data.gate.checks.monitoring

_codes(section, stated) := {reason.code | some reason in found} if {
	found := monitoring.deny with input as {
		"release": {"stage": "production", "risk_tier": "high"},
		"model_card": {"status": "read", "sections": {"monitoring": section}},
	}
		with data.gate.monitoring as {"production": {"high": stated}}
}

_plan := {"state": "present", "chars": 1}

test_a_plan_passes if _codes(_plan, {"is_demanded": true}) == set()

test_no_plan_is_denied if _codes({"state": "absent", "chars": 0}, {"is_demanded": true}) == {"monitoring.plan_missing"}

test_where_no_plan_is_demanded_none_is_needed if _codes({}, {"is_demanded": false}) == set()

test_without_a_word_it_is_denied if _codes(_plan, {}) == {"monitoring.rule_unknown"}
