package gate.checks.signatures

import data.gate.identities

_is_submitted if {
	is_number(input.signatures.submitted)
	input.signatures.submitted > 0
}

_is_all_verified if {
	input.signatures.verified == input.signatures.submitted
	count(input.signatures.refused) == 0
}

# Signers by their place in the input. Each set says something good of its members, so that
# whatever is absent makes it smaller.
_accepted := (((_trusted & _unchanged) & _complete) & _present) & _inclusive

_insufficient[i] := signer if {
	count(_accepted) == 0
	some i, signer in input.signatures.signers
	i in _trusted
}

_trusted contains i if {
	some i, signer in input.signatures.signers
	some known in data.gate.trust.signers
	identities.is_known_as(signer, known)

	# A signer that is trusted for some models only is a stranger to all others.
	identities.is_for_model(known, object.get(input, ["release", "model"], {}))
}

_unchanged contains i if {
	some i, signer in input.signatures.signers
	signer.changed.count == 0
}

_complete contains i if {
	some i, signer in input.signatures.signers
	signer.signed.count > 0
	signer.unsigned.count == count(signer.unsigned.paths)
	every path in signer.unsigned.paths {
		path in data.gate.trust.unsigned_paths
	}
}

_present contains i if {
	some i, signer in input.signatures.signers
	signer.missing.count == 0
}

_inclusive contains i if {
	some i, signer in input.signatures.signers
	signer.ignored.count == count(signer.ignored.paths)
	every path in signer.ignored.paths {
		_is_below(path, data.gate.trust.ignorable_paths)
	}
}

_is_below(path, roots) if path in roots

_is_below(path, roots) if {
	some root in roots
	startswith(path, sprintf("%s/", [root]))
}

_identities := _or_unknown(concat(", ", sort([who |
	some signer in input.signatures.signers
	who := sprintf("%s (%s, trust domain %s)", [signer.identity.value, signer.issuer, signer.trust_domain])
])))

_refusals := _or_unknown(concat(", ", [why |
	some refused in input.signatures.refused
	why := sprintf("%s (%s)", [refused.message, refused.code])
]))

_or_unknown(text) := text if text != ""

_or_unknown("") := "unknown"
