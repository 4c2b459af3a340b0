# METADATA
# scope: package
# title: Change plan
# description: A change stays within the plan that was approved for the model, where policy data demands it.
# schemas:
#   - input: schema.policy_input
package gate.checks.change_plan

# METADATA
# title: Policy data says whether a plan is demanded
# description: No word is not the word that no plan is needed.
# custom:
#   code: change_plan.rule_unknown
#   remedy: State in data.gate.change_plans whether this stage and risk tier need a change plan.
#   who: policy_author
deny contains {
	"code": "change_plan.rule_unknown",
	"at": "/release/stage",
	"message": "policy data does not say whether a predetermined change plan is demanded",
} if {
	not is_boolean(_is_demanded)
}

# METADATA
# title: The change names its plan
# description: A change outside any plan is a new model to those who regulate it.
# custom:
#   code: change_plan.missing
#   remedy: Name the change plan and the kind of change with the release.
#   who: submitter
deny contains {
	"code": "change_plan.missing",
	"at": "/release/change_plan",
	"message": "the release names no change plan",
} if {
	not _is_demanded == false
	not _is_named
}

# METADATA
# title: The plan is the approved one
# description: A plan that was edited after it was approved is another plan.
# custom:
#   code: change_plan.not_approved
#   remedy: Submit the change plan that data.gate.change_plans holds for the model, or have yours approved.
#   who: submitter
deny contains {
	"code": "change_plan.not_approved",
	"at": "/release/change_plan/sha256",
	"message": "the change plan is not the one approved for this model",
} if {
	not _is_demanded == false
	_is_named
	not _is_approved
}

# METADATA
# title: The plan foresees this kind of change
# description: The plan was approved for what it lists.
# custom:
#   code: change_plan.kind_unforeseen
#   remedy: Release a change of a kind that the plan lists, or have the plan extended.
#   who: submitter
deny contains {
	"code": "change_plan.kind_unforeseen",
	"at": "/release/change_plan/kind",
	"message": sprintf("the change plan foresees no change of the kind %s", [input.release.change_plan.kind]),
	"observed": input.release.change_plan.kind,
} if {
	not _is_demanded == false
	_is_named
	_is_approved
	not _is_foreseen
}

default _is_demanded := "unknown"

_is_demanded := data.gate.change_plans.demanded[input.release.stage][input.release.risk_tier]

_plan := data.gate.change_plans.plans[sprintf("%s/%s", [input.release.model.namespace, input.release.model.name])]

_is_named if {
	is_string(input.release.change_plan.sha256)
	is_string(input.release.change_plan.kind)
}

_is_approved if input.release.change_plan.sha256 == _plan.sha256

_is_foreseen if input.release.change_plan.kind in _plan.kinds
