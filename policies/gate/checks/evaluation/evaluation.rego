# METADATA
# scope: package
# title: Evaluation
# description: >-
#   Every result that policy data demands is there, bound to the release, whole, fresh, of
#   enough samples, and good enough. Of several reports that give a result, all must pass.
# schemas:
#   - input: schema.policy_input
package gate.checks.evaluation

import data.gate.measurements

# METADATA
# title: Thresholds are stated
# description: No demand at all is not a demand that is met.
# custom:
#   code: evaluation.thresholds_unknown
#   remedy: State in data.gate.thresholds what must be measured for this stage and risk tier.
#   who: policy_author
deny contains {
	"code": "evaluation.thresholds_unknown",
	"at": "/release/stage",
	"message": "policy data does not state, whole, what must be measured for this stage and risk tier",
} if {
	not _is_demanding
}

# METADATA
# title: An evaluation report was submitted
# description: Nobody has measured the model yet, or nobody has shown it.
# custom:
#   code: evaluation.none
#   remedy: Evaluate the release, and submit the report.
#   who: submitter
#   pending: true
deny contains {
	"code": "evaluation.none",
	"at": "/evaluations/submitted",
	"message": "no evaluation report was submitted",
} if {
	_is_none_submitted
}

# METADATA
# title: Every report can be read, whole
# description: What could not be read may be what the release fails on.
# custom:
#   code: evaluation.unreadable
#   remedy: Submit reports as the evaluation tool wrote them, in a format that the gate reads.
#   who: submitter
deny contains {
	"code": "evaluation.unreadable",
	"at": "/evaluations/reports",
	"message": sprintf("not every report could be read whole: %s", [_why_unreadable]),
} if {
	not _is_none_submitted
	not _is_readable
}

# METADATA
# title: Every demanded metric is reported
# description: No report speaks of this metric on this data set.
# custom:
#   code: evaluation.metric_missing
#   remedy: Evaluate the release on this data set too, and submit the report.
#   who: submitter
#   pending: true
deny contains {
	"code": "evaluation.metric_missing",
	"at": "/evaluations/reports",
	"message": sprintf("no report gives %s", [measurements.named(demand)]),
	"required": measurements.wanted(demand),
} if {
	_is_readable
	some demand in (_demands - _mentioned)
}

# METADATA
# title: The metric is measured as demanded
# description: Another unit, other parameters or a part of the data is another number.
# custom:
#   code: evaluation.metric_mismatched
#   remedy: Submit a report over the whole data set with the unit and parameters that are demanded.
#   who: submitter
deny contains {
	"code": "evaluation.metric_mismatched",
	"at": "/evaluations/reports",
	"message": sprintf("%s is reported with another unit or parameters, or of a part of the data", [measurements.named(demand)]),
	"required": measurements.wanted(demand),
} if {
	_is_readable
	some demand in _mentioned
	not demand in {answer.demand | some answer in _answers}
}

# METADATA
# title: Every result that answers a demand is sound and good enough
# description: The ways to fall short stand in shortfalls.rego.
deny contains shortfall if some shortfall in _shortfalls

_is_none_submitted if measurements.is_none_submitted(input.evaluations)
_is_readable if measurements.is_readable(input.evaluations)

default _why_unreadable := "reports are missing"

_why_unreadable := why if {
	why := measurements.unreadable(input.evaluations)
	why != ""
}

_is_demanding if {
	is_number(_thresholds.max_age_days)
	is_number(_thresholds.min_level)
	count(_thresholds.accepted_bindings) > 0
	count(_demands) > 0
	every demand in _demands {
		measurements.is_demand(demand)
	}
}
