# METADATA
# scope: package
# title: Regression
# description: The release is shown to be no worse than the released version, where policy data demands it.
# schemas:
#   - input: schema.policy_input
package gate.checks.regression

import data.gate.measurements

# METADATA
# title: Policy data says what is demanded, or that nothing is
# description: No demand at all is not the word that none is needed.
# custom:
#   code: regression.demand_unknown
#   remedy: State in data.gate.regression what may not get worse, or that nothing is demanded.
#   who: policy_author
deny contains {
	"code": "regression.demand_unknown",
	"at": "/release/stage",
	"message": "policy data does not say, whole, what may not get worse",
} if {
	not _is_excused
	not _is_demanding
}

# METADATA
# title: The release is compared with the released version
# description: Nobody knows whether it got worse.
# custom:
#   code: regression.not_compared
#   remedy: Evaluate the release and the released version on the same data, and submit both with sample ids.
#   who: submitter
deny contains {
	"code": "regression.not_compared",
	"at": "/evaluations/comparisons",
	"message": sprintf("no comparison of %s with the released version", [measurements.named(demand)]),
} if {
	some demand in _demands
	not demand in _compared
}

# METADATA
# title: Like is compared with like
# description: Another revision, split, filter or judge is another measurement.
# custom:
#   code: regression.not_comparable
#   remedy: Evaluate both versions with the same data, settings and tool.
#   who: submitter
deny contains {
	"code": "regression.not_comparable",
	"at": sprintf("/evaluations/comparisons/%d", [i]),
	"message": sprintf("%s cannot be compared with the released version: %s", [measurements.named(demand), _why(i)]),
} if {
	some [demand, i] in _pairs
	not i in _comparable
}

# METADATA
# title: The release is not inferior
# description: No significant difference is not enough, for it is the bound that must exclude a loss.
# custom:
#   code: regression.inferior
#   remedy: Improve the release, or measure both versions on more samples, paired.
#   who: submitter
deny contains {
	"code": "regression.inferior",
	"at": sprintf("/evaluations/comparisons/%d/diff_low", [i]),
	"message": sprintf("%s is not shown to be no worse: the lower bound of the difference is %s", [
		measurements.named(demand),
		measurements.brief(object.get(input.evaluations.comparisons[i], "diff_low", []), {"at_least": demand.diff_at_least}),
	]),
	"observed": _low(i),
	"required": sprintf("at least %s", [json.marshal(demand.diff_at_least)]),
} if {
	some [demand, i] in _pairs
	i in _comparable
	not [demand, i] in _upheld
}

_stated := data.gate.regression[input.release.stage][input.release.risk_tier]
_is_excused if _stated.is_demanded == false
_is_first if input.release.is_first == true

_is_demanding if {
	_stated.is_demanded == true
	is_number(_stated.min_level)
	count(_stated.requirements) > 0
	every demand in _stated.requirements {
		is_number(demand.diff_at_least)
	}
}

# The first release of a model has nothing to be compared with.
_demands contains demand if {
	not _is_excused
	not _is_first
	some demand in _stated.requirements
}
