# METADATA
# scope: package
# title: Attestations
# description: >-
#   Who may state evidence, and whether it is stated: by a known signer, in a type that counts,
#   about the whole release. That a statement stands for these bytes the gate has compared.
package gate.attestations

import data.gate.identities

# METADATA
# description: The signers that may state evidence of one of these types about the model, each with its types.
attesters(signers, types, model) := {attester |
	some known in signers
	identities.is_for_model(known, model)
	allowed := {type | some type in types; type in known.may_state}
	attester := object.union(known, {"types": allowed})
}

# METADATA
# description: What binds evidence of a kind to the release - who may attest it, and the commits that trusted provenance names.
vouching(signers, types, kind, document) := {
	"attesters": attesters(signers, types[kind], _model(document)),
	"revisions": _revisions(document, attesters(signers, types.provenance, _model(document))),
}

_model(document) := object.get(document, ["release", "model"], {})

_revisions(document, attesters) := {revision |
	some statement in object.get(document, ["provenance", "statements"], [])
	_is_stated(statement, attesters)
	some revision in statement.revisions
}

# METADATA
# description: One of the attesters has stated the evidence about every file of the release.
is_attested(evidence, attesters) if {
	some statement in evidence.statements
	_is_stated(statement, attesters)
}

_is_stated(statement, attesters) if {
	statement.covered.count > 0
	statement.uncovered.count == 0
	some attester in attesters
	statement.predicate_type in attester.types
	identities.is_known_as(statement.signer, attester)
}
