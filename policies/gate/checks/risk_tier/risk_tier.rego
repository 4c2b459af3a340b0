# METADATA
# scope: package
# title: Risk tier
# description: A release may be treated more strictly than its model's floor, never less.
# schemas:
#   - input: schema.policy_input
package gate.checks.risk_tier

# METADATA
# title: The floor of the model and the declared tier are known
# description: Tiers that have no rank cannot be compared.
# custom:
#   code: risk_tier.floor_unknown
#   remedy: Give the declared tier and the floor of the model a rank in data.gate.tiers.
#   who: policy_author
deny contains {
	"code": "risk_tier.floor_unknown",
	"at": "/release/risk_tier",
	"message": "the declared risk tier, or the floor for this model, has no rank",
} if {
	not _is_comparable
}

# METADATA
# title: The declared risk tier is at or above the floor
# description: Otherwise whoever submits would choose the rules.
# custom:
#   code: risk_tier.below_floor
#   remedy: Submit the release under the required risk tier, or have the model classified anew.
#   who: submitter
deny contains {
	"code": "risk_tier.below_floor",
	"at": "/release/risk_tier",
	"message": sprintf("the risk tier %s is below %s, the floor for this model", [input.release.risk_tier, _floor]),
	"observed": input.release.risk_tier,
	"required": sprintf("at least %s", [_floor]),
} if {
	_is_comparable
	not _is_high_enough
}

_is_comparable if {
	is_number(data.gate.tiers.rank[input.release.risk_tier])
	is_number(data.gate.tiers.rank[_floor])
}

_is_high_enough if data.gate.tiers.rank[input.release.risk_tier] >= data.gate.tiers.rank[_floor]

# Undefined when the model's name is: the default is for models that nobody classified,
# not for a model whose name went missing.
_floor := object.get(data.gate.tiers.floors, _model, data.gate.tiers.default_floor)

_model := sprintf("%s/%s", [input.release.model.namespace, input.release.model.name])
