#!/bin/sh
# check.sh VARIANT: tests one variant, by itself and against wc.
set -eu
. "$(dirname "$0")/common.sh"

variant=$1
program=$out/tally-$variant
"$program" --self-test || fail "the self-test of '$variant' failed"

counted=$("$program" <"$here/tally.c" | awk '$1 == "lines" || $1 == "bytes" { printf "%s ", $2 }')
expected=$(wc -lc <"$here/tally.c" | awk '{ printf "%s %s ", $1, $2 }')
[ "$counted" = "$expected" ] || fail "'$variant' counts '$counted', wc counts '$expected'"
crc=$("$program" <"$here/tally.c" | awk '$1 == "crc32" { print $2 }')
result "check-$variant" "{\"passed\": true, \"crc32\": \"$crc\"}"
