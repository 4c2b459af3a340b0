#!/bin/sh
# Installs Debian's Chromium, which the tests of the pages drive, where there is none yet.
set -eu

if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "the tests of the pages need Chromium: apt-get install chromium" >&2
    exit 1
fi
echo "installing Debian's Chromium"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends chromium >/dev/null
