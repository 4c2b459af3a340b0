package gate.checks.model_card

_is_missing if input.model_card.status == "missing"
_is_read if input.model_card.status == "read"
_why_unreadable := object.get(input, ["model_card", "message"], "the reader gives no reason")

_stated contains name if {
	some name, section in input.model_card.sections
	section.state == "present"
	section.chars > 0
}

_is_owned if {
	some owner in input.model_card.owners
	trim_space(owner) != ""
}

_license := object.get(input, ["model_card", "license", "id"], "none")
_is_license_allowed if input.model_card.license.id in _allowed[input.model_card.license.scheme]
_allowed := data.gate.licenses[input.release.stage]
