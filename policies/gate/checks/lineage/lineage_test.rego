package gate.checks.lineage_test

import data.gate.checks.lineage

_codes(card, rule) := {reason.code | some reason in found} if {
	found := lineage.deny with input as {"release": {"stage": "production"}, "model_card": card}
		with data.gate.lineage as {"production": rule}
}

_any := {"bases": "any", "allowed": [], "revoked": ["acme/bad"]}

_listed := {"bases": "listed", "allowed": ["acme/base"], "revoked": []}

_card(bases) := {"status": "read", "base_models_count": count(bases), "base_models": [{"id": id} | some id in bases]}

test_no_base_passes if _codes(_card([]), _listed) == set()

test_any_base_passes_where_any_may_be_used if _codes(_card(["acme/x"]), _any) == set()

test_a_revoked_base_is_denied if _codes(_card(["acme/bad", "acme/x"]), _any) == {"lineage.base_revoked"}

test_a_listed_base_passes if _codes(_card(["acme/base"]), _listed) == set()

test_an_unlisted_base_is_denied if _codes(_card(["acme/x"]), _listed) == {"lineage.base_unlisted"}

test_a_base_that_went_missing_is_noticed if {
	_codes({"status": "read", "base_models_count": 1, "base_models": []}, _any) == {"lineage.unreadable"}
}

test_without_a_card_nothing_is_known if _codes({"status": "missing"}, _any) == {"lineage.unreadable"}

test_without_a_rule_it_is_denied if _codes(_card([]), {}) == {"lineage.rule_unknown"}
