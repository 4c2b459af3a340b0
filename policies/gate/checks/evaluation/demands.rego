package gate.checks.evaluation

import data.gate.attestations
import data.gate.measurements

_thresholds := data.gate.thresholds[input.release.stage][input.release.risk_tier]
_demands := {demand | some demand in _thresholds.requirements}
_mentioned := measurements.mentioned(_demands, input.evaluations.reports)
_answers := measurements.answers(_demands, input.evaluations.reports, _attesters)

_attesters contains attester if {
	some attester in attestations.attesters(data.gate.trust.signers, data.gate.statements.types.evaluation, input.release.model)
}
