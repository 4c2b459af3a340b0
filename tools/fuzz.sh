#!/bin/sh
# Asks a fresh gate thousands of generated requests, good and bad, and checks every answer
# against the OpenAPI document. Arguments go to schemathesis: tools/fuzz.sh --max-examples 500
set -eu
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
export COUNTERSIGN_DATA_DIR="$folder" COUNTERSIGN_LOG_LEVEL=ERROR
COUNTERSIGN_PORT=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export COUNTERSIGN_PORT

token() {
    .venv/bin/countersign token create --subject "$@"
}

# Nobody holds an operator's role beside others: two callers together may ask everything.
operator=$(token operator@example.org --role operator)
others=$(token everybody@example.org --role submitter --role data_scientist \
    --role product_owner --role risk_compliance --role governance_lead --role deployer \
    --role policy_author --role policy_admin --role break_glass --role auditor)

.venv/bin/countersign serve &
gate=$!
trap 'kill "$gate"; wait "$gate" || true; rm -rf "$folder"' EXIT

ask() {
    caller=$1
    shift
    .venv/bin/schemathesis run "http://127.0.0.1:$COUNTERSIGN_PORT/openapi.json" \
        --wait-for-schema 60 --continue-on-failure --header "Authorization: Bearer $caller" "$@"
}

only_operators='^/v1/(tokens|users|events|log/cosignatures|log/erasures)'
# Not the end of a token: it would find its own.
ask "$operator" --include-path-regex "$only_operators" --exclude-path-regex 'revoke$' "$@"
ask "$others" --exclude-path-regex "$only_operators" "$@"
