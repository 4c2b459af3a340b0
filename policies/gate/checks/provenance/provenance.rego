# METADATA
# scope: package
# title: Provenance
# description: A trusted builder states where the files come from, where policy data demands it.
# schemas:
#   - input: schema.policy_input
package gate.checks.provenance

# METADATA
# title: Policy data says what is demanded, or that nothing is
# description: No demand at all is not the word that none is needed.
# custom:
#   code: provenance.demand_unknown
#   remedy: State in data.gate.provenance which builders and sources count, or that nothing is demanded.
#   who: policy_author
deny contains {
	"code": "provenance.demand_unknown",
	"at": "/release/stage",
	"message": "policy data does not say, whole, which provenance is demanded",
} if {
	not _is_excused
	not _is_demanding
}

# METADATA
# title: A trusted signer states the provenance
# description: A statement that anybody may sign says nothing.
# custom:
#   code: provenance.none
#   remedy: Have the build sign a SLSA provenance of the release, by an identity that data.gate.trust lets state it.
#   who: submitter
deny contains {
	"code": "provenance.none",
	"at": "/provenance/statements",
	"message": "nobody who may state it has signed a provenance of this release",
} if {
	not _is_excused
	count(_trusted) == 0
}

# METADATA
# title: The builder is trusted
# description: What an unknown machine built may hold anything.
# custom:
#   code: provenance.builder_untrusted
#   remedy: Build on one of the builders that data.gate.provenance lists.
#   who: submitter
deny contains {
	"code": "provenance.builder_untrusted",
	"at": "/provenance/statements",
	"message": "no trusted provenance names a builder that policy data lists",
} if {
	not _is_excused
	count(_trusted) > 0
	count(_from_builder) == 0
}

# METADATA
# title: The source is that of the model
# description: A good builder builds bad sources too.
# custom:
#   code: provenance.source_unexpected
#   remedy: Build from a repository that data.gate.provenance lists for the model.
#   who: submitter
deny contains {
	"code": "provenance.source_unexpected",
	"at": "/provenance/statements",
	"message": "no trusted provenance names a source that policy data lists for this model",
} if {
	not _is_excused
	count(_from_builder) > 0
	count(_from_source) == 0
}

# METADATA
# title: The provenance covers every file
# description: A file without provenance may come from anywhere.
# custom:
#   code: provenance.file_uncovered
#   remedy: State the provenance of all files of the release.
#   who: submitter
deny contains {
	"code": "provenance.file_uncovered",
	"at": "/provenance/statements",
	"message": "no trusted provenance of the right source covers every file",
} if {
	not _is_excused
	count(_from_source) > 0
	count(_from_source & _covering) == 0
}

_stated := data.gate.provenance.demanded[input.release.stage][input.release.risk_tier]
_is_excused if _stated.is_demanded == false

_is_demanding if {
	_stated.is_demanded == true
	count(_stated.builders) > 0
}
