# METADATA
# scope: package
# title: Monitoring
# description: Somebody watches the model after its release, where policy data demands it.
# schemas:
#   - input: schema.policy_input
package gate.checks.monitoring

# METADATA
# title: Policy data says whether a plan is demanded
# description: No word is not the word that no plan is needed.
# custom:
#   code: monitoring.rule_unknown
#   remedy: State in data.gate.monitoring whether this stage and risk tier need a monitoring plan.
#   who: policy_author
deny contains {
	"code": "monitoring.rule_unknown",
	"at": "/release/stage",
	"message": "policy data does not say whether a monitoring plan is demanded",
} if {
	not is_boolean(_is_demanded)
}

# METADATA
# title: The card tells how the model is monitored
# description: A model that nobody watches fails unseen.
# custom:
#   code: monitoring.plan_missing
#   remedy: Say in the model card, under monitoring, what is watched, by whom, and what happens then.
#   who: submitter
deny contains {
	"code": "monitoring.plan_missing",
	"at": "/model_card/sections/monitoring",
	"message": "the model card does not say how the model is monitored",
} if {
	not _is_demanded == false
	not _is_planned
}

default _is_demanded := "unknown"

_is_demanded := data.gate.monitoring[input.release.stage][input.release.risk_tier].is_demanded

_is_planned if {
	input.model_card.status == "read"
	input.model_card.sections.monitoring.state == "present"
	input.model_card.sections.monitoring.chars > 0
}
