package gate.checks.evaluation

# Demands of which some report speaks, in whatever unit and of whatever part of the data.
_mentioned contains demand if {
	some demand in _demands
	some report in _reports
	some result in report.results
	result.dataset == demand.dataset
	result.metric == demand.metric
}

_answered contains answer.demand if some answer in _answers

# Each result that answers a demand, by its place. All of them must hold, not the best one.
_answers contains {"demand": demand, "report": i, "result": j} if {
	some demand in _demands
	some i, report in _reports
	some j, result in report.results
	result.dataset == demand.dataset
	result.metric == demand.metric
	result.unit == demand.unit
	result.slice_role == "overall"
	count(result.slice) == 0
	every name, value in demand.params {
		result.params[name] == value
	}
}

_result(answer) := _reports[answer.report].results[answer.result]

_ample contains answer if {
	some answer in _answers
	is_number(_result(answer).n)
	_result(answer).n >= answer.demand.min_n
}

_bounded contains answer if {
	some answer in _answers
	is_number(_bound_of(answer))
}

_bound_of(answer) := _result(answer).value if {
	answer.demand.bound == "value"
	_result(answer).status == "ok"
}

_bound_of(answer) := _result(answer).uncertainty[answer.demand.bound] if {
	answer.demand.bound in {"ci_low", "ci_high"}
	_result(answer).status == "ok"
	_result(answer).uncertainty.level >= _thresholds.min_level
}

_reaching contains answer if {
	some answer in _bounded
	_bound_of(answer) >= answer.demand.at_least
}

_within contains answer if {
	some answer in _bounded
	_bound_of(answer) <= answer.demand.at_most
}

_shortfall(code, answer, more) := object.union(more, {
	"code": code,
	"at": sprintf("/evaluations/reports/%d/results/%d", [answer.report, answer.result]),
})

_named(answer) := sprintf("%s on %s", [answer.demand.metric, answer.demand.dataset])

_bound_name := {"ci_low": "the lower bound", "ci_high": "the upper bound", "value": "the value"}

_wanted(demand) := sprintf("%s %s", [_bound_name[demand.bound], _limit(demand)])

_limit(demand) := sprintf("at least %s", [json.marshal(demand.at_least)]) if {
	is_number(demand.at_least)
} else := sprintf("at most %s", [json.marshal(demand.at_most)])

_samples(answer) := json.marshal(_result(answer).n)

_samples(answer) := "unknown" if not answer in _counted

_counted contains answer if {
	some answer in _answers
	is_number(_result(answer).n)
}
