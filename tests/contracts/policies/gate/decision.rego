# A policy just large enough for the contract of engines: one check that the release must
# mend, one that people can, and a mistake for each way in which an answer can be wrong.
package gate

_checks := data.gate.profiles[input.release.stage][input.release.risk_tier]

_expected contains check if some check in _checks

_ran contains check if {
	some check in _expected
	is_set(data.gate.checks[check].deny)
}

_reasons contains reason if {
	some check in _expected
	some reason in data.gate.checks[check].deny
}

_reasons contains {
	"code": "gate.check_missing",
	"at": "/release/stage",
	"message": sprintf("the check %s did not report", [check]),
	"is_pending": false,
	"who": "operator",
	"how": "put the check back",
} if {
	some check in _expected
	not check in _ran
}

default _outcome := "deny"

_outcome := "allow" if {
	count(_expected) > 0
	_ran == _expected
	count(_reasons) == 0
}

_outcome := "pending" if {
	count(_expected) > 0
	_ran == _expected
	count(_reasons) > 0
	every reason in _reasons {
		reason.is_pending == true
	}
}

decision := {
	"outcome": _outcome,
	"reasons": _reasons,
	"warnings": set(),
	"profile": sprintf("%s/%s", [input.release.stage, input.release.risk_tier]),
	"checks": {"expected": _expected, "ran": _ran},
} if {
	not input.mistake
}

decision := "allow" if input.mistake == "shape"

decision := 1 if input.mistake == "conflict"

decision := 2 if input.mistake == "conflict"

# Endless for any purpose: some 10^10 rounds, none of which keeps anything in memory.
decision := {"rounds": _rounds} if input.mistake == "endless"

_rounds := count([first |
	some first in _numbers
	some second in _numbers
	some third in _numbers
	first < second
	second < third
	third < first
])

_numbers := numbers.range(1, 4000)
