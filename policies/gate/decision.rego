# METADATA
# scope: package
# title: The decision
# description: >-
#   Composes the checks that the profile of the stage and risk tier names into one
#   verdict. Allow needs all of them to have reported and none of them to object;
#   whatever is absent, empty or of an unknown shape denies.
# schemas:
#   - input: schema.policy_input
package gate

# METADATA
# title: The verdict on one release
# description: Exactly the shape of schemas/verdict.json.
# entrypoint: true
decision := {
	"outcome": _outcome,
	"reasons": sort([_described(found) | some found in _found]),
	"warnings": sort([_described(found) | some found in _noticed]),
	"profile": _profile,
	"checks": {"expected": sort([check | some check in _expected]), "ran": sort([check | some check in _ran])},
}

default _outcome := "deny"

_outcome := "allow" if {
	_is_complete
	count(_found) == 0
} else := "pending" if {
	_is_complete
	every found in _found {
		_described(found).is_pending == true
	}
}

# Every claim here is positive: with no profile or no check, nothing is complete.
_is_complete if {
	_is_input_valid
	count(_expected) > 0
	_ran == _expected
}

default _profile := "none"

_profile := sprintf("%s/%s", [input.release.stage, input.release.risk_tier]) if count(_expected) > 0

_expected contains check if some check in data.gate.profiles[input.release.stage][input.release.risk_tier].checks

# A check has run if its denials are a set, and each of them can be read.
_ran contains check if {
	some check in _expected
	is_set(data.gate.checks[check].deny)
	every found in data.gate.checks[check].deny {
		_is_readable(found)
	}
}

_is_readable(found) if {
	is_string(found.code)
	is_string(found.at)
	is_string(found.message)
}

_is_input_valid if {
	input.schema == "countersign.dev/policy-input/v1"
	is_number(input.now)
	input.now > 0
}

default _catalogue := {}

_catalogue := data.gate.catalogue if is_object(data.gate.catalogue)

# A code that the catalogue lacks still denies: the catalogue only describes. A check may say
# itself who can mend a reason, never that it can wait.
_described(found) := object.union(found, {
	"is_pending": object.get(_catalogue, [found.code, "pending"], false) == true,
	"who": object.get(found, "who", object.get(_catalogue, [found.code, "who"], "policy_author")),
	"how": object.get(
		_catalogue,
		[found.code, "how"],
		"The catalogue does not describe this code: ask the policy author.",
	),
})
