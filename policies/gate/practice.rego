package gate

# METADATA
# title: What the gate must know to count votes and waivers
# description: >-
#   The gate asks for it before it asks for a decision. Undefined, and so an error, unless
#   every part of it is stated.
practice := {
	"quorums": data.gate.quorums,
	"approvers": data.gate.approvers,
	"separation": data.gate.separation,
	"waivers": data.gate.waivers,
	"break_glass": data.gate.break_glass,
	"profiles": data.gate.profiles,
}
