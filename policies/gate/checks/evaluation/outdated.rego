package gate.checks.evaluation

# METADATA
# title: No report is outdated, where policy data demands it
# description: Old evidence that nobody demanded still tells people what is no longer so.
# custom:
#   code: evaluation.report_outdated
#   remedy: Leave old reports out, or evaluate anew with a tool that dates its report.
#   who: submitter
_outdated contains {
	"code": "evaluation.report_outdated",
	"at": sprintf("/evaluations/reports/%d", [i]),
	"message": "the report is too old, undated or from the future",
	"required": sprintf("at most %s days old", [json.marshal(_thresholds.max_age_days_of_all)]),
} if {
	some i, _ in input.evaluations.reports
	not i in _recent
}

_recent contains i if {
	some i, report in input.evaluations.reports
	is_number(report.age_seconds)
	report.age_seconds <= _thresholds.max_age_days_of_all * 86400
}

_recent contains i if {
	some i, _ in input.evaluations.reports
	object.get(_thresholds, "max_age_days_of_all", "any") == "any"
}
