package gate.checks.calibration_test

import data.gate.checks.calibration

_demand := {"dataset": "mail", "metric": "ece", "unit": "fraction", "params": {}, "bound": "value", "at_most": 0.05, "min_n": 100}

_report := {
	"status": "read", "binding": "digest_match", "run": {"status": "complete", "finished_at": 100},
	"results_count": 1, "results": [{"dataset": "mail", "metric": "ece", "unit": "fraction", "params": {}, "slice": {}, "slice_role": "overall", "status": "ok", "value": 0.05, "n": 100}],
}

_codes(report, stated) := {reason.code | some reason in found} if {
	found := calibration.deny with input as {
		"now": 100,
		"release": {"stage": "production", "risk_tier": "high"},
		"evaluations": {"submitted": 1, "reports": [report]},
	}
		with data.gate.thresholds as {"production": {"high": {"max_age_days": 1, "min_level": 0.95, "accepted_bindings": ["digest_match"]}}}
		with data.gate.calibration as {"production": {"high": stated}}
}

_demanded := {"is_demanded": true, "requirements": [_demand]}

_with(path, value) := _codes(json.patch(_report, [{"op": "add", "path": path, "value": value}]), _demanded)

_without(path) := _codes(json.patch(_report, [{"op": "remove", "path": path}]), _demanded)

test_an_error_at_its_limit_passes if _codes(_report, _demanded) == set()

test_an_error_above_its_limit_is_denied if _with("/results/0/value", 0.06) == {"calibration.limit_exceeded"}

test_where_nothing_is_demanded_nothing_is_needed if _codes({}, {"is_demanded": false}) == set()

test_without_a_word_it_is_denied if _codes(_report, {}) == {"calibration.demand_unknown"}

test_an_empty_demand_is_denied if _codes(_report, {"is_demanded": true, "requirements": []}) == {"calibration.demand_unknown"}

test_an_unreadable_report_measures_nothing if _with("/status", "unreadable") == {"calibration.not_measured"}

test_a_result_that_went_missing_measures_nothing if _without("/results/0") == {"calibration.not_measured"}

test_unknown_samples_are_inconclusive if _without("/results/0/n") == {"calibration.inconclusive"}

test_a_partial_run_is_inconclusive if _with("/run/status", "partial") == {"calibration.inconclusive"}

test_another_metric_is_not_this_one if _with("/results/0/metric", "brier") == {"calibration.not_measured"}
