package gate.checks.fairness_test

import data.gate.checks.fairness

_demand := {"dataset": "mail", "metric": "accuracy", "unit": "fraction", "params": {}, "attribute": "language", "min_groups": 2, "bound": "ci_low", "at_least": 0.7, "min_n": 100}

_report := {
	"status": "read", "binding": "digest_match", "run": {"status": "complete", "finished_at": 100},
	"results_count": 2, "results": [_group("en"), _group("fi")],
}

_group(language) := {
	"dataset": "mail", "metric": "accuracy", "unit": "fraction", "params": {}, "slice": {"language": language}, "slice_role": "group",
	"status": "ok", "value": 0.8, "n": 100, "uncertainty": {"ci_low": 0.7, "level": 0.95},
}

_codes(report, stated) := {reason.code | some reason in found} if {
	found := fairness.deny with input as {
		"now": 100,
		"release": {"stage": "production", "risk_tier": "high"},
		"evaluations": {"submitted": 1, "reports": [report]},
	}
		with data.gate.thresholds as {"production": {"high": {"max_age_days": 1, "min_level": 0.95, "accepted_bindings": ["digest_match"]}}}
		with data.gate.fairness as {"production": {"high": stated}}
}

_demanded := {"is_demanded": true, "requirements": [_demand]}

_with(path, value) := _codes(json.patch(_report, [{"op": "add", "path": path, "value": value}]), _demanded)

_without(path) := _codes(json.patch(_report, [{"op": "remove", "path": path}]), _demanded)

test_groups_that_fare_well_pass if _codes(_report, _demanded) == set()

test_one_group_that_fares_worse_is_denied if _with("/results/1/uncertainty/ci_low", 0.69) == {"fairness.group_too_poor"}

test_where_nothing_is_demanded_nothing_is_needed if _codes({}, {"is_demanded": false}) == set()

test_without_a_word_it_is_denied if _codes(_report, {}) == {"fairness.demand_unknown"}

test_an_empty_demand_is_denied if _codes(_report, {"is_demanded": true, "requirements": []}) == {"fairness.demand_unknown"}

test_an_unreadable_report_measures_nothing if _with("/status", "unreadable") == {"fairness.not_measured"}

test_a_result_that_went_missing_measures_nothing if _without("/results/1") == {"fairness.not_measured"}

test_unknown_samples_are_inconclusive if _without("/results/1/n") == {"fairness.inconclusive"}

test_a_partial_run_is_inconclusive if _with("/run/status", "partial") == {"fairness.inconclusive"}

test_a_group_of_12_is_inconclusive if _with("/results/1/n", 12) == {"fairness.inconclusive"}

test_one_group_is_no_comparison if _with("/results/1/slice", {"language": "en"}) == {"fairness.not_measured"}

test_groups_by_two_attributes_are_others if {
	_with("/results/1/slice", {"language": "fi", "age": "old"}) == {"fairness.not_measured"}
}

test_a_fewest_number_in_text_demands_everything if {
	"fairness.not_measured" in _codes(_report, {"is_demanded": true, "requirements": [object.union(_demand, {"min_groups": "2"})]})
}

_gap_demand := {"dataset": "mail", "metric": "accuracy", "unit": "fraction", "params": {}, "attribute": "language", "min_groups": 2, "min_n": 100, "at_most": 0.1}

_gap := {
	"dataset": "mail", "metric": "accuracy", "unit": "fraction", "params": {}, "attributes": ["language"],
	"groups": 2, "smallest_n": 100, "is_whole": true, "ci_high": 0.1, "level": 0.95,
}

_gap_codes(path, value) := _codes(
	json.patch(object.union(_report, {"gaps_count": 1, "gaps": [_gap]}), [{"op": "add", "path": path, "value": value}]),
	{"is_demanded": true, "gaps": [_gap_demand]},
)

test_a_gap_at_the_limit_passes if _gap_codes("/gaps/0/groups", 2) == set()

test_a_gap_above_the_limit_is_denied if _gap_codes("/gaps/0/ci_high", 0.11) == {"fairness.gap_too_wide"}

test_too_few_groups_are_inconclusive if _gap_codes("/gaps/0/groups", 1) == {"fairness.gap_inconclusive"}

test_a_small_group_makes_it_inconclusive if _gap_codes("/gaps/0/smallest_n", 99) == {"fairness.gap_inconclusive"}

test_a_group_without_a_value_makes_it_inconclusive if _gap_codes("/gaps/0/is_whole", false) == {"fairness.gap_inconclusive"}

test_a_gap_by_another_attribute_is_another if _gap_codes("/gaps/0/attributes", ["age"]) == {"fairness.gap_not_measured"}

test_a_gap_that_went_missing_measures_nothing if _gap_codes("/gaps_count", 2) == {"fairness.gap_not_measured"}

test_a_gap_in_percent_is_another_number if _gap_codes("/gaps/0/unit", "percent") == {"fairness.gap_not_measured"}

test_a_gap_with_other_parameters_is_another if {
	demand := object.union(_gap_demand, {"params": {"split": "test"}})
	report := object.union(_report, {"gaps_count": 1, "gaps": [_gap]})
	_codes(report, {"is_demanded": true, "gaps": [demand]}) == {"fairness.gap_not_measured"}
}
