package gate.measurements_test

import data.gate.checks.calibration
import data.gate.checks.evaluation
import data.gate.checks.fairness
import data.gate.checks.safety
import data.gate.measurements

_signer := {"trust_domain": "acme", "issuer": "iss", "identity": {"type": "uri", "value": "eval"}, "claims": {}}

_statement(type) := {"predicate_type": type, "signer": _signer, "covered": {"count": 2}, "uncovered": {"count": 0}}

_demand := {"dataset": "d", "metric": "m", "unit": "fraction", "params": {}, "bound": "value", "at_most": 0.5, "min_n": 1}

_result(more) := object.union(
	{
		"dataset": "d", "metric": "m", "unit": "fraction", "params": {}, "slice": {},
		"slice_role": "overall", "status": "ok", "value": 0.1, "n": 10,
	},
	more,
)

_report(binding, type, results) := {
	"status": "read", "binding": binding, "statements": [_statement(type)], "results": results,
	"results_count": count(results), "run": {"status": "complete", "finished_at": 100},
}

_input(report) := {
	"now": 100,
	"release": {"stage": "production", "risk_tier": "high", "model": {"namespace": "acme", "name": "scorer"}},
	"evaluations": {"submitted": 1, "reports": [report]},
}

_terms := {"production": {"high": {
	"max_age_days": 1, "min_level": 0.95, "accepted_bindings": ["attested"], "requirements": [_demand],
}}}

_demanded := {"production": {"high": {"is_demanded": true, "requirements": [_demand]}}}

_by_group := {"production": {"high": {"is_demanded": true, "requirements": [object.union(_demand, {
	"attribute": "language",
	"min_groups": 2,
})]}}}

_groups := [_result({"slice_role": "group", "slice": {"language": name}}) | some name in ["en", "fi"]]

_codes(report) := {reason.code | some reason in found} if {
	found := _denials with input as _input(report)
		with data.gate.thresholds as _terms
		with data.gate.safety as _demanded
		with data.gate.calibration as _demanded
		with data.gate.statements.types as {"evaluation": ["evaluation"], "safety": ["safety"], "provenance": []}
		with data.gate.trust.signers as [object.union(_signer, {"may_state": ["evaluation", "safety"]})]
}

_denials := (evaluation.deny | safety.deny) | calibration.deny

_codes_of_groups(report) := {reason.code | some reason in found} if {
	found := fairness.deny with input as _input(report)
		with data.gate.thresholds as _terms
		with data.gate.fairness as _by_group
		with data.gate.statements.types as {"evaluation": ["evaluation"], "provenance": []}
		with data.gate.trust.signers as [object.union(_signer, {"may_state": ["evaluation"]})]
}

test_an_evaluation_that_is_stated_counts_but_not_for_attacks if {
	_codes(_report("declared", "evaluation", [_result({})])) == {"safety.inconclusive"}
}

test_a_safety_report_that_is_stated_counts_for_attacks_alone if {
	_codes(_report("declared", "safety", [_result({})])) == {"evaluation.binding_not_accepted", "calibration.inconclusive"}
}

test_groups_that_are_stated_count if _codes_of_groups(_report("declared", "evaluation", _groups)) == set()

test_groups_that_are_stated_in_another_type_do_not if {
	_codes_of_groups(_report("declared", "safety", _groups)) == {"fairness.inconclusive"}
}

test_a_report_that_names_other_bytes_is_about_them_whoever_states_it if {
	_codes(_report("none", "evaluation", [_result({})])) == {"evaluation.binding_not_accepted", "calibration.inconclusive", "safety.inconclusive"}
}

test_without_a_binding_a_statement_binds_nothing if {
	report := object.remove(_report("declared", "evaluation", [_result({})]), ["binding"])
	"evaluation.binding_not_accepted" in _codes(report)
}

_bindings(binding, revision) := measurements.bindings(
	{"binding": binding, "subject": {"revision": revision}},
	{"attesters": set(), "revisions": {"c0ffee"}},
)

test_a_report_on_the_commit_that_was_built_matches_it if _bindings("declared", "c0ffee") == {"declared", "revision_match"}

test_a_report_on_another_commit_does_not if _bindings("declared", "main") == {"declared"}

test_a_report_that_names_other_bytes_matches_no_commit if _bindings("none", "c0ffee") == set()
