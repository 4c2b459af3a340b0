# METADATA
# scope: package
# title: Rollback
# description: A release that fails can be replaced by one that was allowed before.
# schemas:
#   - input: schema.policy_input
package gate.checks.rollback

# METADATA
# title: Policy data says whether a target is needed
# description: No rule at all is not the rule that no target is needed.
# custom:
#   code: rollback.rule_unknown
#   remedy: State in data.gate.rollbacks whether releases of this stage and risk tier need a target.
#   who: policy_author
deny contains {
	"code": "rollback.rule_unknown",
	"at": "/release/stage",
	"message": "policy data does not say whether this stage and risk tier need a rollback target",
} if {
	not _is_rule_known
}

# METADATA
# title: A rollback target is named
# description: The version to go back to is known before it is needed.
# custom:
#   code: rollback.target_missing
#   remedy: Name the released version, and its release digest, to go back to if this one fails.
#   who: submitter
deny contains {
	"code": "rollback.target_missing",
	"at": "/release/rollback",
	"message": "the release names no version to go back to",
} if {
	not _is_excused
	not _is_target_named
}

# METADATA
# title: The rollback target was released on this stage
# description: What was never allowed here is no safe place to go back to.
# custom:
#   code: rollback.target_not_released
#   remedy: Name a version that the gate once allowed on this stage, by its release digest.
#   who: submitter
deny contains {
	"code": "rollback.target_not_released",
	"at": "/release/rollback/is_released",
	"message": "the rollback target was never allowed on this stage",
} if {
	not _is_excused
	_is_target_named
	not _is_target_released
}

# METADATA
# title: The rollback target is another release
# description: Going back to itself mends nothing.
# custom:
#   code: rollback.target_is_release
#   remedy: Name another released version to go back to than the release itself.
#   who: submitter
deny contains {
	"code": "rollback.target_is_release",
	"at": "/release/rollback/release_digest",
	"message": "the release names itself as the version to go back to",
} if {
	not _is_excused
	_is_target_named
	not _is_target_another
}

_rule := data.gate.rollbacks[input.release.stage][input.release.risk_tier].target

_is_rule_known if _rule in {"always", "after_first", "never"}

_is_excused if _rule == "never"

_is_excused if {
	_rule == "after_first"
	input.release.is_first == true
}

_is_target_named if {
	is_string(input.release.rollback.version)
	is_string(input.release.rollback.release_digest)
}

_is_target_released if input.release.rollback.is_released == true

_is_target_another if input.release.rollback.release_digest != input.release.digest
