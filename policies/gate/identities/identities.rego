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

# METADATA
# description: The known signer is trusted for the model; one that names no models is trusted for all.
is_for_model(known, _) if object.get(known, "models", "all") == "all"

is_for_model(known, model) if sprintf("%s/%s", [model.namespace, model.name]) in known.models
