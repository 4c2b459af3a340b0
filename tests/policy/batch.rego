# Evaluates many inputs in one process, each with the policy data that it brings.
package batch

verdicts[i] := verdict if {
	some i, item in input.items
	verdict := data.gate.decision with input as item.input
		with data.gate.profiles as object.get(item.data, "profiles", data.gate.profiles)
		with data.gate.quorums as object.get(item.data, "quorums", data.gate.quorums)
		with data.gate.thresholds as object.get(item.data, "thresholds", data.gate.thresholds)
		with data.gate.trust as object.get(item.data, "trust", data.gate.trust)
		with data.gate.licenses as object.get(item.data, "licenses", data.gate.licenses)
		with data.gate.tiers as object.get(item.data, "tiers", data.gate.tiers)
		with data.gate.rollbacks as object.get(item.data, "rollbacks", data.gate.rollbacks)
		with data.gate.catalogue as object.get(item.data, "catalogue", data.gate.catalogue)
}
