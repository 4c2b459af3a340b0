package gate.checks.risk_tier_test

import data.gate.checks.risk_tier

_tiers := {
	"rank": {"minimal": 1, "limited": 2, "high": 3},
	"default_floor": "limited",
	"floors": {"acme/scorer": "high"},
}

_codes(model, tier) := {reason.code | some reason in found} if {
	found := risk_tier.deny with input as {"release": {"model": model, "risk_tier": tier}}
		with data.gate.tiers as _tiers
}

_scorer := {"namespace": "acme", "name": "scorer"}

_unlisted := {"namespace": "acme", "name": "router"}

test_at_its_floor_passes if _codes(_scorer, "high") == set()

test_below_its_floor_is_denied if _codes(_scorer, "limited") == {"risk_tier.below_floor"}

test_a_model_that_nobody_classified_has_the_default_floor if _codes(_unlisted, "limited") == set()

test_below_the_default_floor_is_denied if _codes(_unlisted, "minimal") == {"risk_tier.below_floor"}

test_above_the_floor_passes if _codes(_unlisted, "high") == set()

test_a_tier_without_a_rank_is_denied if _codes(_scorer, "hihg") == {"risk_tier.floor_unknown"}

test_a_model_without_a_name_has_not_the_default_floor if {
	_codes({"namespace": "acme"}, "high") == {"risk_tier.floor_unknown"}
}

test_without_tiers_everything_is_denied if {
	found := risk_tier.deny with input as {"release": {"model": _scorer, "risk_tier": "high"}}
		with data.gate.tiers as {}
	{reason.code | some reason in found} == {"risk_tier.floor_unknown"}
}
