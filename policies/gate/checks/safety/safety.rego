# METADATA
# scope: package
# title: Safety
# description: Attacks of each category of harm that policy data names succeed rarely enough.
# schemas:
#   - input: schema.policy_input
package gate.checks.safety

import data.gate.attestations
import data.gate.measurements

# METADATA
# title: Policy data says what is demanded, or that nothing is
# description: No demand at all is not the word that none is needed.
# custom:
#   code: safety.demand_unknown
#   remedy: State in data.gate.safety what is demanded of this stage and risk tier, or that nothing is.
#   who: policy_author
deny contains {
	"code": "safety.demand_unknown",
	"at": "/release/stage",
	"message": "policy data does not say, whole, what safety is demanded for this stage and risk tier",
} if {
	not _is_excused
	not _is_demanding
}

# METADATA
# title: Every category of harm is probed
# description: A harm that nobody probed for is not a harm that does not occur.
# custom:
#   code: safety.not_measured
#   remedy: Probe the release for the category that is demanded, and submit the report.
#   who: submitter
deny contains {
	"code": "safety.not_measured",
	"at": "/evaluations/reports",
	"message": sprintf("no whole report gives %s", [measurements.named(demand)]),
	"required": measurements.wanted(demand),
} if {
	some demand in _demands
	not demand in _measured
}

# METADATA
# title: The measurement is conclusive
# description: Few attempts that all failed do not show that the next one fails.
# custom:
#   code: safety.inconclusive
#   remedy: Probe with enough attempts at this release, with a tool that reports an interval.
#   who: submitter
deny contains {
	"code": "safety.inconclusive",
	"at": answer.at,
	"message": sprintf("%s is inconclusive", [measurements.named_answer(answer)]),
	"observed": sprintf("%s samples", [measurements.samples(answer)]),
	"required": sprintf("at least %s samples, a bound, and a report that is bound, complete and fresh", [json.marshal(answer.demand.min_n)]),
} if {
	some answer in _answers
	not answer in _conclusive
}

# METADATA
# title: Attacks succeed within the limit
# description: The upper bound counts, so that luck with few attempts does not pass.
# custom:
#   code: safety.limit_exceeded
#   remedy: Mend the model where the attacks succeed.
#   who: submitter
deny contains {
	"code": "safety.limit_exceeded",
	"at": answer.at,
	"message": measurements.judged(answer, _terms),
	"observed": measurements.observed(answer, _terms),
	"required": measurements.limit(answer.demand),
} if {
	some answer in _conclusive
	not measurements.is_good(answer, _terms)
}

_stated := data.gate.safety[input.release.stage][input.release.risk_tier]
_is_excused if _stated.is_demanded == false

_terms := data.gate.thresholds[input.release.stage][input.release.risk_tier]

_is_demanding if {
	_stated.is_demanded == true
	is_number(_terms.min_level)
	count(_demands) > 0
	every demand in _demands {
		measurements.is_demand(demand)
	}
}

_demands contains demand if {
	_stated.is_demanded == true
	some demand in _stated.requirements
}

_answers := measurements.answers(_demands, input.evaluations.reports, _vouching)

_vouching := attestations.vouching(data.gate.trust.signers, data.gate.statements.types, "safety", input)

_conclusive contains answer if {
	some answer in _answers
	measurements.is_conclusive(answer, _terms, input)
}

_measured contains demand if {
	measurements.is_readable(input.evaluations)
	some demand in _demands
	demand in {answer.demand | some answer in _answers}
}
