#!/bin/sh
# What action.yml runs: from the inputs to `countersign check`, whose exit code is the answer.
# Reads INPUT_* and PYTHON; COUNTERSIGN_URL and COUNTERSIGN_TOKEN are the command's own.
set -eu

set -- "$INPUT_MODEL_DIR" --model "$INPUT_MODEL" --version "$INPUT_VERSION" \
    --stage "$INPUT_STAGE" --tier "$INPUT_TIER" --output github \
    --reference "$INPUT_REFERENCE" --sarif "$INPUT_SARIF" --junit "$INPUT_JUNIT"
[ -z "$INPUT_AUDIENCE" ] || set -- "$@" --github-oidc "$INPUT_AUDIENCE"
[ -z "$INPUT_CARD" ] || set -- "$@" --card "$INPUT_CARD"
[ -z "$INPUT_CHANGE_NOTE" ] || set -- "$@" --change-note "$INPUT_CHANGE_NOTE"
[ -z "$INPUT_ROLLBACK" ] || set -- "$@" --rollback "$INPUT_ROLLBACK"
while IFS= read -r path; do
    [ -z "$path" ] || set -- "$@" --eval "$path"
done <<LINES
$INPUT_EVALUATIONS
LINES
while IFS= read -r path; do
    [ -z "$path" ] || set -- "$@" --bundle "$path"
done <<LINES
$INPUT_BUNDLES
LINES

# -P: the caller's repository may hold a folder `app`, which is not to be run in our place.
exec "$PYTHON" -P -c 'from app.command import main; main()' check "$@"
