package gate.measurements

# METADATA
# description: A number for people, cut after four decimals where it still breaks its limit, else whole.
brief(value, demand) := text if {
	text := _cut(json.marshal(value))
	_is_broken_by(to_number(text), demand)
} else := json.marshal(value)

_cut(text) := sprintf("%s.%s", [whole, substring(decimals, 0, 4)]) if {
	not contains(text, "e")
	[whole, decimals] := split(text, ".")
	count(decimals) > 4
}

_is_broken_by(number, demand) if {
	number != 0
	is_number(demand.at_least)
	number < demand.at_least
}

_is_broken_by(number, demand) if {
	number != 0
	is_number(demand.at_most)
	number > demand.at_most
}
