#!/bin/sh
# Prints what was released.
set -eu
. "$(dirname "$0")/common.sh"

sanitized=no
if [ -f "$out/sanitize.json" ]; then sanitized=yes; fi

echo "tally $version, built with $(result_of prepare compiler)"
echo
echo "variant      bytes   100 rounds"
tr '{' '\n' <"$out/measure.json" |
    sed -n 's/.*"name": "\([a-z]*\)", "bytes": \([0-9]*\), "ms": \([0-9]*\).*/\1 \2 \3/p' |
    awk '{ printf "%-9s %8d %9d ms\n", $1, $2, $3 }'
echo
echo "archive      $out/$(result_of package file) ($(result_of package bytes) bytes)"
echo "sha256       $(result_of checksums sha256)"
echo "sanitized    $sanitized"
result release "{\"file\": \"$(result_of package file)\", \"sha256\": \"$(result_of checksums sha256)\", \
\"sanitized\": \"$sanitized\"}"
