package gate.checks.model_card

import data.gate.attestations

# METADATA
# title: The card is stated by who may state it
# description: Where policy data demands it, an unsigned card is anybody's word.
# custom:
#   code: model_card.not_attested
#   remedy: Have the card stated about the whole release, by an identity that data.gate.trust lets state it.
#   who: submitter
_unfounded contains {
	"code": "model_card.not_attested",
	"at": "/model_card/statements",
	"message": "nobody who may state it has signed the model card for this release",
} if {
	_is_read
	not _is_excused
	not _is_attested
}

_is_attested if attestations.is_attested(input.model_card, _attesters)

_is_excused if data.gate.statements.card_demanded[input.release.stage][input.release.risk_tier] == false

_attesters contains attester if {
	some attester in attestations.attesters(data.gate.trust.signers, data.gate.statements.types.model_card, input.release.model)
}
