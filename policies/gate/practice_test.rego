package gate.practice_test

import data.gate

test_the_practice_states_every_part if {
	object.keys(gate.practice) == {"quorums", "approvers", "separation", "waivers", "break_glass", "profiles"}
}
