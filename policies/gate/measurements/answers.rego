package gate.measurements

# METADATA
# description: The evaluation ran to its end.
is_finished(answer) if answer.report.run.status == "complete"

# METADATA
# description: The evaluation ended before the time of the document, and not too long before.
is_fresh(answer, terms, document) if {
	is_number(answer.report.run.finished_at)
	is_number(document.now)
	answer.report.run.finished_at <= document.now
	document.now - answer.report.run.finished_at <= terms.max_age_days * 86400
}

# METADATA
# description: There are as many samples as the demand asks for.
is_ample(answer) if {
	is_number(answer.result.n)
	answer.result.n >= answer.demand.min_n
}

# METADATA
# description: The bound that is compared is there, at the confidence level of the terms.
is_bounded(answer, terms) if is_number(_bound_of(answer, terms))

# METADATA
# description: Nothing keeps the answer from being judged.
is_conclusive(answer, terms, document) if {
	is_bound(answer, terms)
	is_finished(answer)
	is_fresh(answer, terms, document)
	is_ample(answer)
	is_bounded(answer, terms)
}

# METADATA
# description: The bound keeps to the demand's limit.
is_good(answer, terms) if _bound_of(answer, terms) >= answer.demand.at_least

is_good(answer, terms) if _bound_of(answer, terms) <= answer.demand.at_most

_bound_of(answer, _) := answer.result.value if {
	answer.demand.bound == "value"
	answer.result.status == "ok"
}

_bound_of(answer, terms) := answer.result.uncertainty[answer.demand.bound] if {
	answer.demand.bound in {"ci_low", "ci_high"}
	answer.result.status == "ok"
	is_number(answer.result.uncertainty.level)
	answer.result.uncertainty.level >= terms.min_level
}

_bound_of(answer, terms) := answer.result.attack.worst_case_upper if {
	answer.demand.bound == "worst_case"
	answer.result.status == "ok"
	is_number(answer.result.attack.level)
	answer.result.attack.level >= terms.min_level
}

# METADATA
# description: Names what is demanded, for people.
named(demand) := sprintf("%s on %s%s", [demand.metric, demand.dataset, _part(object.get(demand, "slice", {}))])

_part(slice) := concat("", [text | some name, value in slice; text := sprintf(", %s %s", [name, value])])

# METADATA
# description: Names what answers, with the group that it speaks of.
named_answer(answer) := sprintf("%s on %s%s", [answer.demand.metric, answer.demand.dataset, _part(answer.result.slice)])

# METADATA
# description: Says what the bound is and must be, for people.
judged(answer, terms) := sprintf("%s: %s is %s, not %s", [
	named_answer(answer),
	_bound_name[answer.demand.bound],
	brief(_bound_of(answer, terms), answer.demand),
	limit(answer.demand),
])

# METADATA
# description: The bound, exact.
observed(answer, terms) := json.marshal(_bound_of(answer, terms))

# METADATA
# description: The limit as it is shown.
limit(demand) := sprintf("at least %s", [json.marshal(demand.at_least)]) if {
	is_number(demand.at_least)
} else := sprintf("at most %s", [json.marshal(demand.at_most)])

# METADATA
# description: The bound and its limit as they are shown.
wanted(demand) := sprintf("%s %s", [_bound_name[demand.bound], limit(demand)])

# METADATA
# description: The number of samples as it is shown.
samples(answer) := json.marshal(answer.result.n) if {
	is_number(answer.result.n)
} else := "unknown"

_bound_name := {
	"ci_low": "the lower bound", "ci_high": "the upper bound", "value": "the value",
	"worst_case": "the upper bound, every unscored attempt taken for a success,",
}
