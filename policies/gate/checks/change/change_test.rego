package gate.checks.change_test

import data.gate.checks.change

_input := {"release": {"change_note": {"chars": 1, "sha256": "aa"}}}

test_a_note_that_says_something_passes if count(change.deny) == 0 with input as _input

test_an_empty_note_is_denied if {
	found := change.deny with input as json.patch(_input, [{"op": "replace", "path": "/release/change_note/chars", "value": 0}])
	{reason.code | some reason in found} == {"change.note_missing"}
}

test_no_note_is_denied if count(change.deny) == 1 with input as {"release": {}}

test_a_length_in_text_is_denied if {
	found := change.deny with input as {"release": {"change_note": {"chars": "40", "sha256": "aa"}}}
	count(found) == 1
}
