package gate.measurements

import data.gate.attestations

# METADATA
# description: How the report is bound to the release, by itself and by who vouches for it.
bindings(report, vouching) := (_own(report) | _attested(report, vouching)) | _built(report, vouching)

_own(report) := {binding | binding := report.binding; binding in _by_itself}

# What names other bytes is about other bytes, whoever states it.
_attested(report, vouching) := {"attested" |
	report.binding in _by_itself
	attestations.is_attested(report, vouching.attesters)
}

_built(report, vouching) := {"revision_match" |
	report.binding in _by_itself
	report.subject.revision in vouching.revisions
}

_by_itself := {"declared", "digest_match"}

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
