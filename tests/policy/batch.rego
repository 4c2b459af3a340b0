# Evaluates many inputs in one process, each with the policy data that it brings.
package batch

verdicts[i] := verdict if {
	some i, item in input.items
	count(item.data) == 0
	verdict := data.gate.decision with input as item.input
}

verdicts[i] := verdict if {
	some i, item in input.items
	count(item.data) > 0
	verdict := data.gate.decision with input as item.input
		with data.gate.profiles as object.get(item.data, "profiles", data.gate.profiles)
		with data.gate.quorums as object.get(item.data, "quorums", data.gate.quorums)
		with data.gate.thresholds as object.get(item.data, "thresholds", data.gate.thresholds)
		with data.gate.trust as object.get(item.data, "trust", data.gate.trust)
		with data.gate.licenses as object.get(item.data, "licenses", data.gate.licenses)
		with data.gate.tiers as object.get(item.data, "tiers", data.gate.tiers)
		with data.gate.rollbacks as object.get(item.data, "rollbacks", data.gate.rollbacks)
		with data.gate.soaks as object.get(item.data, "soaks", data.gate.soaks)
		with data.gate.calibration as object.get(item.data, "calibration", data.gate.calibration)
		with data.gate.safety as object.get(item.data, "safety", data.gate.safety)
		with data.gate.fairness as object.get(item.data, "fairness", data.gate.fairness)
		with data.gate.lineage as object.get(item.data, "lineage", data.gate.lineage)
		with data.gate.freezes as object.get(item.data, "freezes", data.gate.freezes)
		with data.gate.monitoring as object.get(item.data, "monitoring", data.gate.monitoring)
		with data.gate.separation as object.get(item.data, "separation", data.gate.separation)
		with data.gate.change_plans as object.get(item.data, "change_plans", data.gate.change_plans)
		with data.gate.regression as object.get(item.data, "regression", data.gate.regression)
		with data.gate.provenance as object.get(item.data, "provenance", data.gate.provenance)
		with data.gate.statements as object.get(item.data, "statements", data.gate.statements)
		with data.gate.break_glass as object.get(item.data, "break_glass", data.gate.break_glass)
		with data.gate.waivers as object.get(item.data, "waivers", data.gate.waivers)
		with data.gate.catalogue as object.get(item.data, "catalogue", data.gate.catalogue)
}
