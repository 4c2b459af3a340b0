#!/bin/sh
# Locks requirements/*.txt from pyproject.toml, each distribution with its digests.
# What is locked stays as it is; `tools/lock.sh --upgrade` takes the newest that fit.
set -eu
cd "$(dirname "$0")/.."

lock() {
    out=requirements/$1.txt
    shift
    .venv/bin/uv --no-config --system-certs pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate --output-file "$out" "$@"
}

lock setup --group setup "$@"
lock build --group build "$@"
lock go --group go "$@"
lock bench --group bench "$@"
lock runtime pyproject.toml "$@"
lock dev -c requirements/setup.txt -c requirements/build.txt -c requirements/runtime.txt \
    --group dev pyproject.toml "$@"
