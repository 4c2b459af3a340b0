package gate

# In an emergency one person lets through what rules attached as emergency or soft object to:
# one release on one stage, for hours. What is owed for it is a rule of the check approvals.
_glass_of(found, point) := {glass.id |
	some glass in input.approvals.break_glass.opened
	_level(found.code, point) in {"emergency", "soft"}
	_is_broken_here(glass)
}

_is_broken_here(glass) if {
	glass.release_digest == input.release.digest
	glass.stage == input.release.stage
	is_number(glass.opened_at)
	is_number(glass.expires_at)
	glass.opened_at <= input.now
	input.now < glass.expires_at
	glass.expires_at - glass.opened_at <= data.gate.break_glass.max_hours * 3600
	_is_by_another(glass.opened_by, {input.release.submitted_by})
}

_glass_of_any(found) := {id |
	some point in _points
	some id in _glass_of(found, point)
	not _is_advice(found, point)
}

_broken_glass contains {"code": found.code, "at": found.at, "break_glass": sort([id | some id in _glass_of_any(found)])} if {
	some found in _found
	count(_glass_of_any(found)) > 0
}

_noticed contains object.union(found, {"message": sprintf("glass broken, %s: %s", [ids, found.message])}) if {
	some found in _found
	count(_glass_of_any(found)) > 0
	ids := concat(", ", sort([id | some id in _glass_of_any(found)]))
}
