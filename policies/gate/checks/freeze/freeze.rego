# METADATA
# scope: package
# title: Freeze
# description: Nothing is released in a freeze, or outside the hours in which people can help.
# schemas:
#   - input: schema.policy_input
package gate.checks.freeze

# METADATA
# title: Policy data says when releases may be made
# description: No calendar of freezes at all is not the word that there are none.
# custom:
#   code: freeze.rule_unknown
#   remedy: State in data.gate.freezes the freezes and hours of this stage.
#   who: policy_author
deny contains {
	"code": "freeze.rule_unknown",
	"at": "/release/stage",
	"message": "policy data does not say, whole, when this stage may be released to",
} if {
	not _is_rule_known
}

# METADATA
# title: The hour is known
# description: Without the day and the hour nothing can be held against a calendar.
# custom:
#   code: freeze.calendar_unknown
#   remedy: Report this to the operator of the gate, which did not tell the hour.
#   who: operator
deny contains {
	"code": "freeze.calendar_unknown",
	"at": "/calendar",
	"message": "the day and the hour of the decision are not known",
} if {
	not _is_calendar_known
}

# METADATA
# title: No freeze is on
# description: Before holidays and audits nothing changes.
# custom:
#   code: freeze.window_active
#   remedy: Wait until the freeze is over, or ask for a waiver where the rule is soft.
#   who: submitter
deny contains {
	"code": "freeze.window_active",
	"at": "/calendar/utc",
	"message": sprintf("the freeze %s lasts until %s", [window.name, window.until]),
	"observed": input.calendar.utc,
} if {
	_is_calendar_known
	some window in _rule.windows
	utc := input.calendar.utc
	not _is_outside(utc, window)
}

# METADATA
# title: It is an hour at which releases are made
# description: When something fails, those who can mend it are there.
# custom:
#   code: freeze.outside_hours
#   remedy: Release within the hours that data.gate.freezes states for this stage.
#   who: submitter
deny contains {
	"code": "freeze.outside_hours",
	"at": "/calendar/time",
	"message": sprintf("no releases on %s at %s (%s)", [input.calendar.weekday, input.calendar.time, input.calendar.zone]),
} if {
	_is_rule_known
	_is_calendar_known
	not _is_within_hours
}

_rule := data.gate.freezes[input.release.stage]

_is_rule_known if {
	is_boolean(_rule.is_any_hour)
	is_array(_rule.windows)
	every window in _rule.windows {
		is_string(window.name)
		is_string(window.from)
		is_string(window.until)
	}
}

_is_calendar_known if {
	is_string(input.calendar.utc)
	is_string(input.calendar.zone)
	is_string(input.calendar.weekday)
	is_string(input.calendar.time)
}

# Times are text of one form, so that they compare as they follow each other.
_is_outside(utc, window) if utc < window.from

_is_outside(utc, window) if utc >= window.until

_is_within_hours if _rule.is_any_hour == true

_is_within_hours if {
	input.calendar.zone == _rule.zone
	input.calendar.weekday in _rule.days
	_rule.from <= input.calendar.time
	input.calendar.time < _rule.until
}
