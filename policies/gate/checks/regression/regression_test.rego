package gate.checks.regression_test

import data.gate.checks.regression

_demand := {"dataset": "mail", "metric": "accuracy", "diff_at_least": -0.02}

_demanded := {"is_demanded": true, "min_level": 0.95, "requirements": [_demand]}

_comparison := {
	"report": 0, "dataset": "mail", "metric": "accuracy", "params": {"filter": "none"}, "slice": {}, "slice_count": 0, "slice_role": "overall",
	"is_comparable": true, "diff_low": -0.02, "level": 0.95,
}

_found(more, comparisons, stated) := found if {
	found := regression.deny with data.gate.regression as {"production": {"high": stated}}
		with input as {
			"release": object.union({"stage": "production", "risk_tier": "high", "model": {"namespace": "acme", "name": "scorer"}}, more),
			"evaluations": {"comparisons": comparisons, "comparisons_count": 1, "reports": [{"binding": "digest_match"}, {"binding": "none"}]},
		}
		with data.gate.thresholds as {"production": {"high": {"accepted_bindings": ["digest_match"]}}}
}

_codes(comparison) := {reason.code | some reason in _found({}, [object.union(_comparison, comparison)], _demanded)}

test_a_bound_at_the_margin_passes if _codes({}) == set()

test_a_bound_below_the_margin_is_denied_with_its_number if {
	found := _found({}, [object.union(_comparison, {"diff_low": -0.03})], _demanded)
	[[reason.code, reason.observed, reason.required] | some reason in found] == [["regression.inferior", "-0.03", "at least -0.02"]]
}

test_unlike_measurements_are_denied if _codes({"is_comparable": false}) == {"regression.not_comparable"}

test_too_low_a_level_is_denied if _codes({"level": 0.9}) == {"regression.not_comparable"}

test_another_metric_is_no_comparison if _codes({"metric": "f1"}) == {"regression.not_compared"}

test_a_group_is_no_comparison_of_the_whole if _codes({"slice_role": "group"}) == {"regression.not_compared"}

test_a_report_that_is_not_bound_compares_other_bytes if _codes({"report": 1}) == {"regression.not_comparable"}

test_parameters_tell_comparisons_apart if {
	strict := object.union(_demanded, {"requirements": [object.union(_demand, {"params": {"filter": "strict"}})]})
	{reason.code | some reason in _found({}, [_comparison], strict)} == {"regression.not_compared"}
	_found({}, [object.union(_comparison, {"params": {"filter": "strict"}})], strict) == set()
}

test_a_comparison_that_went_missing_is_noticed if {
	{reason.code | some reason in _found({}, [], _demanded)} == {"regression.not_compared"}
}

test_the_first_release_has_nothing_to_compare_with if _found({"is_first": true}, [], _demanded) == set()

test_where_nothing_is_demanded_nothing_is_needed if _found({}, [], {"is_demanded": false}) == set()

test_without_a_word_it_is_denied if {
	{reason.code | some reason in _found({}, [], {})} == {"regression.demand_unknown"}
}

_finnish := object.union(_demanded, {"requirements": [object.union(_demand, {"slice": {"language": "fi"}})]})

_of_part(more) := {reason.code | some reason in _found({}, [object.union(object.union(_comparison, {"slice": {"language": "fi"}, "slice_count": 1, "slice_role": "group"}), more)], _finnish)}

test_a_group_that_is_demanded_is_compared_as_a_group if {
	_of_part({}) == set()
	_of_part({"diff_low": -0.03}) == {"regression.inferior"}
}

test_the_whole_is_no_comparison_of_a_group if {
	{reason.code | some reason in _found({}, [_comparison], _finnish)} == {"regression.not_compared"}
}

test_a_smaller_group_does_not_pass_for_it_when_an_attribute_went_missing if {
	_of_part({"slice_count": 2}) == {"regression.not_compared"}
}

test_an_empty_slice_is_the_whole if {
	whole := object.union(_demanded, {"requirements": [object.union(_demand, {"slice": {}})]})
	_found({}, [_comparison], whole) == set()
}

test_the_message_names_the_part if {
	some reason in _found({}, [], _finnish)
	contains(reason.message, "accuracy on mail, language fi")
}
