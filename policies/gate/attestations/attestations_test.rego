package gate.attestations_test

import data.gate.attestations

_model := {"namespace": "acme", "name": "scorer"}

_known := {
	"trust_domain": "acme", "issuer": "iss", "identity": {"type": "uri", "value": "eval"},
	"claims": {"source_repository_uri": "repo"}, "may_state": ["evaluation", "sbom"],
}

_statement := {
	"predicate_type": "evaluation", "covered": {"count": 2}, "uncovered": {"count": 0},
	"signer": {
		"trust_domain": "acme", "issuer": "iss", "identity": {"type": "uri", "value": "eval"},
		"claims": {"source_repository_uri": "repo", "run": "7"},
	},
}

_is_attested(known, statement) if {
	attesters := attestations.attesters([known], ["evaluation"], _model)
	attestations.is_attested({"statements": [statement]}, attesters)
}

_differs(path, value) if {
	not _is_attested(_known, json.patch(_statement, [{"op": "add", "path": path, "value": value}]))
}

test_who_may_state_it_attests if _is_attested(_known, _statement)

test_another_type_is_another_statement if _differs("/predicate_type", "sbom")

test_another_trust_domain_is_another_signer if _differs("/signer/trust_domain", "other")

test_another_issuer_is_another_signer if _differs("/signer/issuer", "iss2")

test_another_identity_is_another_signer if _differs("/signer/identity/value", "eval2")

test_another_claim_is_another_signer if _differs("/signer/claims/source_repository_uri", "repo2")

test_a_part_of_the_release_is_not_the_release if _differs("/uncovered/count", 1)

test_about_nothing_is_not_about_the_release if _differs("/covered/count", 0)

test_without_a_count_nothing_is_known if {
	not _is_attested(_known, json.patch(_statement, [{"op": "remove", "path": "/uncovered"}]))
}

test_who_may_state_nothing_states_nothing if {
	not _is_attested(object.remove(_known, ["may_state"]), _statement)
}

test_who_is_trusted_for_other_models_is_a_stranger if {
	not _is_attested(object.union(_known, {"models": ["acme/other"]}), _statement)
	_is_attested(object.union(_known, {"models": ["acme/scorer"]}), _statement)
}

_built(statement) := attestations.vouching([_known], {"sbom": ["sbom"], "provenance": ["evaluation"]}, "sbom", {
	"release": {"model": _model},
	"provenance": {"statements": [object.union(statement, {"revisions": ["c0ffee"]})]},
}).revisions

test_trusted_provenance_vouches_for_commits if _built(_statement) == {"c0ffee"}

test_provenance_of_a_stranger_does_not if _built(object.union(_statement, {"predicate_type": "sbom"})) == set()
