package gate.checks.freeze_test

import data.gate.checks.freeze

_calendar := {"utc": "2026-12-20T10:00:00Z", "zone": "UTC", "weekday": "sunday", "time": "10:00"}

_codes(calendar, rule) := {reason.code | some reason in found} if {
	found := freeze.deny with input as {"release": {"stage": "production"}, "calendar": calendar}
		with data.gate.freezes as {"production": rule}
}

_freeze(from, until) := {"is_any_hour": true, "windows": [{"name": "x", "from": from, "until": until}]}

_hours(days, from, until) := {"is_any_hour": false, "windows": [], "zone": "UTC", "days": days, "from": from, "until": until}

test_without_freezes_any_hour_passes if _codes(_calendar, {"is_any_hour": true, "windows": []}) == set()

test_before_a_freeze_passes if _codes(_calendar, _freeze("2026-12-20T10:00:01Z", "2027-01-01T00:00:00Z")) == set()

test_after_a_freeze_passes if _codes(_calendar, _freeze("2026-12-01T00:00:00Z", "2026-12-20T10:00:00Z")) == set()

test_in_a_freeze_is_denied if {
	_codes(_calendar, _freeze("2026-12-20T10:00:00Z", "2026-12-20T10:00:01Z")) == {"freeze.window_active"}
}

test_within_the_hours_passes if _codes(_calendar, _hours(["sunday"], "10:00", "10:01")) == set()

test_after_the_hours_is_denied if _codes(_calendar, _hours(["sunday"], "08:00", "10:00")) == {"freeze.outside_hours"}

test_on_another_day_is_denied if _codes(_calendar, _hours(["monday"], "08:00", "12:00")) == {"freeze.outside_hours"}

test_in_another_zone_is_denied if {
	_codes(object.union(_calendar, {"zone": "CET"}), _hours(["sunday"], "08:00", "12:00")) == {"freeze.outside_hours"}
}

test_without_the_hour_it_is_denied if _codes({}, {"is_any_hour": true, "windows": []}) == {"freeze.calendar_unknown"}

test_without_a_rule_it_is_denied if _codes(_calendar, {"is_any_hour": true}) == {"freeze.rule_unknown"}
