package gate.checks.change_plan_test

import data.gate.checks.change_plan

_plans := {
	"demanded": {"production": {"high": true, "limited": false}},
	"plans": {"acme/scorer": {"sha256": "aa", "kinds": ["retrain"]}},
}

_codes(tier, plan) := {reason.code | some reason in found} if {
	found := change_plan.deny with data.gate.change_plans as _plans
		with input as {"release": {
			"stage": "production", "risk_tier": tier,
			"model": {"namespace": "acme", "name": "scorer"}, "change_plan": plan,
		}}
}

test_a_foreseen_change_passes if _codes("high", {"sha256": "aa", "kind": "retrain"}) == set()

test_another_kind_is_denied if _codes("high", {"sha256": "aa", "kind": "x"}) == {"change_plan.kind_unforeseen"}

test_another_plan_is_denied if _codes("high", {"sha256": "bb", "kind": "retrain"}) == {"change_plan.not_approved"}

test_no_plan_is_denied if _codes("high", {}) == {"change_plan.missing"}

test_where_no_plan_is_demanded_none_is_needed if _codes("limited", {}) == set()

test_without_a_word_it_is_denied if "change_plan.rule_unknown" in _codes("minimal", {})
