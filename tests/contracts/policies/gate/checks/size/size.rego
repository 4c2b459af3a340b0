package gate.checks.size

deny contains {
	"code": "size.too_large",
	"at": "/release/files/size",
	"message": sprintf("the release has %v bytes", [input.release.files.size]),
	"is_pending": false,
	"who": "submitter",
	"how": "make it smaller",
	"observed": sprintf("%d", [input.release.files.size]),
	"required": sprintf("at most %d", [data.gate.profiles.largest]),
} if {
	not _small
}

_small if input.release.files.size <= data.gate.profiles.largest
