package gate

# Where the gate's word is used. Every decision answers at all of them, so that who asks
# chooses no rules; what is asked at no point, or at an unknown one, is answered over all.
_points := {"admission", "audit", "ci", "promotion"}

# A reason says where it objects, unless that is everywhere.
_scope(found) := {"points": sort([point | some point in _objected_at(found)])} if {
	_objected_at(found) != _points
}

_scope(found) := {} if _objected_at(found) == _points

_objected_at(found) := {point |
	some point in _points
	found in _objects_at(point)
}
