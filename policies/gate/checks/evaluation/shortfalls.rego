package gate.checks.evaluation

# METADATA
# title: The report is bound to the release
# description: A report about other bytes says nothing of these.
# custom:
#   code: evaluation.binding_not_accepted
#   remedy: Submit a report that names the release by its digest or revision, or an attestation.
#   who: submitter
_shortfalls contains _shortfall("evaluation.binding_not_accepted", answer, {
	"message": sprintf("the report that gives %s is not bound firmly enough to the release", [_named(answer)]),
	"observed": object.get(_reports[answer.report], "binding", "none"),
	"required": concat(" or ", _thresholds.accepted_bindings),
}) if {
	some answer in _answers
	not answer.report in _bound
}

# METADATA
# title: The evaluation ran to its end
# description: A part of the samples may be the easy part.
# custom:
#   code: evaluation.partial_run
#   remedy: Evaluate the release over the whole data set, without a limit.
#   who: submitter
_shortfalls contains _shortfall("evaluation.partial_run", answer, {
	"message": sprintf("the run that gives %s is not known to be complete", [_named(answer)]),
	"observed": object.get(_reports[answer.report], ["run", "status"], "unknown"),
	"required": "complete",
}) if {
	some answer in _answers
	not answer.report in _finished
}

# METADATA
# title: The evaluation is fresh
# description: Data, tools and the world move on; so does an undated report, unseen.
# custom:
#   code: evaluation.stale
#   remedy: Evaluate the release anew, with a tool that dates its report.
#   who: submitter
_shortfalls contains _shortfall("evaluation.stale", answer, {
	"message": sprintf("the run that gives %s is too old, undated or from the future", [_named(answer)]),
	"required": sprintf("at most %s days old", [json.marshal(_thresholds.max_age_days)]),
}) if {
	some answer in _answers
	not answer.report in _fresh
}

# METADATA
# title: There are enough samples
# description: From too few samples nothing follows, neither good nor bad.
# custom:
#   code: evaluation.n_too_small
#   remedy: Evaluate the release on at least the number of samples that is demanded.
#   who: submitter
_shortfalls contains _shortfall("evaluation.n_too_small", answer, {
	"message": sprintf("%s is inconclusive: the number of samples is %s", [_named(answer), _samples(answer)]),
	"observed": _samples(answer),
	"required": sprintf("at least %s", [json.marshal(answer.demand.min_n)]),
}) if {
	some answer in _answers
	not answer in _ample
}

# METADATA
# title: The bound that is compared is reported
# description: A value without the interval that is demanded cannot be held against it.
# custom:
#   code: evaluation.bound_missing
#   remedy: Submit a report that gives the value, and its standard error or interval.
#   who: submitter
_shortfalls contains _shortfall("evaluation.bound_missing", answer, {
	"message": sprintf("%s is not reported for %s", [_bound_name[answer.demand.bound], _named(answer)]),
	"required": _wanted(answer.demand),
}) if {
	some answer in _answers
	not answer in _bounded
}

# METADATA
# title: The metric reaches its threshold
# description: The bound is compared, so that luck with few samples does not pass.
# custom:
#   code: evaluation.below_threshold
#   remedy: Improve the model, or ask the policy author whether the threshold is right.
#   who: submitter
_shortfalls contains _comparison("evaluation.below_threshold", answer) if {
	some answer in _bounded
	is_number(answer.demand.at_least)
	not answer in _reaching
}

# METADATA
# title: The metric stays within its limit
# description: The bound is compared, so that luck with few samples does not pass.
# custom:
#   code: evaluation.above_limit
#   remedy: Improve the model, or ask the policy author whether the limit is right.
#   who: submitter
_shortfalls contains _comparison("evaluation.above_limit", answer) if {
	some answer in _bounded
	is_number(answer.demand.at_most)
	not answer in _within
}

_comparison(code, answer) := _shortfall(code, answer, {
	"message": sprintf("%s: %s is %s, not %s", [
		_named(answer),
		_bound_name[answer.demand.bound],
		json.marshal(_bound_of(answer)),
		_limit(answer.demand),
	]),
	"observed": json.marshal(_bound_of(answer)),
	"required": _limit(answer.demand),
})
