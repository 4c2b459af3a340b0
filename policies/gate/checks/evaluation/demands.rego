package gate.checks.evaluation

import data.gate.attestations
import data.gate.measurements

_thresholds := data.gate.thresholds[input.release.stage][input.release.risk_tier]
_demands := {demand | some demand in _thresholds.requirements}
_mentioned := measurements.mentioned(_demands, input.evaluations.reports)
_answers := measurements.answers(_demands, input.evaluations.reports, _vouching)

_vouching := attestations.vouching(data.gate.trust.signers, data.gate.statements.types, "evaluation", input)
