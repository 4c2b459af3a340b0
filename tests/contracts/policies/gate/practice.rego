package gate

practice := {
	"quorums": data.gate.quorums,
	"approvers": data.gate.approvers,
	"separation": data.gate.separation,
	"waivers": data.gate.waivers,
	"break_glass": data.gate.break_glass,
	"profiles": {},
}
