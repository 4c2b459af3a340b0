package gate.checks.evaluation

_thresholds := data.gate.thresholds[input.release.stage][input.release.risk_tier]

_demands contains demand if some demand in _thresholds.requirements

_is_demanding if {
	is_number(_thresholds.max_age_days)
	is_number(_thresholds.min_level)
	count(_thresholds.accepted_bindings) > 0
	count(_demands) > 0
	every demand in _demands {
		is_string(demand.dataset)
		is_string(demand.metric)
		is_string(demand.unit)
		is_object(demand.params)
		is_number(demand.min_n)
		_is_limiting(demand)
	}
}

# One limit a demand, on the side of the interval that does not flatter the model.
_is_limiting(demand) if {
	is_number(demand.at_least)
	demand.bound in {"ci_low", "value"}
	object.get(demand, "at_most", "absent") == "absent"
}

_is_limiting(demand) if {
	is_number(demand.at_most)
	demand.bound in {"ci_high", "value"}
	object.get(demand, "at_least", "absent") == "absent"
}

_is_none_submitted if {
	input.evaluations.submitted == 0
	count(input.evaluations.reports) == 0
}

# Counts are restated in the input, so that a report or result that went missing is noticed.
_is_readable if {
	is_number(input.evaluations.submitted)
	input.evaluations.submitted > 0
	count(_reports) == input.evaluations.submitted
	every i, _ in _reports {
		i in _whole
	}
}

_reports := input.evaluations.reports

_whole contains i if {
	some i, report in _reports
	report.status == "read"
	is_string(report.binding)
	report.results_count == count(report.results)
	every result in report.results {
		_is_whole(result)
	}
}

_is_whole(result) if {
	is_string(result.dataset)
	is_string(result.metric)
	is_string(result.unit)
	is_string(result.slice_role)
	is_object(result.params)
	is_object(result.slice)
}

_unreadable := concat("; ", [why |
	some i, report in _reports
	not i in _whole
	why := sprintf("report %d: %s", [i, object.get(report, "message", "results are missing or incomplete")])
])

_bound contains i if {
	some i, report in _reports
	report.binding in _thresholds.accepted_bindings
}

_finished contains i if {
	some i, report in _reports
	report.run.status == "complete"
}

_fresh contains i if {
	some i, report in _reports
	is_number(report.run.finished_at)
	report.run.finished_at <= input.now
	input.now - report.run.finished_at <= _thresholds.max_age_days * 86400
}
