package gate.measurements

import data.gate.attestations

# METADATA
# description: How the report is bound to the release, by itself and by who states it.
bindings(report, attesters) := _own_bindings(report) | _attested(report, attesters)

_own_bindings(report) := {binding | binding := report.binding; binding in _by_itself}

# What names other bytes is about other bytes, whoever states it.
_attested(report, attesters) := {"attested" |
	report.binding in _by_itself
	attestations.is_attested(report, attesters)
}

_by_itself := {"declared", "digest_match", "revision_match"}

# METADATA
# description: The report is bound to the release as firmly as the terms demand.
is_bound(answer, terms) if {
	some binding in answer.report.bindings
	binding in terms.accepted_bindings
}

# METADATA
# description: The bindings as they are shown.
bound_by(answer) := concat(" and ", sort(answer.report.bindings)) if {
	count(answer.report.bindings) > 0
} else := "none"
