package gate.checks.approvals

# METADATA
# title: No review of broken glass is owed
# description: >-
#   Whoever lets a release through in an emergency owes a review, and until it is done no other
#   release of the model passes: else every release would be an emergency.
# custom:
#   code: approvals.review_owed
#   remedy: Review the emergency release, and close its review.
#   who: governance_lead
_owed contains {
	"code": "approvals.review_owed",
	"at": "/approvals/break_glass",
	"message": "a release of this model was let through in an emergency, and nobody has reviewed it",
} if {
	not _is_free_of_reviews
}

_is_free_of_reviews if {
	count(input.approvals.break_glass.opened) == input.approvals.break_glass.count
	every glass in input.approvals.break_glass.opened {
		_is_of_this_release(glass)
	}
}

# The emergency itself goes on as long as it was declared for.
_is_of_this_release(glass) if {
	glass.release_digest == input.release.digest
	glass.stage == input.release.stage
	glass.opened_at <= input.now
	input.now < glass.expires_at
}
