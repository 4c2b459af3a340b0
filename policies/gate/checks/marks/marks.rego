# METADATA
# scope: package
# title: Marks
# description: What people said of a release afterwards counts for it, and for what is made from it.
# schemas:
#   - input: schema.policy_input
package gate.checks.marks

# METADATA
# title: The release is not revoked
# description: Revoked bytes are never released again, under whatever name they come.
# custom:
#   code: marks.release_revoked
#   remedy: Make another release, without what these bytes were revoked for.
#   who: submitter
deny contains {
	"code": "marks.release_revoked",
	"at": "/release/marks/release",
	"message": "the release is revoked, or nobody knows whether it is",
} if {
	not _is_unrevoked
}

# METADATA
# title: The release is not under review
# description: While people look at it, nothing new is built on it.
# custom:
#   code: marks.release_under_review
#   remedy: Finish the review, and clear the release or revoke it.
#   who: risk_compliance
#   pending: true
deny contains {
	"code": "marks.release_under_review",
	"at": "/release/marks/release",
	"message": "the release is under review",
} if {
	input.release.marks.release == "under_review"
}

# METADATA
# title: No ancestor is marked
# description: What is wrong with a model is wrong with what is made from it.
# custom:
#   code: marks.ancestor_marked
#   remedy: Make the model from another version, or have the review of this one finished.
#   who: submitter
deny contains {
	"code": "marks.ancestor_marked",
	"at": sprintf("/release/marks/ancestors/%d", [i]),
	"message": sprintf("the release is made from %s, which is %s", [ancestor.label, ancestor.state]),
	"observed": ancestor.label,
} if {
	some i, ancestor in input.release.marks.ancestors
	ancestor.state != "clear"
}

# METADATA
# title: The ancestors are known
# description: One that nobody followed may be revoked.
# custom:
#   code: marks.ancestors_unknown
#   remedy: Register the version with the models that it was made from, or shorten its line of ancestors.
#   who: submitter
deny contains {
	"code": "marks.ancestors_unknown",
	"at": "/release/marks/ancestors",
	"message": "not every ancestor of the release was followed",
} if {
	not _are_ancestors_known
}

# METADATA
# title: The rollback target is not marked
# description: What may not be promoted is no safe place to go back to.
# custom:
#   code: marks.rollback_target_marked
#   remedy: Name another released version to go back to.
#   who: submitter
deny contains {
	"code": "marks.rollback_target_marked",
	"at": "/release/marks/rollback",
	"message": "the rollback target is under review or revoked, or nobody knows whether it is",
} if {
	not _is_target_clear
}

_is_unrevoked if input.release.marks.release in {"clear", "under_review"}

# "none" says that no target is named, which the check rollback judges.
_is_target_clear if input.release.marks.rollback in {"clear", "none"}

_are_ancestors_known if {
	input.release.marks.is_whole == true
	input.release.marks.ancestors_count == count(input.release.marks.ancestors)
	every ancestor in input.release.marks.ancestors {
		is_string(ancestor.label)
		ancestor.state in {"clear", "under_review", "revoked"}
	}
}
