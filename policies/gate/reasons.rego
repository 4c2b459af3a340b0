package gate

_found contains found if {
	some check in _expected
	some found in _denials[check]
	_is_readable(found)
}

# METADATA
# title: A profile exists for the stage and risk tier
# description: The profile lists the checks; without one, nothing was looked at.
# custom:
#   code: gate.profile_unknown
#   remedy: Ask for a stage and risk tier that has a profile, or give it one with its checks.
#   who: policy_author
_found contains {
	"code": "gate.profile_unknown",
	"at": "/release/stage",
	"message": "no profile with at least one check exists for this stage and risk tier",
} if {
	count(_expected) == 0
}

# METADATA
# title: Every check of the profile reported
# description: A check that is misspelt, not loaded or broken has not said that all is well.
# custom:
#   code: gate.check_missing
#   remedy: Correct the name of the check in the profile, or put the check into the bundle.
#   who: policy_author
_found contains {
	"code": "gate.check_missing",
	"at": "/release/stage",
	"message": sprintf("the check %s, which the profile names, did not report", [check]),
} if {
	some check in _expected
	not check in _ran
}

# METADATA
# title: The input is a policy input of version 1, with its time
# description: The rules know one version of the input, and nothing is fresh without a time.
# custom:
#   code: gate.input_invalid
#   remedy: Report this to the operator of the gate, whose input the policies cannot read.
#   who: operator
_found contains {
	"code": "gate.input_invalid",
	"at": "/schema",
	"message": "the policy input is of another version, or tells no time",
} if {
	not _is_input_valid
}

_noticed contains found if {
	some check in _attached.checks
	some found in data.gate.checks[check].warn
	_is_readable(found)
}

_noticed contains found if {
	some check in _attached.org_checks
	some found in data.org.checks[check].warn
	_is_readable(found)
}

default _catalogue := {}

_catalogue := data.gate.catalogue if is_object(data.gate.catalogue)

default _org_catalogue := {}

_org_catalogue := data.org.catalogue if is_object(data.org.catalogue)

# A code that no catalogue has still denies: catalogues only describe. A check may say itself
# who can mend a reason, never that it can wait.
_described(found) := object.union(found, {
	"is_pending": object.get(_entry(found.code), "pending", false) == true,
	"who": object.get(found, "who", object.get(_entry(found.code), "who", "policy_author")),
	"how": object.get(
		_entry(found.code),
		"how",
		"The catalogue does not describe this code: ask the policy author.",
	),
})

_entry(code) := object.get(_catalogue, code, object.get(_org_catalogue, code, {}))
