# METADATA
# scope: package
# title: Fairness
# description: The worst group of people fares well enough, where policy data demands it.
# schemas:
#   - input: schema.policy_input
package gate.checks.fairness

import data.gate.measurements

# METADATA
# title: Policy data says what is demanded, or that nothing is
# description: No demand at all is not the word that none is needed.
# custom:
#   code: fairness.demand_unknown
#   remedy: State in data.gate.fairness what is demanded of this stage and risk tier, or that nothing is.
#   who: policy_author
deny contains {
	"code": "fairness.demand_unknown",
	"at": "/release/stage",
	"message": "policy data does not say, whole, what fairness is demanded for this stage and risk tier",
} if {
	not _is_excused
	not _is_demanding
}

# METADATA
# title: Every group is measured
# description: A group that nobody looked at may be the one that fares worst.
# custom:
#   code: fairness.not_measured
#   remedy: Evaluate the release by the attribute that is demanded, over all of its groups.
#   who: submitter
deny contains {
	"code": "fairness.not_measured",
	"at": "/evaluations/reports",
	"message": sprintf("no whole report gives %s for as many groups as demanded", [measurements.named(demand)]),
	"required": measurements.wanted(demand),
} if {
	some demand in _demands
	not demand in _measured
}

# METADATA
# title: Every group is large enough to judge
# description: A dozen people neither pass nor fail; leaving them out would hide them.
# custom:
#   code: fairness.inconclusive
#   remedy: Evaluate each group on enough samples of this release, with an interval.
#   who: submitter
deny contains {
	"code": "fairness.inconclusive",
	"at": answer.at,
	"message": sprintf("%s is inconclusive", [measurements.named_answer(answer)]),
	"observed": sprintf("%s samples", [measurements.samples(answer)]),
	"required": sprintf("at least %s samples, a bound, and a report that is bound, complete and fresh", [json.marshal(answer.demand.min_n)]),
} if {
	some answer in _answers
	not answer in _conclusive
}

# METADATA
# title: The worst group keeps to the limit
# description: The mean over all can hide a group for which the model does not work.
# custom:
#   code: fairness.group_too_poor
#   remedy: Improve the model for this group.
#   who: submitter
deny contains {
	"code": "fairness.group_too_poor",
	"at": answer.at,
	"message": measurements.judged(answer, _terms),
	"observed": measurements.observed(answer, _terms),
	"required": measurements.limit(answer.demand),
} if {
	some answer in _conclusive
	not measurements.is_good(answer, _terms)
}

# METADATA
# title: Groups lie close enough together
# description: The ways in which a gap falls short stand in gaps.rego.
deny contains shortfall if some shortfall in _gap_shortfalls
