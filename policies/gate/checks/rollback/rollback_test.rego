package gate.checks.rollback_test

import data.gate.checks.rollback

_rollbacks := {"production": {"high": {"target": "always"}, "limited": {"target": "after_first"}, "minimal": {"target": "never"}}}

_target := {"version": "1.0.0", "release_digest": "bb", "is_released": true}

_release(tier, more) := object.union({"digest": "aa", "stage": "production", "risk_tier": tier}, more)

_codes(release) := {reason.code | some reason in found} if {
	found := rollback.deny with input as {"release": release} with data.gate.rollbacks as _rollbacks
}

test_a_released_target_passes if _codes(_release("high", {"rollback": _target})) == set()

test_no_target_is_denied if _codes(_release("high", {})) == {"rollback.target_missing"}

test_where_no_target_is_needed_none_passes if _codes(_release("minimal", {})) == set()

test_the_first_release_needs_no_target if _codes(_release("limited", {"is_first": true})) == set()

test_a_later_release_needs_one if _codes(_release("limited", {"is_first": false})) == {"rollback.target_missing"}

test_without_knowing_it_is_not_the_first if _codes(_release("limited", {})) == {"rollback.target_missing"}

test_even_the_first_release_needs_one_if_always if _codes(_release("high", {"is_first": true})) == {"rollback.target_missing"}

test_a_target_that_was_not_released_is_denied if {
	target := object.union(_target, {"is_released": false})
	_codes(_release("high", {"rollback": target})) == {"rollback.target_not_released"}
}

test_the_release_itself_is_no_target if {
	target := object.union(_target, {"release_digest": "aa"})
	_codes(_release("high", {"rollback": target})) == {"rollback.target_is_release"}
}

test_without_a_rule_it_is_denied if "rollback.rule_unknown" in _codes(_release("unheard_of", {"rollback": _target}))
