# METADATA
# scope: package
# title: Identities
# description: Compares a verified signer with one that policy data knows, exactly.
package gate.identities

# METADATA
# description: The signer is the known one, within its trust domain and with all its claims.
is_known_as(signer, known) if {
	signer.trust_domain == known.trust_domain
	signer.issuer == known.issuer
	signer.identity.type == known.identity.type
	signer.identity.value == known.identity.value
	every name, claim in known.claims {
		signer.claims[name] == claim
	}
}
