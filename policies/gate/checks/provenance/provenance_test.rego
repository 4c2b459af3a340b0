package gate.checks.provenance_test

import data.gate.checks.provenance

_signer := {"trust_domain": "acme", "issuer": "iss", "identity": {"type": "email", "value": "b@acme.example"}, "claims": {}}

_statement := {
	"predicate_type": "slsa", "signer": _signer, "builder_id": "b1", "source_uri": "s1",
	"covered": {"count": 2}, "uncovered": {"count": 0},
}

_codes(statements, stated) := {reason.code | some reason in found} if {
	found := provenance.deny with data.gate.trust as {"signers": [object.union(_signer, {"may_state": ["slsa"]})]}
		with data.gate.provenance as {"demanded": {"production": {"high": stated}}, "sources": {"acme/scorer": ["s1"]}}
		with input as {
			"release": {"stage": "production", "risk_tier": "high", "model": {"namespace": "acme", "name": "scorer"}},
			"provenance": {"statements": statements},
		}
}

_demanded := {"is_demanded": true, "builders": ["b1"]}

_with(more) := _codes([object.union(_statement, more)], _demanded)

test_a_whole_statement_passes if _with({}) == set()

test_one_good_statement_of_two_is_enough if {
	_codes([object.union(_statement, {"builder_id": "x"}), _statement], _demanded) == set()
}

test_no_statement_is_denied if _codes([], _demanded) == {"provenance.none"}

test_a_statement_of_another_type_is_none if _with({"predicate_type": "sbom"}) == {"provenance.none"}

test_another_builder_is_denied if _with({"builder_id": "x"}) == {"provenance.builder_untrusted"}

test_another_source_is_denied if _with({"source_uri": "x"}) == {"provenance.source_unexpected"}

test_files_without_provenance_are_denied if _with({"uncovered": {"count": 1}}) == {"provenance.file_uncovered"}

test_where_nothing_is_demanded_nothing_is_needed if _codes([], {"is_demanded": false}) == set()

test_without_a_word_it_is_denied if "provenance.demand_unknown" in _codes([_statement], {})
