package gate.checks.evaluation

import data.gate.measurements

# METADATA
# title: The report is bound to the release
# description: A report about other bytes says nothing of these.
# custom:
#   code: evaluation.binding_not_accepted
#   remedy: Submit a report that names the release by its digest or revision, or an attestation.
#   who: submitter
_shortfalls contains _about(answer, "evaluation.binding_not_accepted", "the report that gives %s is not bound firmly enough to the release", {
	"observed": measurements.bound_by(answer),
	"required": concat(" or ", _thresholds.accepted_bindings),
}) if {
	some answer in _answers
	not measurements.is_bound(answer, _thresholds)
}

# METADATA
# title: The evaluation ran to its end
# description: A part of the samples may be the easy part.
# custom:
#   code: evaluation.partial_run
#   remedy: Evaluate the release over the whole data set, without a limit.
#   who: submitter
_shortfalls contains _about(answer, "evaluation.partial_run", "the run that gives %s is not known to be complete", {"required": "complete"}) if {
	some answer in _answers
	not measurements.is_finished(answer)
}

# METADATA
# title: The evaluation is fresh
# description: Data, tools and the world move on; so does an undated report, unseen.
# custom:
#   code: evaluation.stale
#   remedy: Evaluate the release anew, with a tool that dates its report.
#   who: submitter
_shortfalls contains _about(answer, "evaluation.stale", "the run that gives %s is too old, undated or from the future", {"required": sprintf("at most %s days old", [json.marshal(_thresholds.max_age_days)])}) if {
	some answer in _answers
	not measurements.is_fresh(answer, _thresholds, input)
}

# METADATA
# title: There are enough samples
# description: From too few samples nothing follows, neither good nor bad.
# custom:
#   code: evaluation.n_too_small
#   remedy: Evaluate the release on at least the number of samples that is demanded.
#   who: submitter
_shortfalls contains _about(answer, "evaluation.n_too_small", "%s is inconclusive: there are too few samples", {
	"observed": measurements.samples(answer),
	"required": sprintf("at least %s", [json.marshal(answer.demand.min_n)]),
}) if {
	some answer in _answers
	not measurements.is_ample(answer)
}

# METADATA
# title: The bound that is compared is reported
# description: A value without the interval that is demanded cannot be held against it.
# custom:
#   code: evaluation.bound_missing
#   remedy: Submit a report that gives the value, and its standard error or interval.
#   who: submitter
_shortfalls contains _about(answer, "evaluation.bound_missing", "%s is reported without what is compared", {"required": measurements.wanted(answer.demand)}) if {
	some answer in _answers
	not measurements.is_bounded(answer, _thresholds)
}

# METADATA
# title: The metric keeps to its threshold
# description: The bound is compared, so that luck with few samples does not pass.
# custom:
#   code: evaluation.below_threshold
#   remedy: Improve the model, or ask the policy author whether the threshold is right.
#   who: submitter
_shortfalls contains _judgement("evaluation.below_threshold", answer) if {
	some answer in _poor
	is_number(answer.demand.at_least)
}

# METADATA
# title: The metric stays within its limit
# description: The bound is compared, so that luck with few samples does not pass.
# custom:
#   code: evaluation.above_limit
#   remedy: Improve the model, or ask the policy author whether the limit is right.
#   who: submitter
_shortfalls contains _judgement("evaluation.above_limit", answer) if {
	some answer in _poor
	is_number(answer.demand.at_most)
}

_shortfalls contains outdated if some outdated in _outdated

_poor contains answer if {
	some answer in _answers
	measurements.is_bounded(answer, _thresholds)
	not measurements.is_good(answer, _thresholds)
}

_about(answer, code, text, more) := object.union(more, {
	"code": code,
	"at": answer.at,
	"message": sprintf(text, [measurements.named(answer.demand)]),
})

_judgement(code, answer) := {
	"code": code,
	"at": answer.at,
	"message": measurements.judged(answer, _thresholds),
	"observed": measurements.observed(answer, _thresholds),
	"required": measurements.limit(answer.demand),
}
