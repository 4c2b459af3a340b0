# METADATA
# scope: package
# title: Calibration
# description: The model knows how sure it may be, where policy data demands it.
# schemas:
#   - input: schema.policy_input
package gate.checks.calibration

import data.gate.attestations
import data.gate.measurements

# METADATA
# title: Policy data says what is demanded, or that nothing is
# description: No demand at all is not the word that none is needed.
# custom:
#   code: calibration.demand_unknown
#   remedy: State in data.gate.calibration what is demanded of this stage and risk tier, or that nothing is.
#   who: policy_author
deny contains {
	"code": "calibration.demand_unknown",
	"at": "/release/stage",
	"message": "policy data does not say, whole, what calibration is demanded for this stage and risk tier",
} if {
	not _is_excused
	not _is_demanding
}

# METADATA
# title: Calibration is measured as demanded
# description: An error that nobody measured may be any.
# custom:
#   code: calibration.not_measured
#   remedy: Measure the calibration that is demanded, and submit the report.
#   who: submitter
deny contains {
	"code": "calibration.not_measured",
	"at": "/evaluations/reports",
	"message": sprintf("no whole report gives %s", [measurements.named(demand)]),
	"required": measurements.wanted(demand),
} if {
	some demand in _demands
	not demand in _measured
}

# METADATA
# title: The measurement of calibration is conclusive
# description: From few samples, without a bound or of other bytes nothing follows.
# custom:
#   code: calibration.inconclusive
#   remedy: Measure on enough samples of this release, with a tool that reports an interval.
#   who: submitter
deny contains {
	"code": "calibration.inconclusive",
	"at": answer.at,
	"message": sprintf("%s is inconclusive", [measurements.named_answer(answer)]),
	"observed": sprintf("%s samples", [measurements.samples(answer)]),
	"required": sprintf("at least %s samples, a bound, and a report that is bound, complete and fresh", [json.marshal(answer.demand.min_n)]),
} if {
	some answer in _answers
	not answer in _conclusive
}

# METADATA
# title: The calibration error keeps to its limit
# description: A model that is surer than it may be misleads whoever relies on it.
# custom:
#   code: calibration.limit_exceeded
#   remedy: Calibrate the model anew.
#   who: submitter
deny contains {
	"code": "calibration.limit_exceeded",
	"at": answer.at,
	"message": measurements.judged(answer, _terms),
	"observed": measurements.observed(answer, _terms),
	"required": measurements.limit(answer.demand),
} if {
	some answer in _conclusive
	not measurements.is_good(answer, _terms)
}

_stated := data.gate.calibration[input.release.stage][input.release.risk_tier]
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

_vouching := attestations.vouching(data.gate.trust.signers, data.gate.statements.types, "evaluation", input)

_conclusive contains answer if {
	some answer in _answers
	measurements.is_conclusive(answer, _terms, input)
}

_measured contains demand if {
	measurements.is_readable(input.evaluations)
	some demand in _demands
	demand in {answer.demand | some answer in _answers}
}
