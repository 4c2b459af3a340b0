# METADATA
# title: Who may ask this OPA
# description: >-
#   The gate alone, by the token that both containers are given, and only for what the gate
#   asks. Without a token of 32 characters or more nobody may ask anything.
package system.authz

default allow := false

allow if {
	input.method == "POST"
	input.path in {["v1", "data", "gate", "decision"], ["v1", "data", "gate", "practice"]}
	count(_token) >= 32
	crypto.sha256(input.identity) == crypto.sha256(_token)
}

allow if {
	input.method == "GET"
	input.path == ["health"]
}

_token := opa.runtime().env.COUNTERSIGN_OPA_TOKEN
