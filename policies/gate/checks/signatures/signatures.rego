# METADATA
# scope: package
# title: Signatures
# description: >-
#   One trusted signer has signed every file of the release as it is. Signers are not added
#   up: a trusted signature over one file lends its name to no other.
# schemas:
#   - input: schema.policy_input
package gate.checks.signatures

# METADATA
# title: A signature bundle was submitted
# description: An unsigned release could be anybody's.
# custom:
#   code: signatures.none
#   remedy: Sign the release with sigstore, and submit the bundle with it.
#   who: submitter
deny contains {
	"code": "signatures.none",
	"at": "/signatures/submitted",
	"message": "no signature bundle was submitted",
} if {
	not _is_submitted
}

# METADATA
# title: Every submitted bundle was verified
# description: A bundle that was refused is no evidence, and somebody meant it to be.
# custom:
#   code: signatures.bundle_refused
#   remedy: Submit only bundles that verify against a trust root of the gate.
#   who: submitter
deny contains {
	"code": "signatures.bundle_refused",
	"at": "/signatures/refused",
	"message": sprintf("not every submitted bundle was verified: %s", [_refusals]),
	"observed": _refusals,
} if {
	_is_submitted
	not _is_all_verified
}

# METADATA
# title: A trusted signer signed
# description: The identity must be in the trust data exactly, within its trust domain.
# custom:
#   code: signatures.signer_untrusted
#   remedy: Have a trusted identity sign, or ask for the identity to be added to data.gate.trust.
#   who: submitter
deny contains {
	"code": "signatures.signer_untrusted",
	"at": "/signatures/signers",
	"message": sprintf("nobody whom policy data trusts has signed; signed by: %s", [_identities]),
	"observed": _identities,
} if {
	_is_submitted
	count(_trusted) == 0
}

# METADATA
# title: Every signed file is as it was signed
# description: A file that changed after signing is not what the signer vouched for.
# custom:
#   code: signatures.file_changed
#   remedy: Sign the release as it is, or restore the files that were signed.
#   who: submitter
deny contains _objection("signatures.file_changed", "files changed after they were signed", i, signer, "changed") if {
	some i, signer in _insufficient
	not i in _unchanged
}

# METADATA
# title: Every file is signed
# description: Whoever can add an unsigned file can change what the model does.
# custom:
#   code: signatures.file_unsigned
#   remedy: Sign all files of the release, or take the unsigned ones out.
#   who: submitter
deny contains _objection("signatures.file_unsigned", "files are not signed", i, signer, "unsigned") if {
	some i, signer in _insufficient
	not i in _complete
}

# METADATA
# title: Every signed file is in the release
# description: What the signer vouched for is released whole.
# custom:
#   code: signatures.file_missing
#   remedy: Put the missing files back, or sign the release without them.
#   who: submitter
deny contains _objection("signatures.file_missing", "signed files are missing", i, signer, "missing") if {
	some i, signer in _insufficient
	not i in _present
}

# METADATA
# title: The signer leaves out no path but ignorable ones
# description: The signer chooses what the manifest leaves out; policy data says what may be.
# custom:
#   code: signatures.path_ignored
#   remedy: Sign without leaving these paths out, or ask for them to be made ignorable.
#   who: submitter
deny contains _objection("signatures.path_ignored", "the signer left paths out", i, signer, "ignored") if {
	some i, signer in _insufficient
	not i in _inclusive
}

_objection(code, message, i, signer, kind) := {
	"code": code,
	"at": sprintf("/signatures/signers/%d/%s", [i, kind]),
	"message": sprintf("%s: %s", [message, concat(", ", object.get(signer, [kind, "paths"], ["not listed"]))]),
}
