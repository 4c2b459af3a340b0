# METADATA
# scope: package
# title: Lineage
# description: The models that this one was made from are allowed and not revoked.
# schemas:
#   - input: schema.policy_input
package gate.checks.lineage

# METADATA
# title: Policy data says which base models are allowed
# description: No list at all is not the word that all are allowed.
# custom:
#   code: lineage.rule_unknown
#   remedy: State in data.gate.lineage which base models this stage allows and which are revoked.
#   who: policy_author
deny contains {
	"code": "lineage.rule_unknown",
	"at": "/release/stage",
	"message": "policy data does not say, whole, which base models this stage allows",
} if {
	not _is_rule_known
}

# METADATA
# title: The card names its base models whole
# description: What the model was made from is known only from a card that can be read.
# custom:
#   code: lineage.unreadable
#   remedy: Submit a model card that can be read and names the base models, if there are any.
#   who: submitter
deny contains {
	"code": "lineage.unreadable",
	"at": "/model_card/base_models",
	"message": "the base models are not known, since the card is missing or not whole",
} if {
	not _is_whole
}

# METADATA
# title: No base model is revoked
# description: What is wrong with a base model is wrong with what is made from it.
# custom:
#   code: lineage.base_revoked
#   remedy: Make the model from another base model or revision.
#   who: submitter
deny contains {
	"code": "lineage.base_revoked",
	"at": sprintf("/model_card/base_models/%d", [i]),
	"message": sprintf("the base model %s is revoked", [base.id]),
	"observed": base.id,
} if {
	some i, base in input.model_card.base_models
	base.id in _rule.revoked
}

# METADATA
# title: Every base model is on the list
# description: Where only listed base models are allowed, a new one is looked at first.
# custom:
#   code: lineage.base_unlisted
#   remedy: Ask for the base model to be put on the list in data.gate.lineage.
#   who: submitter
deny contains {
	"code": "lineage.base_unlisted",
	"at": sprintf("/model_card/base_models/%d", [i]),
	"message": sprintf("the base model %s is not on the list of this stage", [base.id]),
	"observed": base.id,
} if {
	_is_rule_known
	some i, base in input.model_card.base_models
	not _is_allowed(base, _rule)
}

_rule := data.gate.lineage[input.release.stage]

_is_rule_known if {
	_rule.bases in {"any", "listed"}
	is_array(_rule.allowed)
	is_array(_rule.revoked)
}

_is_whole if {
	input.model_card.status == "read"
	input.model_card.base_models_count == count(input.model_card.base_models)
	every base in input.model_card.base_models {
		is_string(base.id)
	}
}

_is_allowed(_, rule) if rule.bases == "any"

_is_allowed(base, rule) if base.id in rule.allowed
