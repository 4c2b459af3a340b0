package gate.checks.vote

deny contains {
	"code": "vote.open",
	"at": "/approvals/seats",
	"message": "seats are open",
	"is_pending": true,
	"who": seat.role,
	"how": "approve",
} if {
	some seat in input.approvals.seats
	seat.open != 0
}
