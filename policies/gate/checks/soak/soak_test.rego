package gate.checks.soak_test

import data.gate.checks.soak

_codes(residences, rule) := {reason.code | some reason in found} if {
	found := soak.deny with input as {"release": {"stage": "production", "risk_tier": "high", "residences": residences, "residences_count": count(residences)}}
		with data.gate.soaks as {"production": {"high": rule}}
}

_rule := {"after": "staging", "seconds": 3600, "is_verified": true}

_there(seconds, verification) := [{"stage": "staging", "seconds": seconds, "verification": verification}]

test_long_enough_and_verified_passes if _codes(_there(3600, "passed"), _rule) == set()

test_a_second_too_short_waits if _codes(_there(3599, "passed"), _rule) == {"soak.too_short"}

test_unverified_waits if _codes(_there(3600, "none"), _rule) == {"soak.not_verified"}

test_a_failed_verification_waits if _codes(_there(3600, "failed"), _rule) == {"soak.not_verified"}

test_without_a_demand_unverified_passes if {
	_codes(_there(3600, "failed"), object.union(_rule, {"is_verified": false})) == set()
}

test_another_stage_does_not_count if {
	_codes([{"stage": "canary", "seconds": 9999, "verification": "passed"}], _rule) == {"soak.too_short", "soak.not_verified"}
}

test_nowhere_waits if _codes([], _rule) == {"soak.too_short", "soak.not_verified"}

test_where_none_is_needed_nowhere_passes if _codes([], {"after": "none"}) == set()

test_half_a_rule_is_denied if _codes(_there(3600, "passed"), {"after": "staging", "seconds": 3600}) == {"soak.rule_unknown"}

test_without_a_rule_it_is_denied if _codes(_there(3600, "passed"), {}) == {"soak.rule_unknown"}

test_where_it_runs_is_not_known_it_is_denied if {
	found := soak.deny with input as {"release": {"stage": "production", "risk_tier": "high"}}
		with data.gate.soaks as {"production": {"high": _rule}}
	{reason.code | some reason in found} == {"soak.residences_unknown", "soak.too_short", "soak.not_verified"}
}
