# METADATA
# scope: package
# title: Measurements
# description: >-
#   Holds what policy data demands against what reports give. Each claim is positive: whatever
#   is absent or of another type makes it untrue, and the check that asks denies.
package gate.measurements

# METADATA
# description: It is certain that no report was submitted.
is_none_submitted(evaluations) if {
	evaluations.submitted == 0
	count(evaluations.reports) == 0
}

# METADATA
# description: Every submitted report is there, and whole. Counts restate what is listed.
is_readable(evaluations) if {
	is_number(evaluations.submitted)
	evaluations.submitted > 0
	count(evaluations.reports) == evaluations.submitted
	every report in evaluations.reports {
		_is_whole(report)
	}
}

# METADATA
# description: Says of each report that cannot be read why.
unreadable(evaluations) := concat("; ", [why |
	some i, report in evaluations.reports
	not _is_whole(report)
	why := sprintf("report %d: %s", [i, object.get(report, "message", "results are missing or incomplete")])
])

_is_whole(report) if {
	report.status == "read"
	is_string(report.binding)
	report.results_count == count(report.results)
	every result in report.results {
		is_string(result.dataset)
		is_string(result.metric)
		is_string(result.unit)
		is_string(result.slice_role)
		is_object(result.params)
		is_object(result.slice)
	}
}

# METADATA
# description: A demand that can be judged, with one limit on the side that does not flatter.
is_demand(demand) if {
	is_string(demand.dataset)
	is_string(demand.metric)
	is_string(demand.unit)
	is_object(demand.params)
	is_number(demand.min_n)
	is_number(_limit_of(demand))
}

_limit_of(demand) := demand.at_least if {
	demand.bound in {"ci_low", "value"}
	object.get(demand, "at_most", "absent") == "absent"
}

_limit_of(demand) := demand.at_most if {
	demand.bound in {"ci_high", "value", "worst_case"}
	object.get(demand, "at_least", "absent") == "absent"
}

# METADATA
# description: Demands of which some report speaks, in whatever unit, of whatever part of the data.
mentioned(demands, reports) := {demand |
	some demand in demands
	some report in reports
	some result in report.results
	result.dataset == demand.dataset
	result.metric == demand.metric
}

# METADATA
# description: Every result that answers a demand. All of them must hold, not the best one.
answers(demands, reports, vouching) := {answer |
	some demand in demands
	some i, report in reports
	some j, result in report.results
	result.dataset == demand.dataset
	result.metric == demand.metric
	result.unit == demand.unit
	_is_part_demanded(result, demand)
	every name, value in demand.params {
		result.params[name] == value
	}
	answer := {
		"demand": demand,
		"result": result,
		"report": {"bindings": bindings(report, vouching), "run": object.get(report, "run", {})},
		"at": sprintf("/evaluations/reports/%d/results/%d", [i, j]),
	}
}

_is_part_demanded(result, demand) if {
	object.get(demand, "slice", {}) == result.slice
	object.get(demand, "slice_role", "overall") == result.slice_role
	object.get(demand, "attribute", "none") == "none"
}

_is_part_demanded(result, demand) if {
	result.slice_role == "group"
	{attribute | some attribute, _ in result.slice} == {demand.attribute}
}
