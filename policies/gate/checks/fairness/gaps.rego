package gate.checks.fairness

import data.gate.measurements

# METADATA
# title: The gap between groups is measured
# description: Nobody has looked how far the groups lie apart.
# custom:
#   code: fairness.gap_not_measured
#   remedy: Evaluate the release by the attribute that is demanded, over all of its groups, in one report.
#   who: submitter
_gap_shortfalls contains {
	"code": "fairness.gap_not_measured",
	"at": "/evaluations/reports",
	"message": sprintf("no whole report gives the gap of %s by %s", [measurements.named(demand), demand.attribute]),
	"required": measurements.wanted(demand),
} if {
	some demand in _gap_demands
	not demand in _gaps_measured
}

# METADATA
# title: The gap is conclusive
# description: Among small groups a gap shows by chance, or hides.
# custom:
#   code: fairness.gap_inconclusive
#   remedy: Evaluate every group on enough samples of this release, with counts.
#   who: submitter
_gap_shortfalls contains {
	"code": "fairness.gap_inconclusive",
	"at": answer.at,
	"message": sprintf("the gap of %s is inconclusive", [measurements.named_answer(answer)]),
	"observed": sprintf("%s samples in the smallest group", [measurements.samples(answer)]),
	"required": sprintf("at least %s groups of %s samples, all with a value, and a report that is bound, complete and fresh", [
		json.marshal(answer.demand.min_groups),
		json.marshal(answer.demand.min_n),
	]),
} if {
	some answer in _gap_answers
	not answer in _gaps_conclusive
}

# METADATA
# title: The gap is narrow enough
# description: The upper bound over all pairs of groups counts, so that luck does not pass.
# custom:
#   code: fairness.gap_too_wide
#   remedy: Improve the model for the group that fares worst.
#   who: submitter
_gap_shortfalls contains {
	"code": "fairness.gap_too_wide",
	"at": answer.at,
	"message": sprintf("the gap of %s", [measurements.judged(answer, _terms)]),
	"observed": measurements.observed(answer, _terms),
	"required": measurements.limit(answer.demand),
} if {
	some answer in _gaps_conclusive
	not measurements.is_good(answer, _terms)
}

_gap_demands contains object.union(demand, {"bound": "ci_high"}) if {
	_stated.is_demanded == true
	some demand in _stated.gaps
}

_gap_answers contains answer if {
	some demand in _gap_demands
	some i, report in input.evaluations.reports
	some j, gap in report.gaps
	gap.dataset == demand.dataset
	gap.metric == demand.metric
	gap.unit == demand.unit
	gap.attributes == [demand.attribute]
	every name, value in demand.params {
		gap.params[name] == value
	}
	answer := {
		"demand": demand,
		"gap": gap,
		"report": {"bindings": measurements.bindings(report, _vouching), "run": report.run},
		"result": {"status": "ok", "n": object.get(gap, "smallest_n", "unknown"), "uncertainty": gap, "slice": {"by": demand.attribute}},
		"at": sprintf("/evaluations/reports/%d/gaps/%d", [i, j]),
	}
}

_gaps_conclusive contains answer if {
	some answer in _gap_answers
	measurements.is_conclusive(answer, _terms, input)
	answer.gap.groups >= answer.demand.min_groups
	answer.gap.is_whole == true
}

_gaps_measured contains answer.demand if {
	measurements.is_readable(input.evaluations)
	every report in input.evaluations.reports {
		report.gaps_count == count(report.gaps)
	}
	some answer in _gap_answers
}
