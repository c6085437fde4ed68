#!/bin/sh
# Looks for the tools that a release needs, and clears what an earlier one left.
set -eu
. "$(dirname "$0")/common.sh"

for tool in "${CC:-cc}" sha256sum tar gzip sed awk; do
    command -v "$tool" >/dev/null || fail "there is no '$tool' on this machine"
done
rm -rf "$out"
mkdir -p "$out"
compiler=$("${CC:-cc}" --version | sed -n 1p | tr -d '"\\')
result prepare "{\"compiler\": \"$compiler\", \"version\": \"$version\"}"
