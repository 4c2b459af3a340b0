# METADATA
# scope: package
# title: Change
# description: Whoever approves a release is told what changes with it.
# schemas:
#   - input: schema.policy_input
package gate.checks.change

# METADATA
# title: A change note says what changed
# description: Approvers and auditors read it; the gate only sees that it says something.
# custom:
#   code: change.note_missing
#   remedy: Submit a change note that says what changed since the last release, and why.
#   who: submitter
deny contains {
	"code": "change.note_missing",
	"at": "/release/change_note",
	"message": "the release does not say what changed",
} if {
	not _is_noted
}

_is_noted if {
	is_number(input.release.change_note.chars)
	input.release.change_note.chars > 0
	is_string(input.release.change_note.sha256)
}
