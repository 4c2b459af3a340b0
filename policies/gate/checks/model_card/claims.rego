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

# METADATA
# title: Reports bear out what the card claims
# description: A card that boasts misleads whoever reads only the card.
# custom:
#   code: model_card.contradicted
#   remedy: Correct the numbers in the model card, or the reports.
#   who: submitter
_unfounded contains {
	"code": "model_card.contradicted",
	"at": "/model_card/contradictions",
	"message": sprintf("the card claims what reports do not bear out: %s", [_contradictions]),
} if {
	_is_read
	not _is_borne_out
}

_is_borne_out if input.model_card.contradictions.count == 0

default _contradictions := "they were not compared"

_contradictions := concat("; ", said) if {
	said := [text |
		some one in input.model_card.contradictions.found
		text := sprintf("%s on %s is %s in the card, %s in a report", [one.metric, one.dataset, json.marshal(one.claimed), json.marshal(one.measured)])
	]
	count(said) > 0
}

_is_excused if data.gate.statements.card_demanded[input.release.stage][input.release.risk_tier] == false

_attesters contains attester if {
	some attester in attestations.attesters(data.gate.trust.signers, data.gate.statements.types.model_card, input.release.model)
}
