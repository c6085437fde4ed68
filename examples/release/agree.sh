#!/bin/sh
# agree.sh VARIANT...: all variants must have given the same checksum.
set -eu
. "$(dirname "$0")/common.sh"

crc=$(result_of "check-$1" crc32)
for variant in "$@"; do
    other=$(result_of "check-$variant" crc32)
    [ -n "$other" ] || fail "'$variant' has left no checksum"
    [ "$other" = "$crc" ] || fail "'$variant' gives $other, '$1' gives $crc"
done
result agree "{\"variants\": $#, \"crc32\": \"$crc\"}"
