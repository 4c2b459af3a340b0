package gate.checks.provenance

import data.gate.identities

# Statements by their place; each set holds those of the one before that are better still.
_trusted contains i if {
	some i, statement in input.provenance.statements
	some known in data.gate.trust.signers
	identities.is_known_as(statement.signer, known)
	identities.is_for_model(known, object.get(input, ["release", "model"], {}))
	statement.predicate_type in known.may_state
}

_from_builder contains i if {
	some i in _trusted
	input.provenance.statements[i].builder_id in _stated.builders
}

_from_source contains i if {
	some i in _from_builder
	input.provenance.statements[i].source_uri in data.gate.provenance.sources[_model]
}

_model := sprintf("%s/%s", [input.release.model.namespace, input.release.model.name])

_covering contains i if {
	some i, statement in input.provenance.statements
	statement.covered.count > 0
	statement.uncovered.count == 0
}
