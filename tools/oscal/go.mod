module countersign.dev/tools/oscal

go 1.26.0

// Only for its copy of NIST's JSON Schema: nothing of it is built.
require github.com/defenseunicorns/go-oscal v0.6.2
