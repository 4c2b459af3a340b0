package gate.checks.marks_test

import data.gate.checks.marks

_codes(release) := {reason.code | some reason in found} if {
	found := marks.deny with input as {"release": release}
}

_marked(edits) := {"marks": object.union({"release": "clear", "rollback": "none", "is_whole": true, "ancestors_count": 0, "ancestors": []}, edits)}

_made_from(state) := _marked({"ancestors_count": 1, "ancestors": [{"label": "acme/base:1", "state": state}]})

test_a_clear_release_passes if _codes(_marked({})) == set()

test_a_revoked_release_is_denied if _codes(_marked({"release": "revoked"})) == {"marks.release_revoked"}

test_a_release_under_review_waits if _codes(_marked({"release": "under_review"})) == {"marks.release_under_review"}

test_a_clear_ancestor_passes if _codes(_made_from("clear")) == set()

test_a_revoked_ancestor_is_denied if _codes(_made_from("revoked")) == {"marks.ancestor_marked"}

test_an_ancestor_under_review_is_denied if _codes(_made_from("under_review")) == {"marks.ancestor_marked"}

test_an_ancestor_of_another_state_is_noticed if {
	_codes(_made_from("fine")) == {"marks.ancestor_marked", "marks.ancestors_unknown"}
}

test_an_ancestor_that_went_missing_is_noticed if _codes(_marked({"ancestors_count": 1})) == {"marks.ancestors_unknown"}

test_ancestors_that_were_not_followed_are_noticed if _codes(_marked({"is_whole": false})) == {"marks.ancestors_unknown"}

test_a_clear_target_passes if _codes(_marked({"rollback": "clear"})) == set()

test_a_revoked_target_is_denied if _codes(_marked({"rollback": "revoked"})) == {"marks.rollback_target_marked"}

test_without_marks_it_is_denied if {
	_codes({}) == {
		"marks.release_revoked",
		"marks.ancestors_unknown",
		"marks.rollback_target_marked",
	}
}
