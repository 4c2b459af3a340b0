# METADATA
# scope: package
# title: Model card
# description: The card says what the model is for, its limits, its licence and its owner.
# schemas:
#   - input: schema.policy_input
package gate.checks.model_card

# METADATA
# title: A model card was submitted
# description: Nobody can approve a model that nobody describes.
# custom:
#   code: model_card.missing
#   remedy: Submit the model card with the release.
#   who: submitter
deny contains {
	"code": "model_card.missing",
	"at": "/model_card/status",
	"message": "no model card was submitted",
} if _is_missing

# METADATA
# title: The model card can be read
# description: A card that the gate cannot read says nothing.
# custom:
#   code: model_card.unreadable
#   remedy: Submit the model card in one of the formats that the gate reads.
#   who: submitter
deny contains {
	"code": "model_card.unreadable",
	"at": "/model_card/status",
	"message": sprintf("the model card could not be read: %s", [_why_unreadable]),
} if {
	not _is_missing
	not _is_read
}

# METADATA
# title: Intended use is stated
# description: A released model says what it is for.
# custom:
#   code: model_card.intended_use_missing
#   remedy: Say in the model card, under intended use, what the model is for.
#   who: submitter
deny contains {
	"code": "model_card.intended_use_missing",
	"at": "/model_card/sections/intended_use",
	"message": "the model card does not say what the model is for",
} if {
	_is_read
	not "intended_use" in _stated
}

# METADATA
# title: Limitations are stated
# description: A released model says where it fails.
# custom:
#   code: model_card.limitations_missing
#   remedy: Say in the model card, under limitations, where the model fails.
#   who: submitter
deny contains {
	"code": "model_card.limitations_missing",
	"at": "/model_card/sections/limitations",
	"message": "the model card does not say where the model fails",
} if {
	_is_read
	not "limitations" in _stated
}

# METADATA
# title: An owner answers for the model
# description: Somebody can be asked when it goes wrong.
# custom:
#   code: model_card.owner_missing
#   remedy: Name in the model card who answers for the model.
#   who: submitter
deny contains {
	"code": "model_card.owner_missing",
	"at": "/model_card/owners",
	"message": "the model card names nobody who answers for the model",
} if {
	_is_read
	not _is_owned
}

# METADATA
# title: The licence is allowed
# description: Only licences that the organisation has listed may be released.
# custom:
#   code: model_card.license_not_allowed
#   remedy: Release under a licence that data.gate.licenses lists, or ask for it to be listed.
#   who: submitter
deny contains {
	"code": "model_card.license_not_allowed",
	"at": "/model_card/license",
	"message": sprintf("the licence %s is not one that this stage allows", [_license]),
	"observed": _license,
} if {
	_is_read
	not _is_license_allowed
}

# METADATA
# title: What the card says is stated and borne out
# description: Who states it, and what reports say of it, stand in claims.rego.
deny contains unfounded if some unfounded in _unfounded
