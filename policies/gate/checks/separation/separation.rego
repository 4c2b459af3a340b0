# METADATA
# scope: package
# title: Separation of duties
# description: Who made or measured the model does not also approve it, where policy data demands it.
# schemas:
#   - input: schema.policy_input
package gate.checks.separation

# METADATA
# title: Policy data says which duties exclude each other
# description: No word is not the word that everybody may do everything.
# custom:
#   code: separation.rule_unknown
#   remedy: State in data.gate.separation which duties exclude from approving.
#   who: policy_author
deny contains {
	"code": "separation.rule_unknown",
	"at": "/release/stage",
	"message": "policy data does not say which duties exclude from approving",
} if {
	not _is_rule_known
}

# METADATA
# title: Those who did the excluded duties are known
# description: Who is not named cannot be kept apart.
# custom:
#   code: separation.people_unknown
#   remedy: Submit who trained, labelled and evaluated the model, as far as policy data asks.
#   who: submitter
deny contains {
	"code": "separation.people_unknown",
	"at": "/release/people",
	"message": sprintf("the release does not say, whole, who %s the model", [duty]),
} if {
	some duty in _rule.excluded
	not duty in _known
}

# METADATA
# title: Nobody approves what they made
# description: Whoever made or measured a model does not see its faults.
# custom:
#   code: separation.duties_joined
#   remedy: Have somebody approve who had no part in making the model.
#   who: approver
deny contains {
	"code": "separation.duties_joined",
	"at": "/approvals/seats",
	"message": sprintf("%s approves and has %s the model", [person, duty]),
	"observed": person,
} if {
	some duty in _rule.excluded
	some person in input.release.people[duty].subjects
	person in _seated
}

# METADATA
# title: The seats are whole
# description: Only people who are listed can be kept apart.
# custom:
#   code: separation.seats_unknown
#   remedy: Submit again, and tell the operator if it stays.
#   who: operator
deny contains {
	"code": "separation.seats_unknown",
	"at": "/approvals/seats",
	"message": "who approves is not known whole",
} if {
	count(_rule.excluded) > 0
	not _is_seating_whole
}

_rule := data.gate.separation[input.release.stage][input.release.risk_tier]

_is_rule_known if {
	is_array(_rule.excluded)
	every duty in _rule.excluded {
		duty in {"trained", "labelled", "evaluated"}
	}
}

_known contains duty if {
	some duty, people in input.release.people
	people.count == count(people.subjects)
	people.count > 0
}

_seated contains person if {
	some seat in input.approvals.seats
	some person in seat.people
}

_is_seating_whole if {
	count(input.approvals.seats) == count(data.gate.quorums[input.release.stage][input.release.risk_tier])
	every seat in input.approvals.seats {
		seat.filled == count(seat.people)
	}
}
