package gate.checks.model_card_test

import data.gate.checks.model_card

_card := {
	"status": "read",
	"license": {"id": "apache-2.0", "scheme": "hf"},
	"owners": ["acme"],
	"contradictions": {"count": 0, "found": []},
	"sections": {
		"intended_use": {"state": "present", "chars": 10},
		"limitations": {"state": "present", "chars": 10},
	},
}

_licenses := {"production": {"hf": ["apache-2.0"], "spdx": ["Apache-2.0"], "custom": []}}

_codes(card) := _codes_where(card, {"production": {"high": false}})

_codes_where(card, demanded) := {reason.code | some reason in found} if {
	found := model_card.deny with input as {
		"release": {"stage": "production", "risk_tier": "high", "model": {"namespace": "acme", "name": "scorer"}},
		"model_card": card,
	}
		with data.gate.licenses as _licenses
		with data.gate.statements as {"types": {"model_card": ["card"]}, "card_demanded": demanded}
		with data.gate.trust.signers as [object.union(_signer, {"may_state": ["card"]})]
}

_signer := {"trust_domain": "acme", "issuer": "iss", "identity": {"type": "uri", "value": "x"}, "claims": {}}

_stated := object.union(_card, {"statements": [{
	"predicate_type": "card", "signer": _signer, "covered": {"count": 1}, "uncovered": {"count": 0},
}]})

_edited(path, value) := _codes(json.patch(_card, [{"op": "add", "path": path, "value": value}]))

_without(path) := _codes(json.patch(_card, [{"op": "remove", "path": path}]))

test_a_whole_card_passes if _codes(_card) == set()

test_no_card_is_denied if _codes({"status": "missing"}) == {"model_card.missing"}

test_an_unreadable_card_is_denied if _codes({"status": "unreadable"}) == {"model_card.unreadable"}

test_a_card_without_a_status_is_denied if _without("/status") == {"model_card.unreadable"}

test_a_placeholder_is_no_intended_use if {
	_edited("/sections/intended_use/state", "placeholder") == {"model_card.intended_use_missing"}
}

test_no_limitations_are_denied if _without("/sections/limitations") == {"model_card.limitations_missing"}

test_no_sections_are_denied if {
	_without("/sections") == {"model_card.intended_use_missing", "model_card.limitations_missing"}
}

test_a_blank_owner_is_nobody if _edited("/owners", [" "]) == {"model_card.owner_missing"}

test_no_owner_is_denied if _edited("/owners", []) == {"model_card.owner_missing"}

test_one_owner_of_two_is_enough if _edited("/owners", ["", "acme"]) == set()

test_a_licence_of_another_scheme_is_denied if {
	_edited("/license/scheme", "spdx") == {"model_card.license_not_allowed"}
}

test_no_licence_is_denied if _without("/license") == {"model_card.license_not_allowed"}

test_an_unlisted_stage_allows_no_licence if {
	found := model_card.deny with input as {"release": {"stage": "elsewhere"}, "model_card": _card}
		with data.gate.licenses as _licenses
	{reason.code | some reason in found} == {"model_card.license_not_allowed", "model_card.not_attested"}
}

test_a_stated_card_passes_where_it_is_demanded if _codes_where(_stated, {"production": {"high": true}}) == set()

test_an_unstated_card_is_denied_where_it_is_demanded if {
	_codes_where(_card, {"production": {"high": true}}) == {"model_card.not_attested"}
}

test_without_a_word_the_card_must_be_stated if _codes_where(_card, {}) == {"model_card.not_attested"}

test_a_number_that_a_report_does_not_bear_out_is_told if {
	claim := {"metric": "accuracy", "dataset": "sciq", "claimed": 0.9, "measured": 0.8}
	_edited("/contradictions", {"count": 1, "found": [claim]}) == {"model_card.contradicted"}
}

test_claims_that_nobody_compared_are_not_borne_out if _without("/contradictions") == {"model_card.contradicted"}
