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
	"points": {point: _outcome_of(_objects_at(point)) | some point in _points},
	"reasons": sort([object.union(_described(found), _scope(found)) | some found in _objections]),
	"warnings": sort([_described(found) | some found in _noticed]),
	"waived": sort([waived | some waived in _waived]),
	"broken_glass": sort([broken | some broken in _broken_glass]),
	"profile": _profile,
	"checks": {"expected": sort([check | some check in _expected]), "ran": sort([check | some check in _ran])},
}

# Over all points: what objects anywhere is no allow.
_outcome := _outcome_of(_objections)

default _outcome_of(_) := "deny"

_outcome_of(objections) := "allow" if {
	_is_complete
	count(objections) == 0
} else := "pending" if {
	_is_complete
	every found in objections {
		_described(found).is_pending == true
	}
}

# Every claim here is positive: with no profile or no check, nothing is complete.
_is_complete if {
	_is_input_valid
	count(_expected) > 0
	_ran == _expected
}

_is_input_valid if {
	input.schema == "countersign.dev/policy-input/v1"
	is_number(input.now)
	input.now > 0
}

default _profile := "none"

_profile := sprintf("%s/%s", [input.release.stage, input.release.risk_tier]) if count(_expected) > 0

_attached := data.gate.profiles[input.release.stage][input.release.risk_tier]

_expected contains check if some check in _attached.checks

# Checks of the organisation stand in a root of their own and only add to ours.
_expected contains sprintf("org/%s", [check]) if some check in _attached.org_checks

_denials[check] := data.gate.checks[check].deny if some check in _attached.checks

_denials[sprintf("org/%s", [check])] := data.org.checks[check].deny if some check in _attached.org_checks

# A check has run if its denials are a set, and each of them can be read.
_ran contains check if {
	some check in _expected
	is_set(_denials[check])
	every found in _denials[check] {
		_is_readable(found)
	}
}

_is_readable(found) if {
	is_string(found.code)
	is_string(found.at)
	is_string(found.message)
}
