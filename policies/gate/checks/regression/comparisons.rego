package gate.checks.regression

import data.gate.attestations
import data.gate.measurements

_pairs contains [demand, i] if {
	some demand in _demands
	some i, comparison in input.evaluations.comparisons
	comparison.dataset == demand.dataset
	comparison.metric == demand.metric
	_is_of_part(demand, comparison)
	every name, value in object.get(demand, "params", {}) {
		comparison.params[name] == value
	}
}

# A demand without a slice is of the whole. One with a slice is of exactly that part: an attribute
# that went missing would make a smaller part pass for it, so they are counted.
_is_of_part(demand, comparison) if {
	object.get(demand, "slice", {}) == {}
	comparison.slice_role == "overall"
}

_is_of_part(demand, comparison) if {
	count(demand.slice) > 0
	comparison.slice_role in {"group", "subtask", "category", "perturbation"}
	comparison.slice == demand.slice
	comparison.slice_count == count(demand.slice)
}

_compared contains demand if {
	input.evaluations.comparisons_count == count(input.evaluations.comparisons)
	every comparison in input.evaluations.comparisons {
		is_string(comparison.dataset)
		is_string(comparison.metric)
		is_string(comparison.slice_role)
		is_object(comparison.slice)
		is_object(comparison.params)
	}
	some [demand, _] in _pairs
}

_comparable contains i if {
	some i, comparison in input.evaluations.comparisons
	comparison.is_comparable == true
	is_number(comparison.level)
	comparison.level >= _stated.min_level
	i in _bound
}

# A report about other bytes compares those.
_bound contains i if {
	some i, comparison in input.evaluations.comparisons
	some binding in measurements.bindings(input.evaluations.reports[comparison.report], _vouching)
	binding in data.gate.thresholds[input.release.stage][input.release.risk_tier].accepted_bindings
}

_vouching := attestations.vouching(data.gate.trust.signers, data.gate.statements.types, "evaluation", input)

_upheld contains [demand, i] if {
	some [demand, i] in _pairs
	is_number(input.evaluations.comparisons[i].diff_low)
	input.evaluations.comparisons[i].diff_low >= demand.diff_at_least
}

_why(i) := object.get(input.evaluations.comparisons[i], "why", "the confidence level is too low, or the report is not bound firmly enough to the release")
_low(i) := json.marshal(object.get(input.evaluations.comparisons[i], "diff_low", []))
