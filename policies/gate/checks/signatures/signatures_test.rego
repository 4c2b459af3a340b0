package gate.checks.signatures_test

import data.gate.checks.signatures

_trust := {
	"signers": [{
		"trust_domain": "acme",
		"issuer": "https://oidc.acme.example",
		"identity": {"type": "email", "value": "release@acme.example"},
		"claims": {"environment": "release"},
	}],
	"ignorable_paths": [".git"],
	"unsigned_paths": [".gitattributes"],
}

_none := {"count": 0, "paths": []}

_signer := {
	"trust_domain": "acme",
	"issuer": "https://oidc.acme.example",
	"identity": {"type": "email", "value": "release@acme.example"},
	"claims": {"environment": "release", "run": "7"},
	"signed": {"count": 2},
	"changed": _none,
	"unsigned": _none,
	"missing": _none,
	"ignored": _none,
}

_stranger := object.union(_signer, {"identity": {"type": "email", "value": "release@acme.example.evil"}})

_signatures(signers) := {"submitted": 1, "verified": 1, "refused": [], "signers": signers}

_codes(found) := {reason.code | some reason in found}

_of(documents) := found if {
	found := signatures.deny with input as {"signatures": documents} with data.gate.trust as _trust
}

_with(path, value) := _codes(_of(_signatures([json.patch(_signer, [{"op": "add", "path": path, "value": value}])])))

test_a_trusted_signer_of_all_files_passes if _of(_signatures([_signer])) == set()

test_a_stranger_beside_the_trusted_signer_does_no_harm if _of(_signatures([_stranger, _signer])) == set()

test_a_stranger_alone_is_denied if _codes(_of(_signatures([_stranger]))) == {"signatures.signer_untrusted"}

test_nobody_is_denied if _codes(_of(_signatures([]))) == {"signatures.signer_untrusted"}

test_another_claim_is_another_signer if _with("/claims/environment", "test") == {"signatures.signer_untrusted"}

test_the_same_name_in_another_trust_domain_is_denied if {
	_with("/trust_domain", "sigstore") == {"signatures.signer_untrusted"}
}

test_no_bundle_is_denied if {
	_codes(_of({"submitted": 0, "verified": 0, "refused": [], "signers": []})) == {"signatures.none"}
}

test_nothing_about_signatures_is_denied if _codes(_of({})) == {"signatures.none"}

test_a_refused_bundle_is_denied if {
	found := _of({
		"submitted": 2, "verified": 1, "signers": [_signer],
		"refused": [{"code": "not_logged", "message": "no log entry"}],
	})
	[reason.observed | some reason in found] == ["no log entry (not_logged)"]
}

test_a_refused_bundle_that_went_missing_is_denied if {
	found := _of({"submitted": 2, "verified": 1, "refused": [], "signers": [_signer]})
	[reason.observed | some reason in found] == ["unknown"]
}

test_two_signers_of_half_the_files_are_not_one_of_all if {
	half := json.patch(_signer, [{"op": "replace", "path": "/unsigned", "value": {"count": 1, "paths": ["b"]}}])
	other := json.patch(half, [{"op": "replace", "path": "/unsigned/paths/0", "value": "a"}])
	_codes(_of(_signatures([half, other]))) == {"signatures.file_unsigned"}
}

test_a_changed_file_is_named if {
	found := _of(_signatures([object.union(_signer, {"changed": {"count": 1, "paths": ["w.bin"]}})]))
	[[reason.at, reason.message] | some reason in found] == [[
		"/signatures/signers/0/changed",
		"files changed after they were signed: w.bin",
	]]
}

test_a_missing_file_is_denied if _with("/missing", {"count": 1, "paths": ["w"]}) == {"signatures.file_missing"}

test_files_that_may_be_unsigned_pass if _with("/unsigned", {"count": 1, "paths": [".gitattributes"]}) == set()

test_files_too_many_to_list_are_denied if _with("/unsigned", {"count": 2, "paths": [".gitattributes"]}) == {"signatures.file_unsigned"}

test_signing_no_file_is_denied if _with("/signed/count", 0) == {"signatures.file_unsigned"}

test_an_ignorable_path_passes if _with("/ignored", {"count": 2, "paths": [".git", ".git/x"]}) == set()

test_a_path_that_only_looks_ignorable_is_denied if {
	_with("/ignored", {"count": 1, "paths": [".github"]}) == {"signatures.path_ignored"}
}

test_a_signer_of_some_models_is_a_stranger_to_others if {
	known := [object.union(_trust.signers[0], {"models": ["acme/scorer"]})]
	document := {"signatures": _signatures([_signer]), "release": {"model": {"namespace": "acme", "name": "scorer"}}}
	trust := object.union(_trust, {"signers": known})
	count(signatures.deny) == 0 with input as document with data.gate.trust as trust
	other := json.patch(document, [{"op": "replace", "path": "/release/model/name", "value": "other"}])
	_codes(signatures.deny) == {"signatures.signer_untrusted"} with input as other with data.gate.trust as trust
}
