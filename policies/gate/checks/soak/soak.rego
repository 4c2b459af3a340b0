# METADATA
# scope: package
# title: Soak
# description: A release has proved itself on an earlier stage, where policy data demands it.
# schemas:
#   - input: schema.policy_input
package gate.checks.soak

# METADATA
# title: Policy data says what is demanded, or that nothing is
# description: No rule at all is not the rule that nothing is demanded.
# custom:
#   code: soak.rule_unknown
#   remedy: State in data.gate.soaks after which stage releases of this stage and risk tier come, or none.
#   who: policy_author
deny contains {
	"code": "soak.rule_unknown",
	"at": "/release/stage",
	"message": "policy data does not say, whole, on which stage the release has to prove itself",
} if {
	not _is_excused
	not _is_rule_known
}

# METADATA
# title: It is known where the release runs
# description: Where nobody knows that, no time that passes helps.
# custom:
#   code: soak.residences_unknown
#   remedy: Report this to the operator of the gate, whose log does not tell where the release runs.
#   who: operator
deny contains {
	"code": "soak.residences_unknown",
	"at": "/release/residences",
	"message": "it is not known, whole, on which stages the release runs",
} if {
	not _is_excused
	not _are_residences_known
}

# METADATA
# title: The release has been on the earlier stage for long enough
# description: What goes wrong only after hours goes wrong where it harms less.
# custom:
#   code: soak.too_short
#   remedy: Promote the release to the earlier stage, and leave it there for the stated time.
#   who: deployer
#   pending: true
deny contains {
	"code": "soak.too_short",
	"at": "/release/residences",
	"message": sprintf("the release has not been on %s for %d seconds", [_rule.after, _rule.seconds]),
	"required": sprintf("%d seconds on %s", [_rule.seconds, _rule.after]),
} if {
	not _is_excused
	_is_rule_known
	count(_long_enough) == 0
}

# METADATA
# title: The release was verified on the earlier stage
# description: Being there says little; that somebody looked, and it worked, says more.
# custom:
#   code: soak.not_verified
#   remedy: Verify the release on the earlier stage, and record that it passed.
#   who: deployer
#   pending: true
deny contains {
	"code": "soak.not_verified",
	"at": "/release/residences",
	"message": sprintf("no verification of the release on %s passed last", [_rule.after]),
} if {
	not _is_excused
	_is_rule_known
	not _is_verification_met
}

_rule := data.gate.soaks[input.release.stage][input.release.risk_tier]

_is_excused if _rule.after == "none"

_is_rule_known if {
	is_string(_rule.after)
	is_number(_rule.seconds)
	is_boolean(_rule.is_verified)
}

_are_residences_known if {
	input.release.residences_count == count(input.release.residences)
	every residence in input.release.residences {
		is_string(residence.stage)
		is_number(residence.seconds)
		residence.verification in {"none", "passed", "failed"}
	}
}

_there contains residence if {
	some residence in input.release.residences
	residence.stage == _rule.after
}

_long_enough contains residence if {
	some residence in _there
	residence.seconds >= _rule.seconds
}

_is_verification_met if _rule.is_verified == false

_is_verification_met if {
	some residence in _there
	residence.verification == "passed"
}
