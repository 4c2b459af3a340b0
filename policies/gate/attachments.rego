package gate

# What is found objects at a point unless policy data says where the rule is attached that it
# only advises there or that its day has not come, or unless a waiver or broken glass covers it
# there. Each way out needs everything that it rests on to be there; a rule that is attached
# without a word is hard, at every point.
_objections := {found | some point in _points; some found in _objects_at(point)}

_objects_at(point) := {found |
	some found in _found
	not _is_advice(found, point)
	count(_waivers_of(found, point)) + count(_glass_of(found, point)) == 0
}

_is_advice(found, point) if _level(found.code, point) == "advisory"

_is_advice(found, _) if _is_future(found.code)

default _level(_, _) := "hard"

# The gate's own reasons say that it has not looked: no data makes them less than hard.
_level(code, point) := object.get(rule, ["points", point], object.get(rule, "level", "hard")) if {
	not startswith(code, "gate.")
	rule := _attached.rules[code]
}

_is_future(code) if {
	not startswith(code, "gate.")
	is_string(input.calendar.utc)
	input.calendar.utc < _effective_on(code)
}

_effective_on(code) := date if {
	date := _attached.rules[code].effective_on
	is_string(date)
}

_waivers_of(found, point) := {waiver.id |
	some waiver in input.waivers
	waiver.code == found.code
	_level(found.code, point) == "soft"
	_is_in_force(waiver)
}

_is_in_force(waiver) if {
	_is_about_this(waiver)
	waiver.stage == input.release.stage
	is_number(waiver.not_before)
	is_number(waiver.expires_at)
	waiver.not_before <= input.now
	input.now < waiver.expires_at
	waiver.expires_at - waiver.not_before <= data.gate.waivers.max_days * 86400
	waiver.approved_as in data.gate.waivers.roles
	_is_by_another(waiver.approved_by, {waiver.requested_by, input.release.submitted_by})
}

# A waiver is of a release or of a model: one that lost what it is of is of neither.
_is_about_this(waiver) if waiver.release_digest == input.release.digest

_is_about_this(waiver) if {
	waiver.model == sprintf("%s/%s", [input.release.model.namespace, input.release.model.name])
}

_is_by_another(person, others) if {
	is_string(person)
	not person in others
}

_noticed contains object.union(found, {"message": sprintf("advice: %s", [found.message])}) if {
	some found in _found
	every point in _points {
		_level(found.code, point) == "advisory"
	}
}

_noticed contains object.union(found, {"message": sprintf("denies from %s: %s", [date, found.message])}) if {
	some found in _found
	_is_future(found.code)
	some point in _points
	_level(found.code, point) != "advisory"
	date := _effective_on(found.code)
}

_waivers_of_any(found) := {id |
	some point in _points
	some id in _waivers_of(found, point)
	not _is_advice(found, point)
}

_waived contains {"code": found.code, "at": found.at, "waivers": sort([id | some id in _waivers_of_any(found)])} if {
	some found in _found
	count(_waivers_of_any(found)) > 0
}

_noticed contains object.union(found, {"message": sprintf("waived by %s: %s", [waivers, found.message])}) if {
	some found in _found
	count(_waivers_of_any(found)) > 0
	waivers := concat(", ", sort([waiver | some waiver in _waivers_of_any(found)]))
}
