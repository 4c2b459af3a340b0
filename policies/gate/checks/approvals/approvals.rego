# METADATA
# scope: package
# title: Approvals
# description: Every seat of the quorum is filled by another person, and nobody vetoes.
# schemas:
#   - input: schema.policy_input
package gate.checks.approvals

# METADATA
# title: A quorum is stated
# description: No quorum at all is not a quorum of nobody.
# custom:
#   code: approvals.quorum_unknown
#   remedy: State in data.gate.quorums the seats for this stage and risk tier.
#   who: policy_author
deny contains {
	"code": "approvals.quorum_unknown",
	"at": "/approvals/is_quorum_known",
	"message": "policy data states no quorum for this stage and risk tier",
} if not _is_quorum_known

# METADATA
# title: No review is owed
# description: What is owed after an emergency stands in reviews.rego.
deny contains owed if some owed in _owed

# METADATA
# title: The seats are those of the quorum
# description: People were seated by the quorum that holds now, each in one seat.
# custom:
#   code: approvals.seats_outdated
#   remedy: Submit again; if it stays, the gate and its policy engine read different policy data.
#   who: operator
deny contains {
	"code": "approvals.seats_outdated",
	"at": "/approvals/seats",
	"message": "the seats are not those of the quorum, or do not add up",
} if {
	_is_quorum_known
	not _is_seating_sound
}

# METADATA
# title: Every seat is filled
# description: Each role has as many approvals of different people as the quorum demands.
# custom:
#   code: approvals.seat_open
#   remedy: Ask people who hold the role, and have not submitted the release, to approve it.
#   who: approver
#   pending: true
deny contains {
	"code": "approvals.seat_open",
	"at": sprintf("/approvals/seats/%d", [i]),
	"message": sprintf("%d of %d approvals in the role %s", [seat.filled, seat.required, seat.role]),
	"observed": sprintf("%d of %d", [seat.filled, seat.required]),
	"required": sprintf("%d of %d", [seat.required, seat.required]),
	"who": seat.role,
} if {
	_is_quorum_known
	_is_seating_sound
	some i, seat in input.approvals.seats
	seat.filled < seat.required
}

# METADATA
# title: Nobody vetoes
# description: One standing veto of an approver stops the release.
# custom:
#   code: approvals.vetoed
#   remedy: Settle the objection with whoever vetoes; they can withdraw the veto.
#   who: approver
deny contains {
	"code": "approvals.vetoed",
	"at": "/approvals/vetoes",
	"message": sprintf("the release is vetoed by %s", [_vetoers]),
	"observed": _vetoers,
} if {
	not _is_unopposed
}

_quorum := data.gate.quorums[input.release.stage][input.release.risk_tier]

_is_quorum_known if {
	input.approvals.is_quorum_known == true
	count(_quorum) > 0
	every seats in _quorum {
		is_number(seats)
		seats > 0
	}
}

_is_seating_sound if {
	count(input.approvals.seats) == count(_quorum)
	every role, seats in _quorum {
		_is_seated_as(role, seats, input.approvals.seats)
	}
	count({person | some person in _seated}) == count(_seated)
	submitter := input.release.submitted_by
	is_string(submitter)
	not submitter in _seated
}

_is_seated_as(role, required, seats) if {
	some seat in seats
	seat.role == role
	seat.required == required
	seat.filled == count(seat.people)
	seat.open == required - seat.filled
	seat.open >= 0
}

_seated := [person | some seat in input.approvals.seats; some person in seat.people]

_is_unopposed if {
	input.approvals.vetoes.count == 0
	count(input.approvals.vetoes.by) == 0
}

_vetoers := concat(", ", object.get(input, ["approvals", "vetoes", "by"], ["somebody"]))
