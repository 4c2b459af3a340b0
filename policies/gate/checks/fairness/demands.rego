package gate.checks.fairness

import data.gate.attestations
import data.gate.measurements

_stated := data.gate.fairness[input.release.stage][input.release.risk_tier]
_is_excused if _stated.is_demanded == false

_terms := data.gate.thresholds[input.release.stage][input.release.risk_tier]

_is_demanding if {
	_stated.is_demanded == true
	is_number(_terms.min_level)
	count(_demands) + count(_gap_demands) > 0
	every demand in _demands | _gap_demands {
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
	is_number(demand.min_groups)
	count({answer.result.slice | some answer in _answers; answer.demand == demand}) >= demand.min_groups
}
