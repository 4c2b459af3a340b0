package gate.checks.evaluation_test

import data.gate.checks.evaluation

_demand := {"dataset": "sciq", "metric": "accuracy", "unit": "fraction", "params": {"filter": "none"}, "min_n": 1000}

_at_least := object.union(_demand, {"bound": "ci_low", "at_least": 0.85})

_at_most := object.union(_demand, {"bound": "ci_high", "at_most": 0.9})

_value := object.union(_demand, {"bound": "value", "at_least": 0.85})

_thresholds(demands) := {"production": {"high": {
	"max_age_days": 1,
	"min_level": 0.95,
	"accepted_bindings": ["attested", "digest_match"],
	"requirements": demands,
}}}

_result := {
	"dataset": "sciq", "metric": "accuracy", "unit": "fraction", "params": {"filter": "none"},
	"slice": {}, "slice_role": "overall", "status": "ok", "value": 0.86, "n": 1000,
	"uncertainty": {"ci_low": 0.85, "ci_high": 0.9, "level": 0.95},
}

_report := {
	"status": "read", "binding": "digest_match", "results_count": 1, "results": [_result],
	"run": {"status": "complete", "finished_at": 100000},
}

_found(reports, demand) := found if {
	found := evaluation.deny with input as {
		"now": 186400,
		"release": {"stage": "production", "risk_tier": "high"},
		"evaluations": {"submitted": count(reports), "reports": reports},
	}
		with data.gate.thresholds as _thresholds([demand])
}

_codes(reports, demand) := {reason.code | some reason in _found(reports, demand)}

_with(path, value) := _codes([json.patch(_report, [{"op": "add", "path": path, "value": value}])], _at_least)

_without(path) := _codes([json.patch(_report, [{"op": "remove", "path": path}])], _at_least)

test_a_bound_at_the_threshold_passes if _codes([_report], _at_least) == set()

test_a_bound_at_the_limit_passes if _codes([_report], _at_most) == set()

test_a_value_at_the_threshold_passes if _codes([_report], _value) == set()

test_a_bound_below_the_threshold_is_denied_with_numbers if {
	result := json.patch(_result, [{"op": "replace", "path": "/uncertainty/ci_low", "value": 0.783}])
	_found([object.union(_report, {"results": [result]})], _at_least) == {{
		"code": "evaluation.below_threshold",
		"at": "/evaluations/reports/0/results/0",
		"message": "accuracy on sciq: the lower bound is 0.783, not at least 0.85",
		"observed": "0.783",
		"required": "at least 0.85",
	}}
}

test_a_bound_above_the_limit_is_denied if {
	result := json.patch(_result, [{"op": "replace", "path": "/uncertainty/ci_high", "value": 0.91}])
	_codes([object.union(_report, {"results": [result]})], _at_most) == {"evaluation.above_limit"}
}

test_the_better_of_two_reports_does_not_save_the_worse if {
	worse := json.patch(_report, [{"op": "replace", "path": "/results/0/uncertainty/ci_low", "value": 0.1}])
	_codes([_report, worse], _at_least) == {"evaluation.below_threshold"}
}

test_a_value_in_text_is_no_value if {
	result := object.union(_result, {"value": "0.9"})
	_codes([object.union(_report, {"results": [result]})], _value) == {"evaluation.bound_missing"}
}

test_no_interval_is_denied if _without("/results/0/uncertainty") == {"evaluation.bound_missing"}

test_a_narrower_level_is_denied if _with("/results/0/uncertainty/level", 0.5) == {"evaluation.bound_missing"}

test_an_errored_result_is_denied if _with("/results/0/status", "errored") == {"evaluation.bound_missing"}

test_too_few_samples_are_inconclusive if _with("/results/0/n", 999) == {"evaluation.n_too_small"}

test_unknown_samples_are_inconclusive if _without("/results/0/n") == {"evaluation.n_too_small"}

test_percent_are_no_fraction if _with("/results/0/unit", "percent") == {"evaluation.metric_mismatched"}

test_another_filter_is_another_number if _with("/results/0/params/filter", "x") == {"evaluation.metric_mismatched"}

test_a_group_is_not_all if _with("/results/0/slice", {"sex": "f"}) == {"evaluation.metric_mismatched"}

test_another_data_set_pends if _with("/results/0/dataset", "piqa") == {"evaluation.metric_missing"}

test_no_report_pends if _codes([], _at_least) == {"evaluation.none"}

test_a_report_about_other_bytes_is_denied if _with("/binding", "declared") == {"evaluation.binding_not_accepted"}

test_a_partial_run_is_denied if _with("/run/status", "partial") == {"evaluation.partial_run"}

test_an_old_run_is_denied if _with("/run/finished_at", 99999) == {"evaluation.stale"}

test_a_run_from_the_future_is_denied if _with("/run/finished_at", 186401) == {"evaluation.stale"}

test_an_undated_run_is_denied if _without("/run/finished_at") == {"evaluation.stale"}

test_a_result_that_went_missing_is_noticed if _without("/results/0") == {"evaluation.unreadable"}

test_an_unreadable_report_is_denied if {
	_codes([{"status": "unreadable", "message": "not JSON"}], _at_least) == {"evaluation.unreadable"}
}

test_no_demand_is_denied if "evaluation.thresholds_unknown" in _codes([_report], {})

test_a_flattering_bound_is_no_demand if {
	"evaluation.thresholds_unknown" in _codes([_report], object.union(_at_least, {"bound": "ci_high"}))
}

test_nothing_at_all_is_denied if "evaluation.unreadable" in {reason.code | some reason in evaluation.deny} with input as {}
