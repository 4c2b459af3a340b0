package gate.checks.regression

_pairs contains [demand, i] if {
	some demand in _demands
	some i, comparison in input.evaluations.comparisons
	comparison.dataset == demand.dataset
	comparison.metric == demand.metric
}

_compared contains demand if {
	input.evaluations.comparisons_count == count(input.evaluations.comparisons)
	every comparison in input.evaluations.comparisons {
		is_string(comparison.dataset)
		is_string(comparison.metric)
	}
	some [demand, _] in _pairs
}

_comparable contains i if {
	some i, comparison in input.evaluations.comparisons
	comparison.is_comparable == true
	is_number(comparison.level)
	comparison.level >= _stated.min_level
}

_upheld contains [demand, i] if {
	some [demand, i] in _pairs
	is_number(input.evaluations.comparisons[i].diff_low)
	input.evaluations.comparisons[i].diff_low >= demand.diff_at_least
}

_why(i) := object.get(input.evaluations.comparisons[i], "why", "the confidence level is too low or unknown")
_low(i) := json.marshal(object.get(input.evaluations.comparisons[i], "diff_low", []))
