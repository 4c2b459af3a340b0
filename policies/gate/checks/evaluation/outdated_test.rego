package gate.checks.evaluation_outdated_test

import data.gate.checks.evaluation

_outdated(report, terms) := {reason.at | some reason in found; reason.code == "evaluation.report_outdated"} if {
	found := evaluation.deny with input as {
		"release": {"stage": "production", "risk_tier": "high"},
		"evaluations": {"submitted": 1, "reports": [report]},
	}
		with data.gate.thresholds as {"production": {"high": terms}}
}

test_a_day_old_report_is_not_outdated_after_a_day if _outdated({"age_seconds": 86400}, {"max_age_days_of_all": 1}) == set()

test_a_second_more_is_too_old if _outdated({"age_seconds": 86401}, {"max_age_days_of_all": 1}) == {"/evaluations/reports/0"}

test_an_undated_report_is_too_old if _outdated({}, {"max_age_days_of_all": 1}) == {"/evaluations/reports/0"}

test_where_no_age_is_demanded_any_will_do if _outdated({}, {"max_age_days": 1}) == set()
